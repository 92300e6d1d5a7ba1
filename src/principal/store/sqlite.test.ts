import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkLines } from '../cli/print.ts';
import type { HaltRecord } from '../parts.ts';
import { GENESIS, hashOf } from './chain.ts';
import type { BrokerDatabase } from './sqlite.ts';
import { openDatabase } from './sqlite.ts';

let folder: string;
let file: string;
const opened: BrokerDatabase[] = [];

function open(): BrokerDatabase {
  const database = openDatabase(file);
  opened.push(database);
  return database;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'principal-store-'));
  file = join(folder, 'principal.db');
});

afterEach(() => {
  for (const database of opened.splice(0)) database.close();
  rmSync(folder, { recursive: true });
});

const HALTED: HaltRecord = {
  state: { level: 2, incident: 'inc-1', reason: 'drill "x"', revision: 7, asset: 'DOGE-USD' },
  incident: {
    id: 'inc-1',
    level: 2,
    reason: 'drill "x"',
    openedAt: '2026-01-01T00:00:00Z',
    resolvedAt: null,
  },
  targets: [
    { service: 'shiva', label: 'l.shiva', host: 'tesseract', outcome: 'pending', mode: 'ordinary' },
    { service: 'hermes', label: 'l.hermes', host: 'tesseract', outcome: 'stopped', mode: 'for-good' },
  ],
  holders: [{ id: 1, who: 'ada', reason: 'drill "x"', level: 2, since: '2026-01-01T00:00:00Z' }],
  closed: true,
};
const RESOLVED: HaltRecord = {
  state: { level: 0, incident: null, reason: null, revision: 8, asset: null },
  incident: {
    ...(HALTED.incident as NonNullable<HaltRecord['incident']>),
    resolvedAt: '2026-01-01T00:01:00Z',
  },
  targets: [],
  holders: [],
  closed: false,
};
const LINE = {
  at: '2026-01-01T00:00:00Z',
  actor: 'operator',
  action: 'stop',
  subject: 'hermes',
  host: 'tesseract',
  outcome: 'stopped',
  reason: null,
} as const;

describe('the store', () => {
  it('has one row at level 0 from the beginning', () => {
    expect(open().store.load()).toEqual({
      state: { level: 0, incident: null, reason: null, revision: 0, asset: null },
      incident: null,
      targets: [],
      holders: [],
      closed: false,
    });
  });

  it('gives another connection what was saved, while the first is still open (WAL)', () => {
    open().store.save(HALTED);
    expect(open().store.load()).toEqual(HALTED);
    const reader = new Database(file, { readonly: true });
    expect(reader.prepare('select level, incident, reason, revision, asset from halt_state').all()).toEqual([
      HALTED.state,
    ]);
    expect(reader.pragma('journal_mode', { simple: true })).toBe('wal');
    reader.close();
  });

  it('S10: is for its owner only, with the files beside it, also where it was not before', () => {
    const modes = () =>
      readdirSync(folder).map((name) => [name, (statSync(join(folder, name)).mode & 0o777).toString(8)]);
    const all = ['principal.db', 'principal.db-shm', 'principal.db-wal'];
    const before = process.umask(0o022);
    try {
      open().store.save(HALTED);
      expect(modes()).toEqual(all.map((name) => [name, '600']));
      for (const name of all) chmodSync(join(folder, name), 0o644);
      expect(open().store.load()).toEqual(HALTED);
      expect(modes()).toEqual(all.map((name) => [name, '600']));
    } finally {
      process.umask(before);
    }
  });

  it('is what it was after closing and opening again', () => {
    const first = open();
    first.store.save(HALTED);
    first.close();
    expect(open().store.load()).toEqual(HALTED);
  });

  it('keeps a resolved incident in the history', () => {
    const { store } = open();
    store.save(HALTED);
    store.save(RESOLVED);
    expect(store.load()).toMatchObject({ state: RESOLVED.state, incident: null, targets: [] });
    expect(store.incidents()).toEqual([RESOLVED.incident]);
  });

  it('saves all or nothing', () => {
    const { store, audit, atomically } = open();
    store.save(HALTED);
    expect(() =>
      atomically(() => {
        store.save(RESOLVED);
        audit.append(LINE);
        throw new Error('halfway');
      }),
    ).toThrow('halfway');
    expect(store.load()).toEqual(HALTED);
    expect(audit.list()).toEqual([]);
    audit.append(LINE);
    expect(audit.list()).toEqual([{ seq: 1, ...LINE, hash: hashOf({ seq: 1, ...LINE }, GENESIS) }]);
  });

  it('does not let history be rewritten', () => {
    const { store, audit } = open();
    store.save(HALTED);
    audit.append(LINE);
    const db = new Database(file);
    const refused = (sql: string): void => expect(() => db.exec(sql), sql).toThrow(/append-only|never/);
    refused("update audit set outcome = 'stopped'");
    refused('delete from audit');
    refused("update incidents set reason = 'other'");
    refused('delete from incidents');
    store.save(RESOLVED);
    refused('update incidents set resolved_at = null');
    db.close();
  });

  it('refuses a state that contradicts the incidents', () => {
    const { store } = open();
    store.save(HALTED);
    const db = new Database(file);
    db.exec("update incidents set resolved_at = 'now'");
    db.close();
    expect(() => store.load()).toThrow('without an open incident');
  });

  it('refuses a file of another version', () => {
    const db = new Database(file);
    db.pragma('user_version = 9');
    db.close();
    expect(() => openDatabase(file)).toThrow('schema version 9, expected 2');
  });

  it('says that another process saved, and not that this one did', () => {
    const [mine, theirs] = [open().store, open().store];
    mine.load();
    mine.save(HALTED);
    expect(mine.changed?.()).toBe(false);
    theirs.load();
    theirs.save(RESOLVED);
    expect(mine.changed?.()).toBe(true);
    expect(mine.load()).toMatchObject({ state: RESOLVED.state });
    expect(mine.changed?.()).toBe(false);
  });

  it('waits for a lock only briefly, and then says that it could not write', () => {
    const { store } = open();
    const other = new Database(file);
    other.exec('begin immediate');
    const begin = performance.now();
    expect(() => store.save(HALTED)).toThrow('locked');
    expect(performance.now() - begin).toBeLessThan(2000);
    other.exec('rollback');
    other.close();
    store.save(HALTED);
  });
});

describe('the audit log', () => {
  it('shows where it was tampered with, whatever the triggers say', () => {
    const { audit } = open();
    for (let index = 0; index < 5; index += 1) audit.append(LINE);
    const whole = audit.verify();
    expect(whole).toMatchObject({ ok: true, entries: 5, brokenAt: null, head: audit.list().at(-1)?.hash });
    expect(audit.list(3, 1)).toMatchObject([{ seq: 4 }]);
    const db = new Database(file);
    db.exec('drop trigger audit_no_update; drop trigger audit_no_delete');
    db.exec("update audit set outcome = 'unknown' where seq = 3");
    expect(audit.verify()).toMatchObject({ ok: false, brokenAt: 3 });
    db.exec("update audit set outcome = 'stopped' where seq = 3");
    expect(audit.verify()).toEqual(whole);
    db.exec('delete from audit where seq = 2');
    expect(audit.verify()).toMatchObject({ ok: false, brokenAt: 3 });
    db.close();
  });

  it.each(['\ud800', 'a\udc00b', '\ud83d\ude00\ud83d', '\0', 'a\0b', '\ufffd', '\ufeffx', ''])(
    'S5: with %j in every text hashes what it stores, and stays whole',
    (text) => {
      const { audit } = open();
      audit.append({ ...LINE, actor: text, subject: text, host: text, outcome: text, reason: text });
      audit.append(LINE);
      expect(audit.verify()).toMatchObject({ ok: true, entries: 2, breaks: 0, broken: [] });
      expect(audit.list()[0]?.reason).toBe(Buffer.from(text, 'utf8').toString('utf8'));
    },
  );

  it('S5: says every break, not the first alone, and none that only follows from another', () => {
    const { audit } = open();
    for (let index = 0; index < 12; index += 1) audit.append(LINE);
    const db = new Database(file);
    db.exec('drop trigger audit_no_update; drop trigger audit_no_delete');
    db.exec("update audit set reason = 'another' where seq in (2, 9)");
    db.exec('delete from audit where seq = 5');
    db.close();
    expect(audit.verify()).toMatchObject({
      ok: false,
      entries: 11,
      brokenAt: 2,
      breaks: 3,
      broken: [2, 6, 9],
    });
    expect(checkLines(audit.verify())).toEqual([
      'THE AUDIT LOG IS BROKEN at entry 2 of 11',
      'entries that do not fit the one before (3): 2, 6, 9',
    ]);
  });
});
