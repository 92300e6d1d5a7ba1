import type { Reading } from './reading.ts';

/**
 * One line of a process table, from `/proc/<pid>/stat` (proc_pid_stat(5)).
 * `start` is the start time in clock ticks since boot: with boot id and pid namespace it makes an incarnation.
 */
export interface ProcessRow {
  readonly pid: number;
  readonly start: number;
  readonly ppid: number;
  readonly pgrp: number;
  readonly sid: number;
  /** One letter, as the kernel prints it: R, S, D, T, t, Z, X, I … */
  readonly state: string;
  /** The command name, which exec sets: where it changes, the process is opened again. Not kept in the journal. */
  readonly comm?: string;
  /**
   * Where its stack begins (field 28 of proc_pid_stat(5)), which is another with each exec, and under no other title. Left out where
   * the reader may not see it, or there is none. Not kept in the journal.
   */
  readonly image?: number;
  /** For state Z: threads of the process that are neither zombie nor dead; a main thread that exited leaves a working "zombie". */
  readonly liveThreads?: number;
}

/** What has to be opened, process by process, to recognise one. */
export interface ProcessDetail {
  readonly pid: number;
  readonly start: number;
  readonly uid: number | null;
  readonly argv: Reading<readonly string[]>;
  /** Target of `/proc/<pid>/exe`; `absent` for kernel threads and zombies. */
  readonly exe: Reading<string>;
  /** Target of `/proc/<pid>/cwd`, against which relative arguments are held; left out where it was not asked for. */
  readonly cwd?: Reading<string>;
  /** What it is called in the pid namespace that it is in itself, where that is another than the reader's: in a container. */
  readonly inner?: { readonly pid: number; readonly pidNamespace: string };
  /** The cgroup v2 path (`0::/…`), or null where the host has none. */
  readonly cgroup: string | null;
  /** As in its row, read before all else of it. */
  readonly image?: number;
  /** Its main thread has exited, or is about to, so that argv and executable could be read only by way of others, if at all. */
  readonly headless?: boolean;
}

/** A process table's scope: pids are unique only within one boot and one pid namespace. */
export interface TableScope {
  readonly bootId: string;
  readonly pidNamespace: string;
}

/** One life of a process, as a string key: equal keys, same life. A process that called exec keeps its key. */
export type IncarnationKey = string;

export function incarnationKey(
  scope: TableScope,
  row: { readonly pid: number; readonly start: number },
): IncarnationKey {
  return `${scope.bootId}/${scope.pidNamespace}/${row.pid}/${row.start}`;
}

/**
 * Whether this row is a life that has ended. Z counts as ended only if no other thread of it still runs
 * (T, a stopped process, and D, an uninterruptible one, have not ended).
 */
export function hasEnded(row: ProcessRow): boolean {
  return row.state === 'X' || (row.state === 'Z' && row.liveThreads === 0);
}
