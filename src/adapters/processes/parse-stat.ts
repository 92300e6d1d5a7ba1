import type { ProcessRow } from '../../drill/model/process.ts';

/** A row, with the kernel's flags word for the process (field 9 of proc_pid_stat(5)). */
export interface StatRow extends ProcessRow {
  readonly flags: number;
}

const PF_EXITING = 0x0000_0004;
const PF_KTHREAD = 0x0020_0000;

export const isKernelThread = (row: StatRow): boolean => (row.flags & PF_KTHREAD) !== 0;
export const isExiting = (row: StatRow): boolean => (row.flags & PF_EXITING) !== 0;

// A record ends in the state letter and a run of numbers that no command name (15 bytes, 63 for kernel workers) can
// imitate: 41 numbers after the letter on the oldest kernels, 49 today.
const HEAD = /^(\d{1,10}) \(/;
const LONGEST_RECORD = 2_000;
const TAIL = /\) ([A-Za-z])((?: -?\d+){38,}) ?$/;

/** One whole record of `/proc/<pid>/stat`, without its final newline, bytes as latin1; null where it is not one. */
export function parseStat(record: string): StatRow | null {
  const head = HEAD.exec(record);
  const tail = TAIL.exec(record);
  if (head === null || tail === null) return null;
  const numbers = (tail[2] as string).trim().split(' ').map(Number);
  const row = {
    pid: Number(head[1]),
    start: numbers[18] as number,
    ppid: numbers[0] as number,
    pgrp: numbers[1] as number,
    sid: numbers[2] as number,
    state: tail[1] as string,
    comm: record.slice(head[0].length, tail.index),
    flags: numbers[5] as number,
  };
  const image = numbers[24] as number;
  const { state: _state, comm: _comm, ...integers } = row;
  const sound = Object.values(integers).every(Number.isSafeInteger) && row.pid > 0 && row.start >= 0;
  if (!sound) return null;
  // 0 for whoever may not trace the process, and of one that has no memory of its own.
  return image > 0 && Number.isSafeInteger(image) ? { ...row, image } : row;
}

/**
 * Puts records back together from lines: a command name may hold newlines, and then only the run of numbers at its
 * end shows where a record is over.
 */
export class RecordReader {
  #open = '';

  get isOpen(): boolean {
    return this.#open !== '';
  }

  /** A row once the line completes one; null while more lines belong to it. Throws where no record begins here. */
  add(line: string): StatRow | null {
    // A name of 64 bytes, at most four times as long where a kernel escapes it, and some 50 numbers of at most 20 digits.
    if (this.#open.length + line.length > LONGEST_RECORD)
      throw new Error('a line of the process table does not end');
    this.#open = this.#open === '' ? line : `${this.#open}\n${line}`;
    if (!HEAD.test(this.#open)) throw new Error('a line of the process table could not be understood');
    if (!TAIL.test(line)) return null;
    const row = parseStat(this.#open);
    if (row === null) throw new Error('a line of the process table could not be understood');
    this.#open = '';
    return row;
  }
}
