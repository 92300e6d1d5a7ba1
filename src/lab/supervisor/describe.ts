import type { Ending, JobState } from './job.ts';

/** The answer to `launchctl list`: pid, last exit status (a signal as its negative number) and label, as launchctl(1). */
export function describeAll(jobs: readonly JobState[], signalNumber: (name: string) => number): string {
  const lines = jobs.map(
    ({ pid, lastEnding, spec }) => `${pid ?? '-'}\t${status(lastEnding, signalNumber)}\t${spec.label}`,
  );
  return `PID\tStatus\tLabel\n${lines.map((line) => `${line}\n`).join('')}`;
}

/** The answer to `launchctl print LABEL`, in the manner of launchctl(1): there is a `pid` line only while it runs. */
export function describeOne(job: JobState, signalNumber: (name: string) => number): string {
  const { spec, pid, runs, lastEnding, scheduled, throttleMs, intervalMs } = job;
  const lines = [
    `state = ${pid !== null ? 'running' : scheduled ? 'spawn scheduled' : 'not running'}`,
    `program = ${spec.program.join(' ')}`,
    `keepalive = ${typeof spec.keepAlive === 'boolean' ? String(spec.keepAlive) : 'unless successful exit'}`,
    `minimum runtime = ${throttleMs / 1000}`,
    `runs = ${runs}`,
    ...(pid === null ? [] : [`pid = ${pid}`]),
    ending(lastEnding, signalNumber),
    ...(intervalMs === null ? [] : [`run interval = ${intervalMs / 1000} seconds`]),
  ];
  return `${spec.label} = {\n${lines.map((line) => `\t${line}\n`).join('')}}\n`;
}

/** The answer to `launchctl print-disabled`: every label that was ever enabled or disabled. */
export function describeDisabled(labels: ReadonlyMap<string, boolean>): string {
  const lines = [...labels].map(([label, is]) => `\t\t"${label}" => ${is ? 'disabled' : 'enabled'}\n`);
  return `\tdisabled services = {\n${lines.join('')}\t}\n`;
}

function status(last: Ending, signalNumber: (name: string) => number): number {
  if (last === null) return 0;
  return 'code' in last ? last.code : -signalNumber(last.signal);
}

function ending(last: Ending, signalNumber: (name: string) => number): string {
  if (last === null) return 'last exit code = (never exited)';
  if ('code' in last) return `last exit code = ${last.code}`;
  return `last terminating signal = ${last.signal}: ${signalNumber(last.signal)}`;
}
