import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Database from 'better-sqlite3';
import type { Proof } from '../../drill/model/proof.ts';
import { outlive } from '../system/outlive.ts';
import { forTheOwnerAlone } from './owner-only.ts';

/** "htpf": tells our files from other SQLite databases (PRAGMA application_id). */
const APPLICATION_ID = 0x68747066;
const SCHEMA = 1;

/** The history of proofs. */
export interface Ledger {
  /** Adds a proof; a drill that was judged again replaces its own line. Durable when it returns. */
  record(proof: Proof): void;
  /** All of them, the oldest first. */
  list(): Proof[];
  close(): void;
}

/**
 * Opens the ledger (SQLite, WAL), and creates it and its folder where there is none.
 * Throws a one-line error that names the file: where it is no ledger, or of a newer version of haltdrill.
 */
export function openLedger(file: string): Ledger {
  let db: Database.Database | undefined;
  try {
    mkdirSync(dirname(resolve(file)), { recursive: true, mode: 0o700 });
    forTheOwnerAlone(resolve(file));
    db = outlive(new Database(resolve(file), { timeout: 5000 }));
    prepareSchema(db);
    return ledgerOn(db);
  } catch (error) {
    db?.close();
    throw new Error(`${file}: ${error instanceof Error ? error.message : 'cannot be opened'}`, {
      cause: error,
    });
  }
}

function ledgerOn(db: Database.Database): Ledger {
  const insert = outlive(
    db.prepare(
      `insert into proof (drill_id, drill, level, environment, verdict, qualified, proven, declared, inventory_sha256, finished_at)
     values (@drillId, @drill, @level, @environment, @verdict, @qualified, @proven, @declared, @inventorySha256, @finishedAt)
     on conflict (drill_id) do update set drill = excluded.drill, level = excluded.level,
       environment = excluded.environment, verdict = excluded.verdict, qualified = excluded.qualified,
       proven = excluded.proven, declared = excluded.declared, inventory_sha256 = excluded.inventory_sha256,
       finished_at = excluded.finished_at`,
    ),
  );
  const select = outlive(
    db.prepare<[], ProofRow>(
      `select drill_id as drillId, drill, level, environment, verdict, qualified, proven, declared,
       inventory_sha256 as inventorySha256, finished_at as finishedAt from proof order by finished_at, rowid`,
    ),
  );
  return {
    record: (proof) => {
      insert.run({ ...proof, qualified: proof.qualified ? 1 : 0, proven: JSON.stringify(proof.proven) });
    },
    list: () =>
      select.all().map((row) => ({
        ...row,
        qualified: row.qualified === 1,
        proven: JSON.parse(row.proven) as string[],
      })),
    close: () => {
      db.close();
    },
  };
}

type ProofRow = Omit<Proof, 'qualified' | 'proven'> & { readonly qualified: number; readonly proven: string };

function prepareSchema(db: Database.Database): void {
  const number = (query: string): number => outlive(db.prepare(query).pluck()).get() as number;
  const application = number('pragma application_id');
  const version = number('pragma user_version');
  const tables = number('select count(*) from sqlite_schema');
  if (application !== APPLICATION_ID && (tables > 0 || application !== 0 || version !== 0))
    throw new Error('is a database, but not a ledger of haltdrill; name another file');
  if (version > SCHEMA)
    throw new Error(
      `was written by a newer haltdrill (format ${version}; this one knows ${SCHEMA}); upgrade haltdrill, or name another file`,
    );
  db.exec('pragma journal_mode = wal');
  // WAL with `normal` may lose the last commits in a power cut; a proof must not be claimed and then be gone.
  db.exec('pragma synchronous = full');
  if (version === SCHEMA) return;
  // Two runners may get here at once: the second one finds the table there.
  db.transaction(() => {
    db.exec(`create table if not exists proof (
      drill_id text not null unique,
      drill text not null,
      level integer not null,
      environment text not null,
      verdict text not null check (verdict in ('pass', 'fail', 'inconclusive', 'not-run', 'aborted')),
      qualified integer not null check (qualified in (0, 1)),
      proven text not null check (json_valid(proven)),
      declared integer not null,
      inventory_sha256 text not null,
      finished_at text not null
    ) strict`);
    db.exec(`pragma application_id = ${APPLICATION_ID}`);
    db.exec(`pragma user_version = ${SCHEMA}`);
  }).immediate();
}
