import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Proof } from '../../drill/model/proof.ts';
import { openLedger } from './proofs-db.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haltdrill-ledger-'));
  file = join(folder, 'deep', 'ledger.db');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const proof: Proof = {
  drillId: 'd-1',
  drill: 'level-2-halt-trading',
  level: 2,
  environment: 'lab:reference',
  verdict: 'pass',
  qualified: false,
  proven: ['hermes@tesseract', 'shiva@tesseract'],
  declared: 4,
  inventorySha256: 'ab'.repeat(32),
  drillSha256: 'cd'.repeat(32),
  runner: '0.1.0',
  finishedAt: '2025-03-23T10:00:00.000Z',
};

describe('openLedger', () => {
  it('keeps proofs over a restart, the oldest first', () => {
    const ledger = openLedger(file);
    ledger.record(proof);
    ledger.record({ ...proof, drillId: 'd-0', qualified: true, finishedAt: '2025-03-22T10:00:00.000Z' });
    ledger.close();
    const again = openLedger(file);
    expect(again.list()).toEqual([
      { ...proof, drillId: 'd-0', qualified: true, finishedAt: '2025-03-22T10:00:00.000Z' },
      proof,
    ]);
    again.close();
  });

  it('has one line a drill: judging it again replaces it', () => {
    const ledger = openLedger(file);
    ledger.record(proof);
    ledger.record({ ...proof, verdict: 'fail', proven: [] });
    expect(ledger.list()).toEqual([{ ...proof, verdict: 'fail', proven: [] }]);
    ledger.close();
  });

  it('can be open twice, as by two runners', () => {
    const [one, two] = [openLedger(file), openLedger(file)];
    one.record(proof);
    two.record({ ...proof, drillId: 'd-2' });
    expect(one.list()).toHaveLength(2);
    one.close();
    two.close();
  });

  it('refuses what is not a verdict', () => {
    const ledger = openLedger(file);
    expect(() => ledger.record({ ...proof, verdict: 'maybe' as 'pass' })).toThrow(/CHECK/);
    ledger.close();
  });

  it('refuses a newer format, and leaves it as it is', () => {
    openLedger(file).close();
    const db = new Database(file);
    db.pragma('user_version = 3');
    db.close();
    expect(() => openLedger(file)).toThrow(
      `${file}: was written by a newer haltdrill (format 3; this one knows 2); upgrade haltdrill, or name another file`,
    );
    const after = new Database(file);
    expect(after.pragma('user_version', { simple: true })).toBe(3);
    after.close();
  });

  it("refuses somebody else's database, and leaves it as it is", () => {
    const foreign = join(folder, 'other.db');
    const db = new Database(foreign);
    db.exec('create table halt_state (level)');
    db.close();
    expect(() => openLedger(foreign)).toThrow(`${foreign}: is a database, but not a ledger of haltdrill`);
    const after = new Database(foreign);
    expect(after.prepare('select name from sqlite_schema').pluck().all()).toEqual(['halt_state']);
    expect(after.pragma('journal_mode', { simple: true })).toBe('delete');
    after.close();
  });

  it('names the file where it is no database', () => {
    const text = join(folder, 'text.db');
    writeFileSync(text, 'not a database, but long enough to be read as one'.repeat(10));
    expect(() => openLedger(text)).toThrow(`${text}: file is not a database`);
  });

  it('is for its owner alone, also where it was there with another mode, and its companions too', () => {
    const modes = (): number[] =>
      readdirSync(join(folder, 'deep')).map((name) => statSync(join(folder, 'deep', name)).mode & 0o777);
    const first = openLedger(file);
    first.record(proof);
    expect(modes()).toEqual([0o600, 0o600, 0o600]);
    for (const name of readdirSync(join(folder, 'deep'))) chmodSync(join(folder, 'deep', name), 0o664);
    const second = openLedger(file);
    expect(modes()).toEqual([0o600, 0o600, 0o600]);
    second.close();
    first.close();
    expect(statSync(join(folder, 'deep')).mode & 0o777).toBe(0o700);
  });

  it('C3: knows a drill from its beginning, and a proof is its end', () => {
    const ledger = openLedger(file);
    const begun: Proof = { ...proof, verdict: 'running', proven: [] };
    ledger.enter(begun, 'ef'.repeat(32));
    expect(ledger.list()).toEqual([begun]);
    ledger.record({ ...proof, verdict: 'fail' });
    expect(ledger.list()).toEqual([{ ...proof, verdict: 'fail' }]);
    ledger.close();
  });

  it('C4: keeps by which first record of a journal it knows a drill, whatever is recorded of it later', () => {
    const ledger = openLedger(file);
    expect(ledger.openedOf('d-1')).toBeNull();
    ledger.enter({ ...proof, verdict: 'running' }, 'ef'.repeat(32));
    ledger.record(proof);
    expect(ledger.openedOf('d-1')).toBe('ef'.repeat(32));
    ledger.record({ ...proof, drillId: 'd-2' });
    expect(ledger.openedOf('d-2')).toBeNull();
    ledger.close();
  });

  it('C4: enters no drill twice', () => {
    const ledger = openLedger(file);
    ledger.enter(proof, 'ef'.repeat(32));
    expect(() => ledger.enter(proof, '00'.repeat(32))).toThrow(/UNIQUE/);
    expect(ledger.openedOf('d-1')).toBe('ef'.repeat(32));
    ledger.close();
  });

  it('C1: takes over a ledger of the first format, whose proofs have no digest', () => {
    mkdirSync(join(folder, 'deep'));
    const old = new Database(file);
    old.exec(`create table proof (drill_id text not null unique, drill text not null, level integer not null,
      environment text not null, verdict text not null check (verdict in ('pass', 'fail', 'inconclusive', 'not-run', 'aborted')),
      qualified integer not null check (qualified in (0, 1)), proven text not null check (json_valid(proven)),
      declared integer not null, inventory_sha256 text not null, finished_at text not null) strict`);
    old
      .prepare("insert into proof values (?, ?, 2, 'live', 'pass', 0, ?, 4, ?, ?)")
      .run(proof.drillId, proof.drill, JSON.stringify(proof.proven), proof.inventorySha256, proof.finishedAt);
    old.pragma(`application_id = ${0x68747066}`);
    old.pragma('user_version = 1');
    old.close();
    const ledger = openLedger(file);
    const kept = { ...proof, environment: 'live', drillSha256: null, runner: null };
    expect(ledger.list()).toEqual([kept]);
    ledger.enter({ ...proof, drillId: 'd-2', verdict: 'running' }, 'ef'.repeat(32));
    ledger.close();
    expect(openLedger(file).list()).toHaveLength(2);
  });
});
