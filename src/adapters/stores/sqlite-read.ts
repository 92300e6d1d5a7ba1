import { closeSync, constants, openSync, readSync, realpathSync, type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import Database from 'better-sqlite3';
import { present, type Reading, unreadable } from '../../drill/model/reading.ts';
import { outlive } from '../system/outlive.ts';
import { printable } from '../system/printable.ts';

const BUSY_FOR_MS = 500;
const BUSY_STEP_MS = 25;
const SAME_SNAPSHOT_TRIES = 3;
const MAX_ROWS = 100_000;
/** All rows of one query, in bytes of their texts and blobs. */
const MAX_BYTES = 16 * 1024 * 1024;

/** A select, with the values for its question marks where it has some. */
export type Query = string | { readonly text: string; readonly values: readonly string[] };
export type Row = Readonly<Record<string, unknown>>;
/** Column names are given even where there is no row. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

export interface DatabaseRead {
  readonly tables: readonly Table[];
  readonly inode: number;
}

/**
 * Reads a database that belongs to somebody else's running program, without getting in its way.
 *
 * - Opened read-only, anew for each call; each query is a transaction of its own (autocommit), so that none outlives
 *   it. A read-only connection never checkpoints, and leaves no lock behind.
 * - In WAL mode even a reader needs the `-shm` and `-wal` files and creates them where they are missing
 *   (https://www.sqlite.org/wal.html#read_only_databases). Files of another user would lock out the program itself:
 *   refused, unless we are the file's owner or both exist.
 * - All tables come from one state of the database (PRAGMA data_version), and from one file (device and inode).
 * - Best read while its program runs. The first to open a WAL database after a crash recovers it under a lock of its own
 *   for a moment (https://www.sqlite.org/wal.html#sometimes_queries_return_sqlite_busy_in_wal_mode);
 *   a program that starts in that moment and waits for no lock would find its database busy.
 * - A locked database is asked again for half a second, without blocking the event loop meanwhile.
 * - Its schema is somebody else's: its views may use no function and no virtual table that could do more than compute
 *   (https://www.sqlite.org/pragma.html#pragma_trusted_schema).
 *
 * better-sqlite3 is synchronous, and a view may compute without end: it is called where it can be ended (sqlite-reader.ts). What
 * cannot be read (no file, locked, corrupt, no such table or column) is `unreadable`; never rejects, never `absent`.
 */
export async function readDatabase(
  file: string,
  queries: readonly Query[],
  euid: number = process.geteuid?.() ?? 0,
): Promise<Reading<DatabaseRead>> {
  const path = resolve(file);
  const tryUntil = performance.now() + BUSY_FOR_MS;
  for (;;) {
    try {
      return readOnce(path, queries, euid);
    } catch (error) {
      if (isBusy(error) && performance.now() < tryUntil) {
        await new Promise((done) => setTimeout(done, BUSY_STEP_MS));
        continue;
      }
      return unreadable(`${file}: ${explain(error)}`);
    }
  }
}

function readOnce(file: string, queries: readonly Query[], euid: number): Reading<DatabaseRead> {
  // -wal and -shm lie beside the file itself, not beside a link to it (https://www.sqlite.org/c3ref/filename_database.html).
  const path = realpathSync(file);
  const before = statSync(path);
  if (before.uid !== euid && !safeForStrangers(path))
    return unreadable(
      `${path}: belongs to another user (uid ${before.uid}), and its -wal and -shm files do not both exist; ` +
        'opening it could create some that its owner cannot write. Run haltdrill as its owner',
    );
  const db = outlive(new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_STEP_MS }));
  let tables: Table[] | null;
  try {
    db.exec('pragma trusted_schema = off');
    tables = fromOneSnapshot(db, queries);
  } finally {
    db.close();
  }
  const after = statSync(path);
  if (!isSameFile(before, after))
    return unreadable(`${path}: was replaced by another file while it was read`);
  if (tables === null) return unreadable(`${path}: changed during each of ${SAME_SNAPSHOT_TRIES} reads`);
  return present({ tables, inode: before.ino });
}

// Between two transactions somebody may commit: half of the answer would be from before it. The version that this
// pragma gives changes with every commit of another connection (https://www.sqlite.org/pragma.html#pragma_data_version).
function fromOneSnapshot(db: Database.Database, queries: readonly Query[]): Table[] | null {
  const versionOf = outlive(db.prepare('pragma data_version').pluck());
  for (let attempt = 0; attempt < SAME_SNAPSHOT_TRIES; attempt++) {
    const before = versionOf.get();
    const tables = queries.map((query) => ask(db, query));
    if (versionOf.get() === before) return tables;
  }
  return null;
}

function ask(db: Database.Database, query: Query): Table {
  const { text, values } = typeof query === 'string' ? { text: query, values: [] } : query;
  const statement = outlive(db.prepare<string[], Row>(text));
  if (!statement.reader) throw new Refused('the query returns no rows; give a select');
  const columns = statement.columns().map((column) => column.name);
  const rows: Row[] = [];
  let bytes = 0;
  for (const row of outlive(statement.iterate(...values))) {
    if (rows.length === MAX_ROWS) throw new Refused(`the query returns more than ${MAX_ROWS} rows`);
    for (const value of Object.values(row)) bytes += sizeOf(value);
    if (bytes > MAX_BYTES) throw new Refused(`the query returns more than ${MAX_BYTES} bytes`);
    rows.push(row);
  }
  return { columns, rows };
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  return value instanceof Uint8Array ? value.length : 0;
}

// Bytes 18 and 19 of the header are 2 in WAL mode (https://www.sqlite.org/fileformat.html); otherwise a reader needs no
// other file. Opened only where SQLite has no connection of ours: closing a file drops this process's locks on it.
function safeForStrangers(path: string): boolean {
  const exists = (suffix: string): boolean =>
    statSync(path + suffix, { throwIfNoEntry: false }) !== undefined;
  if (exists('-wal') && exists('-shm')) return true;
  const header = Buffer.alloc(20);
  const fd = openSync(path, constants.O_RDONLY);
  try {
    if (readSync(fd, header, 0, 20, 0) < 20) return false;
  } finally {
    closeSync(fd);
  }
  return header[18] === 1 && header[19] === 1;
}

function isSameFile(a: Stats, b: Stats): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}

class Refused extends Error {}

function isBusy(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_BUSY');
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

const CODES: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  SQLITE_NOTADB: 'is not an SQLite database, or is encrypted',
  SQLITE_CANTOPEN: 'cannot be opened; check its permissions and those of its folder',
};

function explain(error: unknown): string {
  const code = codeOf(error);
  const said = error instanceof Error ? printable(error.message) : 'unknown error';
  if (isBusy(error)) return `stayed locked for ${BUSY_FOR_MS} ms`;
  if (code.startsWith('SQLITE_CORRUPT')) return `is corrupt (${said})`;
  return CODES[code] ?? said;
}
