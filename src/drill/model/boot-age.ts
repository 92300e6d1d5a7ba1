import type { ProcessRow } from './process.ts';

/**
 * How long a boot has lasted, in milliseconds, or null where pid 1 is not among the rows, or the host tells no uptime: the age of pid 1, which lives as long as its
 * boot does. The uptime alone would not do: in a container it is the kernel's (proc_uptime(5)), and so are start times (proc_pid_stat(5)).
 */
export function bootAgeMs(
  { uptimeMs, rows }: { readonly uptimeMs: number | null; readonly rows: readonly ProcessRow[] },
  ticksPerSecond: number,
): number | null {
  const init = rows.find(({ pid }) => pid === 1);
  return init === undefined || uptimeMs === null ? null : uptimeMs - (init.start * 1000) / ticksPerSecond;
}
