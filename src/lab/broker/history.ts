import type { Database } from 'better-sqlite3';

/** Id of an incident that was over long before any drill. */
export const oldIncident = 'inc-of-last-spring';

/** Gives a new database the history of a broker that has been in use. */
export function withHistory(db: Database): void {
  db.exec(
    `insert or ignore into incidents (id, level, reason, opened_at, resolved_at) values
     ('${oldIncident}', 3, 'exchange gone mad', '2026-03-01T08:00:00.000Z', '2026-03-01T09:30:00.000Z'),
     ('inc-of-last-summer', 1, 'DOGE', '2026-07-01T08:00:00.000Z', '2026-07-01T08:10:00.000Z')`,
  );
}
