import type { Answer } from './answer.ts';
import { MOST_PIDS, tooMany } from './budget.ts';
import { RecordReader, type StatRow } from './parse-stat.ts';
import type { Slices } from './slices.ts';

/** Rows up to the next tag. */
export function* parseRows(answer: Answer): Slices<StatRow[]> {
  const rows: StatRow[] = [];
  const reader = new RecordReader();
  const pids = new Set<number>();
  for (let line = answer.peek(); line !== null && (reader.isOpen || /^\d/.test(line)); line = answer.peek()) {
    const row = reader.add(answer.next());
    yield;
    if (row === null) continue;
    if (pids.has(row.pid)) throw new Error('a process is in the table twice');
    if (pids.size === MOST_PIDS) throw new Error(tooMany(MOST_PIDS + 1));
    pids.add(row.pid);
    rows.push(row);
  }
  if (reader.isOpen) throw new Error('the process table is cut off');
  return rows;
}
