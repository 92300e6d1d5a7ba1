import { dirname, join } from 'node:path';
import { pidFileOf } from '../daemons/daemon.ts';
import { isUp, whenHalted } from '../daemons/other.ts';
import { type HostName, labelOf } from '../fleet.ts';
import { hostLayout } from '../layout.ts';
import { startProgram } from '../start-program.ts';
import { holdMs } from '../variants/timing.ts';
import type { Variant } from '../variants/variant.ts';
import { waitUntil } from '../wait-until.ts';
import type { Job } from './job.ts';

type Twist = NonNullable<Variant['supervisor']>;

/** Puts another job in place of one of the host's own; on a host that has no such job nothing changes. */
export function withJob(service: string, wrap: (job: Job) => Job): Twist {
  return (domain) => {
    const label = labelOf(service);
    const jobs = new Map([...domain.jobs].map(([own, job]) => [own, own === label ? wrap(job) : job]));
    return { ...domain, jobs };
  };
}

/** Asks with SIGTERM and never insists, as systemd does with SendSIGKILL=no. */
export const patient = (service: string): Twist =>
  withJob(service, (job) => ({ ...job, stop: () => signal(job.state().pid, 'SIGTERM') }));

/** Freezes in place of stopping, and thaws in place of starting. */
export const freezing = (service: string): Twist =>
  withJob(service, (job) => ({
    ...job,
    start: () => (job.state().pid === null ? job.start() : signal(job.state().pid, 'SIGCONT')),
    stop: () => signal(job.state().pid, 'SIGSTOP'),
  }));

/** Starts the job again, three quarters of a hold after it was stopped. */
export const revivingLate = (service: string): Twist =>
  withJob(service, (job) => ({
    ...job,
    stop: () => {
      job.stop();
      setTimeout(() => job.start(), 0.75 * holdMs);
    },
  }));

/** Half a hold after a stop it starts the job and ends it again, before the program has begun. */
export const flapping = (service: string): Twist =>
  withJob(service, (job) => ({
    ...job,
    stop: () => {
      job.stop();
      setTimeout(() => {
        job.start();
        setTimeout(() => job.stop(), 2);
      }, 0.5 * holdMs);
    },
  }));

/** A stop leaves a shell behind that becomes the service, by exec, half a hold later. */
export const execsLater = (service: string): Twist =>
  withJob(service, (job) => {
    let stray = (): void => undefined;
    return {
      ...job,
      start: () => {
        stray();
        job.start();
      },
      stop: () => {
        job.stop();
        const words = ['-c', `sleep ${(0.5 * holdMs) / 1000}; exec "$@"`, 'sh', ...job.state().spec.program];
        stray = spawnStray('sh', words);
      },
    };
  });

/** Runs the program of the job a second time, and knows nothing of it. */
export const twice = (service: string): Twist =>
  withJob(service, (job) => ({
    ...job,
    start: () => {
      job.start();
      const [file = '', ...args] = job.state().spec.program;
      spawnStray(file, args);
    },
  }));

/** A supervisor of another host that runs a service which is not its own: from when that is up, or in its place once it is down. */
export const elsewhere =
  (service: string, on: HostName, owner: HostName, since: 'up' | 'down'): Twist =>
  (domain, { host, root }) => {
    const there = join(dirname(root), owner);
    const file = pidFileOf(there, service);
    const run = (): void => void spawnStray(process.execPath, [join(hostLayout(there).services, service)]);
    if (host === on && since === 'down') whenHalted(dirname(root), run);
    if (host === on && since === 'up')
      void waitUntil(
        () => isUp(file),
        25_000,
        () => 'it never was',
      ).then(run);
    return domain;
  };

/** Starts a process that is no job; it goes with the supervisor. Returns what ends it before. */
function spawnStray(file: string, args: readonly string[]): () => void {
  const child = startProgram(file, args, { detached: true, stdio: 'ignore' });
  const end = (): void => signal(child.pid === undefined ? null : -child.pid, 'SIGKILL');
  process.on('exit', end);
  child.once('exit', () => process.off('exit', end));
  return end;
}

function signal(pid: number | null, name: NodeJS.Signals): void {
  if (pid === null) return;
  try {
    process.kill(pid, name);
  } catch {
    // It is gone.
  }
}
