import type { Database } from 'better-sqlite3';

const KEPT: unknown[] = [];

/**
 * Keeps a statement, iterator or database from being garbage-collected before the process ends, and returns it: with
 * better-sqlite3 12, Node 24.19 and later of 24 aborts while it collects one.
 */
export function keep<T>(object: T): T {
  KEPT.push(object);
  return object;
}

/** Reads one pragma, again at each call. */
export function pragmaReader(db: Database, name: 'data_version' | 'user_version'): () => unknown {
  const statement = keep(db.prepare(`pragma ${name}`).pluck());
  return () => statement.get();
}
