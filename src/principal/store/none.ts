import Database from 'better-sqlite3';
import type { BrokerDatabase } from './sqlite.ts';

/** In place of a database that cannot be opened: it knows of no halt, and every write of it fails, saying why. */
export function noDatabase(why: string): BrokerDatabase {
  const fail = (): never => {
    throw new Error(why);
  };
  const db = new Database(':memory:');
  return {
    db,
    store: { load: () => null, save: fail, incidents: () => [] },
    audit: { append: fail, list: () => [], verify: fail },
    atomically: (work) => work(),
    close: () => db.close(),
  };
}
