import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needs } from '../../../test/support/needs.ts';
import { type Ask, askHere } from '../system/ask-here.ts';
import { createAuditLink, createStoreLink } from './sqlite.ts';
import { readRemoteDatabase } from './sqlite-remote.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haltdrill-remote-'));
  file = join(folder, 'it\'s $(a) "store".db');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const SCHEMA = `
  create table halt_state (level, incident, reason, revision, asset);
  create table incidents (id, level, reason, opened_at, resolved_at);
  create table audit (seq integer primary key, subject, outcome);
  insert into halt_state values (2, 'inc-1', 'why; "quoted" $(x)' || char(10) || '[{"mark":"x"}]', 7, null);`;
const STATE = 'select level, incident, reason, revision, asset from halt_state -- the one row';
const INCIDENTS = 'select id, level, reason, opened_at, resolved_at from incidents;';

function make(sql = SCHEMA, mode: 'wal' | 'delete' = 'wal'): Database.Database {
  const db = new Database(file);
  db.pragma(`journal_mode = ${mode}`);
  db.exec(sql);
  return db;
}

/** A host on which only these programs are found. */
function withOnly(...programs: string[]): Ask {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const program of ['sh', 'ls', 'id', 'od', ...programs])
    symlinkSync(
      program.startsWith('/') ? program : `/usr/bin/${program}`,
      join(bin, program.split('/').at(-1) ?? ''),
    );
  return (argv, limits) => askHere(['env', `PATH=${bin}`, ...argv], limits);
}

const readers: readonly (readonly [string, () => Ask])[] = [
  ['sqlite3', () => withOnly('sqlite3')],
  ['python3', () => withOnly(process.env.HALTDRILL_TEST_PYTHON ?? '/usr/bin/python3')],
];

describe.each(readers)('a database on another host, read by its %s', (_, host) => {
  const store = (ask: Ask, query = STATE, incidents: string | null = INCIDENTS) =>
    createStoreLink({ file, query, incidents }, (path, queries) => readRemoteDatabase(path, queries, ask));

  it('yields state, incidents and inode, while its program writes', async () => {
    const db = make();
    const ask = host();
    const first = await store(ask).read();
    expect(first).toMatchObject({
      kind: 'present',
      value: {
        state: {
          level: 2,
          incident: 'inc-1',
          reason: 'why; "quoted" $(x)\n[{"mark":"x"}]',
          revision: 7,
          asset: null,
        },
        incidents: [],
      },
    });
    db.exec(
      "update halt_state set level = 0, incident = null; insert into incidents values ('inc-1', 2, null, null, 'now')",
    );
    expect(await store(ask).read()).toMatchObject({
      value: { state: { level: 0, incident: null }, incidents: [{ id: 'inc-1', resolvedAt: 'now' }] },
    });
    // Whoever owns it can still write: the reader has left neither lock nor file of its own.
    db.exec('update halt_state set revision = 8');
    db.close();
  });

  it.each([
    ['there is no row', 'delete from halt_state', STATE, 'there is no row'],
    [
      'there are two',
      'insert into halt_state values (0, null, null, 8, null)',
      STATE,
      '2 rows instead of one',
    ],
    ['the level is text', "update halt_state set level = '2'", STATE, 'not a whole number'],
    ['the level is NULL', 'update halt_state set level = null', STATE, 'not a whole number'],
    [
      'the revision is huge',
      'update halt_state set revision = 9223372036854775807',
      STATE,
      'not a whole number',
    ],
    ['the level is infinite', 'update halt_state set level = 9e999', STATE, ''],
    ['the table is not there', 'drop table halt_state', STATE, 'no such table: halt_state'],
    ['a column is not selected', '', 'select level from halt_state', 'lacks column incident'],
    [
      'a column has another name',
      '',
      'select level, incident, reason as why from halt_state',
      'unknown column why',
    ],
    ['the query is no query', '', 'selec', 'syntax error'],
    ['the query writes', '', 'delete from halt_state', ''],
    ['the query writes and returns', '', 'delete from halt_state returning level, incident', 'readonly'],
  ])('is unreadable where %s', async (_name, sql, query, reason) => {
    make(`${SCHEMA};${sql}`).close();
    const reading = await store(host(), query).read();
    expect(reading).toMatchObject({ kind: 'unreadable', reason: expect.stringContaining(reason) });
    const db = new Database(file);
    const rows = db.prepare('select count(*) as n from sqlite_master').get();
    db.close();
    expect(rows).toBeDefined();
  });

  it('is unreadable, never absent, where the file is missing, a folder, no database or locked', async () => {
    const ask = host();
    expect(await store(ask).read()).toEqual({ kind: 'unreadable', reason: `${file}: no such file` });
    mkdirSync(file);
    expect(await store(ask).read()).toMatchObject({ reason: expect.stringContaining('is not a file') });
    rmSync(file, { recursive: true });
    writeFileSync(file, 'x'.repeat(5000));
    expect(await store(ask).read()).toMatchObject({ reason: expect.stringContaining('not a database') });
    rmSync(file);
    const db = make(SCHEMA, 'delete');
    db.exec('begin exclusive');
    expect(await store(ask).read()).toMatchObject({ reason: expect.stringContaining('locked') });
    db.exec('commit');
    expect(await store(ask).read()).toMatchObject({ kind: 'present' });
    db.close();
  });

  it('S12: gives views of the database nothing but arithmetic', async () => {
    make(`${SCHEMA}; create view curious as select * from pragma_compile_options`).close();
    expect(await store(host(), 'select * from curious').read()).toMatchObject({
      reason: expect.stringContaining('unsafe use of virtual table'),
    });
  });

  it('S12: ends there by itself where a view computes on and the link to it was lost', {
    timeout: 120_000,
  }, async () => {
    make(`${SCHEMA}; create view slow as with recursive n(i) as
      (select 1 union all select i + 1 from n limit 2000000000) select count(*) as level from n`).close();
    const ask = host();
    const patient: Ask = (argv, limits) => ask(argv, { ...limits, withinMs: 600_000 });
    expect(await store(patient, 'select * from slow').read()).toMatchObject({ kind: 'unreadable' });
  });

  it('takes an empty log for empty', async () => {
    make().close();
    const ask = host();
    const audit = {
      file,
      query: 'select seq, subject, outcome from audit',
      stopped: ['stopped'],
      refused: null,
    };
    const link = createAuditLink(audit, (path, queries) => readRemoteDatabase(path, queries, ask));
    expect(await link.read()).toMatchObject({ kind: 'present', value: [] });
  });

  it('shows another inode when the file was replaced between two reads', async () => {
    make(SCHEMA, 'delete').close();
    const ask = host();
    const before = await store(ask).read();
    copyFileSync(file, `${file}.new`);
    renameSync(`${file}.new`, file);
    const after = await store(ask).read();
    if (before.kind !== 'present' || after.kind !== 'present') throw new Error('unreadable');
    expect(after.value.inode).not.toBe(before.value.inode);
  });
});

describe("another user's database", needs('root'), () => {
  const read = () => readRemoteDatabase(file, [STATE], askHere);
  const give = (): void => {
    for (const name of readdirSync(folder)) chownSync(join(folder, name), 4242, 4242);
  };

  it('is not opened in WAL mode where its files do not both exist, and no file is created', async () => {
    make().close();
    give();
    const before = readdirSync(folder);
    expect(await read()).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringContaining('belongs to another user (uid 4242)'),
    });
    expect(readdirSync(folder)).toEqual(before);
  });

  it('is read where they do, and where none is needed', async () => {
    const db = make();
    give();
    expect(await read()).toMatchObject({ kind: 'present' });
    db.close();
    rmSync(file);
    make(SCHEMA, 'delete').close();
    give();
    expect(await read()).toMatchObject({ kind: 'present' });
  });
});

describe('an answer that is not what was asked for', () => {
  const answered = (stdout: string, exitCode = 0): Promise<unknown> =>
    readRemoteDatabase(file, [STATE], async () => ({
      kind: 'present',
      value: { exitCode, stdout: Buffer.from(stdout, 'latin1'), stderr: '' },
    }));

  it.each([
    ['nothing', '', 'not whole'],
    ['garbage', 'hello\n', 'not whole'],
    ['not UTF-8', 'inode 1\n\xff\ninode 1\n', 'not UTF-8'],
    ['cut off', 'inode 1\n[{"data_version":2}]\n', 'not whole'],
    ['of two files', 'inode 1\ninode 2\n', 'was replaced'],
    [
      'without its marks',
      'inode 1\n[{"data_version":2}]\n[{"level":0,"incident":null}]\n[{"data_version":2}]\ninode 1\n',
      'not whole',
    ],
  ])('is unreadable where it is %s', async (_, stdout, reason) => {
    expect(await answered(stdout)).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringContaining(reason),
    });
  });

  it('is unreadable where it ends with another code, hangs, or nobody can read a database there', async () => {
    expect(await answered('inode 1\ninode 1\n', 1)).toMatchObject({
      reason: expect.stringContaining('ended with 1'),
    });
    const late: Ask = (_, limits) => askHere(['sleep', '60'], { ...limits, withinMs: 200 });
    expect(await readRemoteDatabase(file, [STATE], late)).toMatchObject({
      reason: expect.stringContaining('did not end within'),
    });
    make().close();
    expect(await readRemoteDatabase(file, [STATE], withOnly())).toMatchObject({
      reason: expect.stringContaining('neither sqlite3 nor python3'),
    });
  });

  it('is unreadable where the file may not be read', async () => {
    make().close();
    chmodSync(file, 0o000);
    const reading = await readRemoteDatabase(file, [STATE], askHere);
    // Root may read anything.
    expect(reading.kind).toBe(process.geteuid?.() === 0 ? 'present' : 'unreadable');
  });
});
