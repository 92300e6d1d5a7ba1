import { readdirSync, readFileSync } from 'node:fs';

/** A process of this lab, as far as it is needed to tell it from another that was given the same pid. */
export interface LabProcess {
  readonly pid: number;
  /** Clock ticks since boot (proc_pid_stat(5), field 22). */
  readonly startTicks: number;
  readonly argv: readonly string[];
}

/** One process's start in clock ticks since boot, or null where there is none (a zombie counts as none). */
export function startTicksOf(pid: number): number | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
  // The command name may hold spaces and parentheses; the fields go on after the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return null;
  const ticks = Number(fields[19]);
  return Number.isFinite(ticks) ? ticks : null;
}

/** The argv of a process, or an empty list where it cannot be read. */
export function argvOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return [];
  }
}

/** This boot's id (proc(5)): start ticks compare within one boot only. */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/**
 * Every live process for which `belongs` holds, not older than `sinceTicks`, this process excepted.
 * The environment is the one the process was started with (proc_pid_environ(5)); another user's is not readable
 * and reads as empty.
 */
export function findProcesses(
  sinceTicks: number,
  belongs: (argv: readonly string[], environment: readonly string[]) => boolean,
): LabProcess[] {
  const found: LabProcess[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const startTicks = startTicksOf(pid);
    if (startTicks === null || startTicks < sinceTicks) continue;
    const argv = argvOf(pid);
    if (belongs(argv, environmentOf(pid))) found.push({ pid, startTicks, argv });
  }
  return found;
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
