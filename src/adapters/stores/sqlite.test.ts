import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuditLink, createMessagesLink, createStoreLink } from './sqlite.ts';
import { readDatabase } from './sqlite-read.ts';
import { createDatabaseReader } from './sqlite-reader.ts';

const reader = createDatabaseReader();
afterAll(() => reader.close());

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haltdrill-store-'));
  file = join(folder, 'principal.db');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const SCHEMA = `
  create table halt_state (level, incident, reason, revision, asset);
  create table incidents (id, level, reason, opened_at, resolved_at);
  create table audit (seq integer primary key, at, actor, action, subject, host, outcome);
  insert into halt_state values (2, 'inc-1', 'why', 7, null);
  insert into incidents values ('inc-1', 2, 'why', '2025-03-23T10:00:00Z', null);
  insert into audit values (1, '2025-03-23T10:00:00Z', 'principal', 'stop', 'hermes', 'tesseract', 'stopped');`;
const STATE = 'select level, incident, reason, revision, asset from halt_state';
const INCIDENTS = 'select id, level, reason, opened_at, resolved_at from incidents order by opened_at';
const AUDIT = 'select seq, at, actor, action, subject, host, outcome from audit order by seq';

function make(sql = SCHEMA, mode: 'wal' | 'delete' = 'wal'): void {
  const db = new Database(file);
  db.pragma(`journal_mode = ${mode}`);
  db.exec(sql);
  db.close();
}

const read = (query = STATE, incidents: string | null = null) =>
  createStoreLink({ file, query, incidents }, reader.read).read();

describe('createStoreLink', () => {
  it('reads state, incidents and inode', async () => {
    make();
    const reading = await read(STATE, INCIDENTS);
    expect(reading).toMatchObject({
      kind: 'present',
      value: {
        state: { level: 2, incident: 'inc-1', reason: 'why', revision: 7, asset: null },
        incidents: [
          { id: 'inc-1', level: 2, reason: 'why', openedAt: '2025-03-23T10:00:00Z', resolvedAt: null },
        ],
      },
    });
  });

  it('takes columns that are not selected as "does not say", and a number as an incident\'s name', async () => {
    make('create table s (n); insert into s values (17)');
    expect(await read('select 3 as level, n as incident from s')).toMatchObject({
      kind: 'present',
      value: {
        state: { level: 3, incident: '17', reason: null, revision: null, asset: null },
        incidents: null,
      },
    });
  });

  it('shows another inode when the file was replaced between two reads', async () => {
    make();
    const before = await read();
    copyFileSync(file, `${file}.new`);
    renameSync(`${file}.new`, file);
    const after = await read();
    if (before.kind !== 'present' || after.kind !== 'present') throw new Error('unreadable');
    expect(after.value.inode).not.toBe(before.value.inode);
  });

  it.each([
    ['there is no row', `delete from halt_state`, STATE, 'there is no row'],
    [
      'there are two',
      `insert into halt_state values (0, null, null, 8, null)`,
      STATE,
      '2 rows instead of one',
    ],
    [
      'the level is text',
      `update halt_state set level = '2'`,
      STATE,
      'level is the text "2", not a whole number',
    ],
    ['the level is a fraction', `update halt_state set level = 1.5`, STATE, 'level is the number 1.5'],
    ['the level is NULL', `update halt_state set level = null`, STATE, 'level is null'],
    ['the reason is a blob', `update halt_state set reason = x'00ff'`, STATE, 'reason is an object'],
    ['the revision is huge', `update halt_state set revision = 9223372036854775807`, STATE, 'revision is'],
    [
      'the reason is endless',
      `update halt_state set reason = printf('%.*c', 70000, 'y')`,
      STATE,
      'reason has 70000 characters',
    ],
    [
      'the incident is endless',
      `update halt_state set incident = printf('%.*c', 70000, 'y')`,
      STATE,
      'incident has 70000 characters',
    ],
    ['the level is NaN', `update halt_state set level = 0.0 / 0.0`, STATE, 'level is null'],
    ['the level is infinite', `update halt_state set level = 9e999`, STATE, 'level is the number Infinity'],
    ['the table is not there', 'drop table halt_state', STATE, 'no such table: halt_state'],
    ['a column is not there', 'alter table halt_state drop column reason', STATE, 'no such column: reason'],
    ['a column is not selected', '', 'select level from halt_state', 'lacks column incident'],
    [
      'a column has another name',
      '',
      'select level, incident, reason as why from halt_state',
      'has unknown column why; name its columns (with `as`) level, incident, reason, revision, asset',
    ],
    ['a column is there twice', '', 'select level, incident, incident from halt_state', 'is there twice'],
    ['the query is no query', '', 'selec', 'syntax error'],
    ['the query writes', '', 'delete from halt_state', 'returns no rows'],
    [
      'the query writes and returns',
      '',
      'delete from halt_state returning level, incident',
      'readonly database',
    ],
  ])('is unreadable where %s', async (_, sql, query, reason) => {
    make(`${SCHEMA};${sql}`);
    const reading = await read(query);
    expect(reading).toMatchObject({ kind: 'unreadable', reason: expect.stringContaining(reason) });
    expect(reading).toMatchObject({ reason: expect.stringContaining(file) });
  });

  it('is unreadable where the file is missing, a folder, no database, or damaged; never absent', async () => {
    expect(await read()).toEqual({ kind: 'unreadable', reason: `${file}: no such file` });
    mkdirSync(file);
    expect(await read()).toMatchObject({ kind: 'unreadable' });
    rmSync(file, { recursive: true });
    writeFileSync(file, 'x'.repeat(5000));
    expect(await read()).toMatchObject({ reason: expect.stringContaining('is not an SQLite database') });
    rmSync(file);
    make(SCHEMA, 'delete');
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0x5a, 4096));
    expect(await read()).toMatchObject({ reason: expect.stringContaining('is corrupt') });
  });

  it('waits for a locked database without holding up anything else, and then gives up', async () => {
    make(SCHEMA, 'delete');
    const writer = new Database(file);
    writer.exec('begin exclusive');
    let ticks = 0;
    const ticking = setInterval(() => {
      ticks += 1;
    }, 10);
    expect(await read()).toEqual({ kind: 'unreadable', reason: `${file}: stayed locked for 500 ms` });
    clearInterval(ticking);
    expect(ticks).toBeGreaterThan(5);
    const reading = read();
    writer.exec('update halt_state set level = 3; commit');
    expect(await reading).toMatchObject({ kind: 'present', value: { state: { level: 3 } } });
    writer.close();
  });
});

describe('createMessagesLink', () => {
  it('reads those of the drill, and no others', async () => {
    make(
      "create table messages (recipient, body, state); insert into messages values ('hermes', 'of n0nce', 'queued'), ('hermes', 'private', 'queued')",
    );
    const query = 'select recipient, body, state from messages;';
    expect(await createMessagesLink({ file, query }, reader.read).read('n0nce')).toMatchObject({
      kind: 'present',
      value: [{ recipient: 'hermes', body: 'of n0nce', state: 'queued' }],
    });
    const wrong = createMessagesLink({ file, query: 'select body from messages' }, reader.read);
    expect(await wrong.read('n0nce')).toMatchObject({
      reason: expect.stringContaining('lacks column recipient'),
    });
  });
});

describe('createAuditLink', () => {
  it('reads all entries in order, and an empty log as empty', async () => {
    make(`${SCHEMA}; insert into audit (seq, subject) values (2, 'shiva')`);
    const link = createAuditLink({ file, query: AUDIT, stopped: ['stopped'], refused: null }, reader.read);
    expect(await link.read()).toMatchObject({
      kind: 'present',
      value: [
        {
          seq: 1,
          actor: 'principal',
          action: 'stop',
          subject: 'hermes',
          host: 'tesseract',
          outcome: 'stopped',
        },
        { seq: 2, at: null, actor: null, action: null, subject: 'shiva', host: null, outcome: null },
      ],
    });
    const none = createAuditLink(
      { file, query: `${AUDIT} limit 0`, stopped: [], refused: null },
      reader.read,
    );
    expect(await none.read()).toMatchObject({ kind: 'present', value: [] });
    const wrong = createAuditLink(
      {
        file,
        query: 'select seq, subject from audit',
        stopped: [],
        refused: null,
      },
      reader.read,
    );
    // What could not be read is kept as it came.
    expect(await wrong.read()).toMatchObject({
      reason: expect.stringContaining('lacks column outcome'),
      raw: { head: expect.stringContaining('"subject":"shiva"') },
    });
  });

  it('is unreadable where the log never ends', async () => {
    make();
    const query = `with recursive n(seq) as (select 1 union all select seq + 1 from n)
      select seq, null as subject, null as outcome from n`;
    expect(
      await createAuditLink({ file, query, stopped: [], refused: null }, reader.read).read(),
    ).toMatchObject({
      reason: expect.stringContaining('more than 100000 rows'),
    });
  });
});

describe('reading in WAL mode', () => {
  it('sees what is in the -wal file alone', async () => {
    make();
    const writer = new Database(file);
    writer.pragma('wal_autocheckpoint = 0');
    writer.exec(`update halt_state set level = 3`);
    const stale = join(folder, 'main-file-alone.db');
    copyFileSync(file, stale);
    const alone = await createStoreLink({ file: stale, query: STATE, incidents: null }, reader.read).read();
    expect(alone).toMatchObject({ kind: 'present', value: { state: { level: 2 } } });
    expect(await read()).toMatchObject({ kind: 'present', value: { state: { level: 3 } } });
    writer.close();
  });

  const stranger = (process.geteuid?.() ?? 0) + 1;

  it("creates no file beside another user's database, and says why it does not read", async () => {
    make();
    expect(readdirSync(folder)).toEqual(['principal.db']);
    const reading = await readDatabase(file, [STATE], stranger);
    expect(reading).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringContaining('belongs to another user'),
    });
    expect(readdirSync(folder)).toEqual(['principal.db']);
  });

  it("reads another user's database where its owner has both files open, or needs neither", async () => {
    make();
    const writer = new Database(file);
    writer.exec(`update halt_state set level = 3`);
    expect(await readDatabase(file, [STATE], stranger)).toMatchObject({ kind: 'present' });
    writer.close();
    rmSync(file);
    make(SCHEMA, 'delete');
    expect(await readDatabase(file, [STATE], stranger)).toMatchObject({ kind: 'present' });
    expect(readdirSync(folder)).toEqual(['principal.db']);
  });

  it("looks for another user's -wal and -shm beside the file itself, not beside a link to it", async () => {
    make();
    const writer = new Database(file);
    writer.exec(`update halt_state set level = 3`);
    const elsewhere = mkdtempSync(join(tmpdir(), 'haltdrill-link-'));
    const link = join(elsewhere, 'link.db');
    symlinkSync(file, link);
    expect(await readDatabase(link, [STATE], stranger)).toMatchObject({ kind: 'present' });
    writer.close();
    for (const end of ['-wal', '-shm']) writeFileSync(link + end, '');
    expect(await readDatabase(link, [STATE], stranger)).toMatchObject({ kind: 'unreadable' });
    rmSync(elsewhere, { recursive: true });
  });

  it('neither hinders a writer in another process nor gives a state that never was', {
    timeout: 60_000,
  }, async () => {
    make();
    const writer = await startWriter();
    const seen = new Set<number>();
    let consistent = 0;
    for (let n = 0; n < 300; n++) {
      const reading = await read(STATE, INCIDENTS);
      if (reading.kind === 'present') {
        const { state, incidents } = reading.value;
        // State and newest incident are written in one transaction: apart, they are from two states.
        expect(incidents?.at(-1)?.id).toBe(state.incident);
        seen.add(state.revision ?? -1);
        consistent += 1;
      } else expect(reading).toMatchObject({ reason: expect.stringContaining('changed during each') });
      await new Promise((done) => setImmediate(done));
    }
    expect(consistent).toBeGreaterThan(200);
    expect(seen.size).toBeGreaterThan(5);
    const report = await finish(writer);
    expect(report.errors).toEqual([]);
    expect(report.commits).toBeGreaterThan(5);
    expect(await read()).toMatchObject({
      kind: 'present',
      value: { state: { revision: 7 + report.commits } },
    });
  });

  it('reads what a killed writer had committed, and leaves the next writer able to write', {
    timeout: 60_000,
  }, async () => {
    make();
    const writer = await startWriter();
    await expect.poll(async () => revision(await read()), { timeout: 20_000 }).toBeGreaterThan(10);
    writer.kill('SIGKILL');
    await once(writer, 'exit');
    const left = revision(await read());
    expect(left).toBeGreaterThan(10);
    expect(revision(await read())).toBe(left);
    const next = await startWriter();
    await expect.poll(async () => revision(await read()), { timeout: 20_000 }).toBeGreaterThan(left);
    expect((await finish(next)).errors).toEqual([]);
  });
});

function revision(reading: Awaited<ReturnType<typeof read>>): number {
  return reading.kind === 'present' ? (reading.value.state.revision ?? -1) : -1;
}

// Commits a new revision and its incident, together, every other millisecond, until its stdin ends. It waits for no lock,
// so that a single collision would show. It has committed once before it is ready: whoever opens the -shm file first
// locks it for a moment, and that must not be the reader.
const WRITER = `
  const db = new (require(process.argv[1]))(process.argv[2], { timeout: 0 });
  let commits = 0; const errors = [];
  const halt = db.transaction(() => {
    const id = 'inc-' + process.pid + '-' + commits;
    db.prepare('update halt_state set revision = revision + 1, incident = ?').run(id);
    db.prepare('delete from incidents').run();
    db.prepare("insert into incidents values (?, 2, 'x', 'now', null)").run(id);
  });
  halt.immediate(); commits += 1;
  const timer = setInterval(() => {
    try { halt.immediate(); commits += 1; } catch (error) { errors.push(error.message); }
  }, 2);
  process.stdin.resume().on('end', () => {
    clearInterval(timer); db.close(); console.log(JSON.stringify({ commits, errors }));
  });
  console.log('ready');`;

async function startWriter(): Promise<ChildProcessWithoutNullStreams> {
  const sqlite = createRequire(import.meta.url).resolve('better-sqlite3');
  const writer = spawn(process.execPath, ['-e', WRITER, sqlite, file]);
  await once(writer.stdout, 'data');
  return writer;
}

async function finish(
  writer: ChildProcessWithoutNullStreams,
): Promise<{ commits: number; errors: string[] }> {
  let text = '';
  writer.stdout.on('data', (chunk) => {
    text += chunk;
  });
  writer.stdin.end();
  await once(writer, 'close');
  return JSON.parse(text);
}
