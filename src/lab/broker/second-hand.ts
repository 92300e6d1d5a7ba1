import Database from 'better-sqlite3';
import type { BrokerParts, HaltRecord, HaltStore } from '../../principal/parts.ts';
import { keep } from '../../principal/store/keep.ts';
import type { BrokerSite } from '../variants/variant.ts';

/** What a broker does to its own database behind the back of its store. Each is given a connection of its own. */
export interface Deeds {
  /** When it starts, before it reads anything. */
  readonly atStart?: (db: Database.Database) => void;
  /** When it starts and finds a halt in force: after a crash, then. */
  readonly woken?: (db: Database.Database, record: HaltRecord) => void;
  /** So long after that, in ms. */
  readonly later?: {
    readonly afterMs: number;
    readonly deed: (db: Database.Database, record: HaltRecord) => void;
  };
  /** When a resume has been saved; `record` is what was saved, with the incident that it resolved. */
  readonly resumed?: (db: Database.Database, record: HaltRecord) => void;
  /** Changes what is saved. */
  readonly saved?: (record: HaltRecord) => HaltRecord;
}

const BUSY_MS = 2000;

/** Another connection to the broker's own database. */
export function secondConnection({ config }: BrokerSite): Database.Database {
  return keep(new Database(config.database, { timeout: BUSY_MS }));
}

/** A broker with a second connection to its own database, whose triggers no longer keep history as it was written. */
export function secondHand(
  reference: BrokerParts,
  site: BrokerSite,
  { atStart, woken, later, resumed, saved = (record) => record }: Deeds,
): Pick<BrokerParts, 'store' | 'atomically'> {
  const db = secondConnection(site);
  for (const trigger of [
    'audit_no_update',
    'audit_no_delete',
    'incidents_no_delete',
    'incidents_no_rewrite',
  ]) {
    db.exec(`drop trigger if exists ${trigger}`);
  }
  atStart?.(db);
  // The broker's own transaction holds the database while it saves: what belongs to it comes right after.
  let pending: (() => void)[] = [];
  let depth = 0;
  const store: HaltStore = {
    load() {
      const record = reference.store.load();
      if (record !== null && record.state.level > 0) {
        woken?.(db, record);
        if (later !== undefined) setTimeout(() => later.deed(db, record), later.afterMs);
      }
      return record;
    },
    save(record) {
      reference.store.save(saved(record));
      if (record.state.level === 0 && record.incident !== null) pending.push(() => resumed?.(db, record));
    },
    incidents: () => reference.store.incidents(),
  };
  return {
    store,
    atomically: (work) => {
      depth += 1;
      try {
        return reference.atomically(work);
      } finally {
        depth -= 1;
        if (depth === 0) {
          const due = pending;
          pending = [];
          for (const deed of due) deed();
        }
      }
    },
  };
}
