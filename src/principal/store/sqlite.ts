import { chmodSync, closeSync, openSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { AuditEntry, AuditLog, HaltedTarget, HaltState, HaltStore, Holder, Incident } from '../parts.ts';
import { checkChain, GENESIS, hashOf, storable } from './chain.ts';
import { keep, pragmaReader } from './keep.ts';
import { SCHEMA, SCHEMA_VERSION } from './schema.ts';

/** The broker's one file, as the two parts that live in it. */
export interface BrokerDatabase {
  /** Shared with the command layer: one thread, one connection. */
  readonly db: Database.Database;
  readonly store: HaltStore;
  readonly audit: AuditLog;
  /** Runs synchronous work on both as one transaction. */
  readonly atomically: <T>(work: () => T) => T;
  close(): void;
}

type Db = Database.Database;

/**
 * How long a write waits for another process's, in ms. Writers are brief; whoever holds the lock longer must not hold
 * up a halt.
 */
const LOCK_MS = 300;

/**
 * Opens the file, creating it where it is missing (its folder must exist). In WAL mode with synchronous=FULL a
 * committed transaction is on disk before the call returns (https://www.sqlite.org/pragma.html#pragma_synchronous).
 * Only its owner may read it (reasons, messages and the audit log are in it); SQLite gives the files beside it the same
 * mode (os_unix.c, findCreateFileMode). Throws where the file cannot be opened, is damaged, or is of another version.
 */
export function openDatabase(file: string): BrokerDatabase {
  makePrivate(file);
  const db = keep(new Database(file, { timeout: LOCK_MS }));
  try {
    db.exec('pragma journal_mode = WAL');
    db.exec('pragma synchronous = FULL');
    db.exec('pragma foreign_keys = ON');
    // Without it, INSERT OR REPLACE would delete rows past the triggers (sqlite.org/lang_conflict.html).
    db.exec('pragma recursive_triggers = ON');
    migrate(db, file);
    return {
      db,
      store: haltStore(db),
      audit: auditLog(db),
      atomically: atomically(db),
      close: () => db.close(),
    };
  } catch (error) {
    db.close();
    throw error;
  }
}

const PRIVATE = 0o600;

/** Creates the file with its mode where it is missing, before anything is in it; else takes the others' rights from it. */
function makePrivate(file: string): void {
  try {
    closeSync(openSync(file, 'wx', PRIVATE));
  } catch {
    // It is there, or cannot be created: then SQLite says why. Never opened here, since closing it would take the locks
    // of this process's other connections with it (sqlite.org/howtocorrupt.html, 2.2).
  }
  for (const one of [file, `${file}-wal`, `${file}-shm`]) {
    try {
      if ((statSync(one).mode & 0o077) !== 0) chmodSync(one, PRIVATE);
    } catch {
      // Not there; or another user's, who alone may change it: no reason to refuse a halt.
    }
  }
}

function migrate(db: Db, file: string): void {
  const version = pragmaReader(db, 'user_version');
  if (version() === 0) {
    db.transaction(() => {
      // Read again inside the transaction: another process may have been first.
      if (version() !== 0) return;
      db.exec(SCHEMA);
      db.exec(`pragma user_version = ${SCHEMA_VERSION}`);
    }).immediate();
  }
  if (version() !== SCHEMA_VERSION) {
    throw new Error(`${file}: schema version ${String(version())}, expected ${SCHEMA_VERSION}`);
  }
}

function atomically(db: Db): BrokerDatabase['atomically'] {
  return (work) => (db.inTransaction ? work() : db.transaction(work).immediate());
}

function haltStore(db: Db): HaltStore {
  const readState = db.prepare<[], HaltState & { closed: number }>(
    'select level, incident, reason, revision, asset, closed from halt_state',
  );
  const readTargets = db.prepare<[], HaltedTarget>(
    'select service, label, host, outcome, mode from halt_targets order by rowid',
  );
  const readHolders = db.prepare<[], Holder>(
    'select id, who, reason, level, since from halt_holders order by id',
  );
  const columns = 'id, level, reason, opened_at as openedAt, resolved_at as resolvedAt';
  const readIncidents = db.prepare<[], Incident>(`select ${columns} from incidents order by rowid`);
  const readIncident = db.prepare<[string], Incident>(`select ${columns} from incidents where id = ?`);
  const writeState = db.prepare(
    `update halt_state set level = @level, incident = @incident, reason = @reason, revision = @revision,
     asset = @asset, closed = @closed`,
  );
  const writeIncident = db.prepare(
    `insert into incidents (id, level, reason, opened_at, resolved_at)
     values (@id, @level, @reason, @openedAt, @resolvedAt)
     on conflict (id) do update set level = @level, resolved_at = @resolvedAt`,
  );
  const forgetTargets = db.prepare('delete from halt_targets');
  const writeTarget = db.prepare(
    `insert into halt_targets (service, label, host, outcome, mode)
     values (@service, @label, @host, @outcome, @mode)`,
  );
  const forgetHolders = db.prepare('delete from halt_holders');
  const writeHolder = db.prepare(
    'insert into halt_holders (id, who, reason, level, since) values (@id, @who, @reason, @level, @since)',
  );
  // Another connection's commit changes it, one's own does not (sqlite.org/pragma.html#pragma_data_version).
  const version = pragmaReader(db, 'data_version');
  let loaded = version();
  const together = atomically(db);
  // One snapshot, and no waiting for whoever writes (sqlite.org/lang_transaction.html).
  const reading = <T>(work: () => T): T => (db.inTransaction ? work() : db.transaction(work).deferred());
  return {
    load: () =>
      reading(() => {
        loaded = version();
        const row = readState.get();
        if (row === undefined) throw new Error('halt_state has no row: the halt state is not known');
        const { closed, ...state } = row;
        const incident = state.incident === null ? null : (readIncident.get(state.incident) ?? null);
        if (state.level > 0 && (incident === null || incident.resolvedAt !== null)) {
          throw new Error(`halt_state says level ${state.level} without an open incident`);
        }
        const [targets, holders] = [readTargets.all(), readHolders.all()];
        return { state, incident, targets, holders, closed: closed === 1 };
      }),
    save: (record) =>
      together(() => {
        if (record.incident !== null) writeIncident.run(record.incident);
        const row = { ...record.state, closed: record.closed ? 1 : 0 };
        if (writeState.run(row).changes !== 1) throw new Error('halt_state has lost its row');
        forgetTargets.run();
        for (const { service, label, host, outcome, mode } of record.targets) {
          writeTarget.run({ service, label, host, outcome, mode });
        }
        forgetHolders.run();
        for (const holder of record.holders) writeHolder.run(holder);
      }),
    incidents: () => readIncidents.all(),
    changed: () => version() !== loaded,
  };
}

function auditLog(db: Db): AuditLog {
  const insert = db.prepare(
    `insert into audit (seq, at, actor, action, subject, host, outcome, reason, hash)
     values (@seq, @at, @actor, @action, @subject, @host, @outcome, @reason, @hash)`,
  );
  const columns = 'seq, at, actor, action, subject, host, outcome, reason, hash';
  const last = db.prepare<[], { seq: number; hash: string }>(
    'select seq, hash from audit order by seq desc limit 1',
  );
  const read = db.prepare<[number, number], AuditEntry>(
    `select ${columns} from audit where seq > ? order by seq limit ?`,
  );
  const all = db.prepare<[], AuditEntry>(`select ${columns} from audit order by seq`);
  const together = atomically(db);
  return {
    append: (line) =>
      together(() => {
        const before = last.get() ?? { seq: 0, hash: GENESIS };
        const numbered = storable({ ...line, seq: before.seq + 1 });
        insert.run({ ...numbered, hash: hashOf(numbered, before.hash) });
      }),
    list: (after = 0, limit = -1) => read.all(after, limit),
    verify: () => checkChain(keep(all.iterate())),
  };
}
