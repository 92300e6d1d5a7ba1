const KEPT: unknown[] = [];

/**
 * Keeps an SQLite database, statement or iterator from being garbage-collected before the process ends, and returns it. With
 * better-sqlite3 12, Node 24.19 and later of 24 aborts while it collects one; 13, which does not, needs Node 22.14.
 * A closed database costs a few hundred bytes.
 */
export function outlive<T>(object: T): T {
  KEPT.push(object);
  return object;
}
