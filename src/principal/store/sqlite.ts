import Database from 'better-sqlite3';
import type {
  AuditAction,
  AuditLine,
  AuditLog,
  HaltedTarget,
  HaltState,
  HaltStore,
  Incident,
} from '../parts.ts';
import { SCHEMA, SCHEMA_VERSION } from './schema.ts';

/** The broker's one file, as the two parts that live in it. */
export interface BrokerDatabase {
  readonly store: HaltStore;
  readonly audit: AuditLog;
  /** Runs synchronous work on both as one transaction. */
  readonly atomically: <T>(work: () => T) => T;
  close(): void;
}

type Db = Database.Database;

/**
 * Opens the file, creating it where it is missing (its folder must exist). In WAL mode with synchronous=FULL a
 * committed transaction is on disk before the call returns (https://www.sqlite.org/pragma.html#pragma_synchronous).
 * Throws where the file cannot be opened, is damaged, or is of another version.
 */
export function openDatabase(file: string): BrokerDatabase {
  const db = new Database(file, { timeout: 2000 });
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    // Without it, INSERT OR REPLACE would delete rows past the triggers (sqlite.org/lang_conflict.html).
    db.pragma('recursive_triggers = ON');
    migrate(db, file);
    return { store: haltStore(db), audit: auditLog(db), atomically: atomically(db), close: () => db.close() };
  } catch (error) {
    db.close();
    throw error;
  }
}

function migrate(db: Db, file: string): void {
  const version = (): unknown => db.pragma('user_version', { simple: true });
  if (version() === 0) {
    db.transaction(() => {
      // Read again inside the transaction: another process may have been first.
      if (version() !== 0) return;
      db.exec(SCHEMA);
      db.pragma(`user_version = ${SCHEMA_VERSION}`);
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
  const readState = db.prepare<[], HaltState>(
    'select level, incident, reason, revision, asset from halt_state',
  );
  const readTargets = db.prepare<[], HaltedTarget>(
    'select service, label, host, outcome from halt_targets order by rowid',
  );
  const columns = 'id, level, reason, opened_at as openedAt, resolved_at as resolvedAt';
  const readIncidents = db.prepare<[], Incident>(`select ${columns} from incidents order by rowid`);
  const readIncident = db.prepare<[string], Incident>(`select ${columns} from incidents where id = ?`);
  const writeState = db.prepare(
    `update halt_state set level = @level, incident = @incident, reason = @reason, revision = @revision,
     asset = @asset`,
  );
  const writeIncident = db.prepare(
    `insert into incidents (id, level, reason, opened_at, resolved_at)
     values (@id, @level, @reason, @openedAt, @resolvedAt)
     on conflict (id) do update set level = @level, resolved_at = @resolvedAt`,
  );
  const forgetTargets = db.prepare('delete from halt_targets');
  const writeTarget = db.prepare(
    'insert into halt_targets (service, label, host, outcome) values (@service, @label, @host, @outcome)',
  );
  const together = atomically(db);
  return {
    load: () =>
      together(() => {
        const state = readState.get();
        if (state === undefined) throw new Error('halt_state has no row: the halt state is not known');
        const incident = state.incident === null ? null : (readIncident.get(state.incident) ?? null);
        if (state.level > 0 && (incident === null || incident.resolvedAt !== null)) {
          throw new Error(`halt_state says level ${state.level} without an open incident`);
        }
        return { state, incident, targets: readTargets.all() };
      }),
    save: (record) =>
      together(() => {
        if (record.incident !== null) writeIncident.run(record.incident);
        if (writeState.run(record.state).changes !== 1) throw new Error('halt_state has lost its row');
        forgetTargets.run();
        for (const { service, label, host, outcome } of record.targets) {
          writeTarget.run({ service, label, host, outcome });
        }
      }),
    incidents: () => readIncidents.all(),
  };
}

function auditLog(db: Db): AuditLog {
  const insert = db.prepare(
    `insert into audit (at, actor, action, subject, host, outcome, reason)
     values (@at, @actor, @action, @subject, @host, @outcome, @reason)`,
  );
  const read = db.prepare<[], AuditLine & { seq: number; action: AuditAction }>(
    'select seq, at, actor, action, subject, host, outcome, reason from audit order by seq',
  );
  return { append: (line) => void insert.run(line), list: () => read.all() };
}
