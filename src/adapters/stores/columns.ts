import { describeValue } from '../system/printable.ts';
import type { Row, Table } from './sqlite-read.ts';

/** Each reading goes into the journal: in UTF-16 units. */
const MAX_TEXT = 65_536;

/** What a table or a value is not, in words. Caught where a reading is made of it. */
export class Misshapen extends Error {}

/**
 * Checks a query's columns: all of `required` are there, and none that is not known. An unknown one is most likely a
 * known one under another name, which would otherwise pass for "does not say".
 */
export function checkColumns(
  { columns }: Table,
  what: string,
  required: readonly string[],
  optional: readonly string[],
): void {
  // An empty answer of a database on another host does not tell its columns.
  if (columns.length === 0) return;
  const known = [...required, ...optional];
  const missing = required.filter((name) => !columns.includes(name));
  const unknown = columns.filter((name) => !known.includes(name));
  if (new Set(columns).size < columns.length) throw new Misshapen(`${what}: a column is there twice`);
  if (missing.length === 0 && unknown.length === 0) return;
  const problem =
    missing.length > 0 ? `lacks column ${missing.join(', ')}` : `has unknown column ${unknown.join(', ')}`;
  throw new Misshapen(`${what}: the query ${problem}; name its columns (with \`as\`) ${known.join(', ')}`);
}

/** A whole number; anything else, a text that looks like one included, is refused. */
export function integer(row: Row, column: string, what: string): number {
  const value = row[column];
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new Misshapen(`${what}: ${column} is ${describeValue(value)}, not a whole number`);
}

/** A whole number, or null where the column is NULL or not there. */
export function integerOrNull(row: Row, column: string, what: string): number | null {
  return isNothing(row[column]) ? null : integer(row, column, what);
}

/** Text, or null where the column is NULL or not there. */
export function textOrNull(row: Row, column: string, what: string): string | null {
  const value = row[column];
  if (isNothing(value)) return null;
  if (typeof value !== 'string')
    throw new Misshapen(`${what}: ${column} is ${describeValue(value)}, not text`);
  if (value.length > MAX_TEXT)
    throw new Misshapen(
      `${what}: ${column} has ${value.length} characters, and nobody reads more than ${MAX_TEXT}`,
    );
  return value;
}

/** A name: text, or a whole number (an integer primary key) as text; null where NULL or not there. */
export function nameOrNull(row: Row, column: string, what: string): string | null {
  const value = row[column];
  return typeof value === 'number' && Number.isSafeInteger(value)
    ? String(value)
    : textOrNull(row, column, what);
}

/** A time or other scalar that is only shown and compared: text, or a number as text; null where NULL or not there. */
export function scalarOrNull(row: Row, column: string, what: string): string | null {
  const value = row[column];
  return typeof value === 'number' ? String(value) : textOrNull(row, column, what);
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined;
}
