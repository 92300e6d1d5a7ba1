import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Database from 'better-sqlite3';
import type { Proof } from '../../drill/model/proof.ts';
import { outlive } from '../system/outlive.ts';
import { forTheOwnerAlone } from './owner-only.ts';

/** "htpf": tells our files from other SQLite databases (PRAGMA application_id). */
const APPLICATION_ID = 0x68747066;
const SCHEMA = 2;

/** The history of proofs. */
export interface Ledger {
  /** Enters a drill that is about to begin, and the digest of its journal's first record. Durable when it returns; throws where it is there already. */
  enter(proof: Proof, openedSha256: string): void;
  /** Adds a proof; a drill that was entered, or judged again, replaces its own line. Durable when it returns. */
  record(proof: Proof): void;
  /** All of them, the oldest first. */
  list(): Proof[];
  /** The digest with which a drill was entered; null where none was. */
  openedOf(drillId: string): string | null;
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
  const columns = `drill_id, drill, level, environment, verdict, qualified, proven, declared, inventory_sha256, drill_sha256, runner, finished_at`;
  const values = `@drillId, @drill, @level, @environment, @verdict, @qualified, @proven, @declared, @inventorySha256, @drillSha256, @runner, @finishedAt`;
  const begin = outlive(
    db.prepare(`insert into proof (${columns}, opened_sha256) values (${values}, @openedSha256)`),
  );
  const insert = outlive(
    db.prepare(
      `insert into proof (${columns}) values (${values})
     on conflict (drill_id) do update set drill = excluded.drill, level = excluded.level,
       environment = excluded.environment, verdict = excluded.verdict, qualified = excluded.qualified,
       proven = excluded.proven, declared = excluded.declared, inventory_sha256 = excluded.inventory_sha256,
       drill_sha256 = excluded.drill_sha256, runner = excluded.runner, finished_at = excluded.finished_at`,
    ),
  );
  const select = outlive(
    db.prepare<[], ProofRow>(
      `select drill_id as drillId, drill, level, environment, verdict, qualified, proven, declared,
       inventory_sha256 as inventorySha256, drill_sha256 as drillSha256, runner, finished_at as finishedAt
       from proof order by finished_at, rowid`,
    ),
  );
  const opened = outlive(
    db.prepare<[string], string | null>('select opened_sha256 from proof where drill_id = ?').pluck(),
  );
  const rowOf = (proof: Proof) => ({
    ...proof,
    qualified: proof.qualified ? 1 : 0,
    proven: JSON.stringify(proof.proven),
  });
  return {
    enter: (proof, openedSha256) => {
      begin.run({ ...rowOf(proof), openedSha256 });
    },
    record: (proof) => {
      insert.run(rowOf(proof));
    },
    list: () =>
      select.all().map((row) => ({
        ...row,
        qualified: row.qualified === 1,
        proven: JSON.parse(row.proven) as string[],
      })),
    openedOf: (drillId) => opened.get(drillId) ?? null,
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
  // Two runners may get here at once: the second one finds it done.
  db.transaction(() => {
    const now = number('pragma user_version');
    if (now === SCHEMA) return;
    if (now === 1) db.exec('alter table proof rename to proof_1');
    db.exec(PROOF_TABLE);
    if (now === 1) {
      // The first format kept neither what was drilled nor by which version: its proofs open no gate any more.
      db.exec(`insert into proof select drill_id, drill, level, environment, verdict, qualified, proven, declared, inventory_sha256, null, null, null, finished_at
        from proof_1 order by rowid`);
      db.exec('drop table proof_1');
    }
    db.exec(`pragma application_id = ${APPLICATION_ID}`);
    db.exec(`pragma user_version = ${SCHEMA}`);
  }).immediate();
}

const PROOF_TABLE = `create table proof (
  drill_id text not null unique,
  drill text not null,
  level integer not null,
  environment text not null,
  verdict text not null check (verdict in ('pass', 'fail', 'inconclusive', 'not-run', 'aborted', 'running')),
  qualified integer not null check (qualified in (0, 1)),
  proven text not null check (json_valid(proven)),
  declared integer not null,
  inventory_sha256 text not null,
  drill_sha256 text,
  runner text,
  opened_sha256 text,
  finished_at text not null
) strict`;
