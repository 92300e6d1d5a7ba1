import { createJob, type Job, type JobSettings, type JobSpec } from './job.ts';

/** The jobs of one host and which of them may be loaded, as launchctl(1) has it. */
export interface Domain {
  /** Those that are loaded. */
  readonly jobs: ReadonlyMap<string, Job>;
  /** Labels that were ever disabled or enabled. One that is disabled stays loaded where it is, but is not loaded again. */
  readonly disabled: ReadonlyMap<string, boolean>;
  disable(label: string): void;
  enable(label: string): void;
  /** Unloads a job: it is ended, and not brought back whatever its KeepAlive says. Returns at once. */
  bootout(label: string): void;
  /** Loads a job of this host and starts it. Returns what launchctl prints: nothing, or why not. */
  bootstrap(label: string): string;
}

export function createDomain(specs: readonly JobSpec[], settings: JobSettings): Domain {
  const jobs = new Map(specs.map((spec) => [spec.label, createJob(spec, settings)]));
  const disabled = new Map<string, boolean>();
  const known = (label: string): boolean => specs.some((spec) => spec.label === label);
  return {
    jobs,
    disabled,
    disable: (label) => void (known(label) && disabled.set(label, true)),
    enable: (label) => void (known(label) && disabled.set(label, false)),
    bootout(label) {
      const job = jobs.get(label);
      // Shown until its process is gone.
      void job?.end(settings.exitTimeoutMs).then(() => jobs.delete(label));
    },
    bootstrap(label) {
      const spec = specs.find((one) => one.label === label);
      if (spec === undefined || disabled.get(label) === true || jobs.has(label)) {
        return 'Bootstrap failed: 5: Input/output error\n';
      }
      const job = createJob(spec, settings);
      jobs.set(label, job);
      job.start();
      return '';
    },
  };
}
