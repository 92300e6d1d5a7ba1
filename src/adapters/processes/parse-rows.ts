import type { Answer } from './answer.ts';
import { RecordReader, type StatRow } from './parse-stat.ts';

/** Rows up to the next tag. */
export function parseRows(answer: Answer): StatRow[] {
  const rows: StatRow[] = [];
  const reader = new RecordReader();
  for (let line = answer.peek(); line !== null && (reader.isOpen || /^\d/.test(line)); line = answer.peek()) {
    const row = reader.add(answer.next());
    if (row !== null) rows.push(row);
  }
  if (reader.isOpen) throw new Error('the process table is cut off');
  if (new Set(rows.map((row) => row.pid)).size !== rows.length)
    throw new Error('a process is in the table twice');
  return rows;
}
