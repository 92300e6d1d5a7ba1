import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { handedOn } from '../system/start-program.ts';
import { createDatabaseReader } from './sqlite-reader.ts';

/** A count that a machine needs minutes for: long, not endless, and it ends with whoever asks. */
const LONG = `with recursive n(i) as (select 1 union all select i + 1 from n limit 2000000000)
  select count(*) as level, null as incident from n`;

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haltdrill-reader-'));
  file = join(folder, 'state.db');
  const db = new Database(file);
  db.exec(`create table halt_state (level, incident); insert into halt_state values (2, 'inc-1');
    create view slow as ${LONG};
    create view curious as select compile_options as level, null as incident from pragma_compile_options;
    create view large as with recursive n(i) as (select 1 union all select i + 1 from n limit 100)
      select printf('%.*c', 500000, 'x') as level from n`);
  db.close();
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const GOOD = ['select level from halt_state'];
const SLOW = ['select * from slow'];

describe('S12: a database whose schema is not to be trusted', () => {
  it('is read in a process that is ended when it takes too long, while everything else goes on', async () => {
    const reader = createDatabaseReader(5_000);
    await reader.read(file, GOOD);
    const pid = reader.pid() ?? 0;
    let ticks = 0;
    const ticking = setInterval(() => {
      ticks += 1;
    }, 10);
    const slow = reader.read(file, SLOW);
    const next = reader.read(file, GOOD);
    expect(await slow).toEqual({
      kind: 'unreadable',
      reason: `${file}: reading it took longer than 5000 ms, and was ended`,
    });
    clearInterval(ticking);
    expect(ticks).toBeGreaterThan(20);
    await expect.poll(() => isAlive(pid)).toBe(false);
    // What was asked for meanwhile is read by another process.
    expect(await next).toMatchObject({ kind: 'present', value: { tables: [{ rows: [{ level: 2 }] }] } });
    expect(reader.pid()).not.toBe(pid);
    await reader.close();
  });

  it('lets go of a read that is under way when the drill is over', async () => {
    const reader = createDatabaseReader(60_000);
    await reader.read(file, GOOD);
    const pid = reader.pid() ?? 0;
    const slow = reader.read(file, SLOW);
    const next = reader.read(file, GOOD);
    // Its request is on its way once a turn of the event loop is over.
    await new Promise((done) => setImmediate(done));
    await reader.close();
    expect(isAlive(pid)).toBe(false);
    expect(await slow).toMatchObject({ reason: expect.stringContaining('its reader ended (SIGKILL)') });
    expect(await next).toMatchObject({ reason: `${file}: its reader is closed` });
    expect(reader.pid()).toBeUndefined();
  });

  it('is read by nobody any more when the runner was killed', async () => {
    const runner = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', RUNNER, file]);
    const [line] = (await once(runner.stdout, 'data')) as [Buffer];
    const pid = Number(line);
    expect(isAlive(pid)).toBe(true);
    runner.kill('SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout: 15_000 }).toBe(false);
  });

  it('is unreadable while its reader cannot be started, and is read again when it can', async () => {
    const reader = createDatabaseReader();
    const node = process.execPath;
    process.execPath = join(folder, 'gone');
    try {
      for (const _ of [1, 2])
        expect(await reader.read(file, GOOD)).toMatchObject({
          kind: 'unreadable',
          reason: expect.stringContaining('its reader'),
        });
    } finally {
      process.execPath = node;
    }
    expect(await reader.read(file, GOOD)).toMatchObject({ kind: 'present' });
    await reader.close();
  });

  it('is unreadable while no descriptor is left for its reader, and is read again when there are some', async () => {
    const args = ['--import', 'tsx', '--input-type=module', '-e', CROWDED, file];
    const runner = spawn('/bin/sh', ['-c', 'ulimit -n 200; exec "$@"', 'sh', process.execPath, ...args]);
    const said: Buffer[] = [];
    runner.stdout.on('data', (part: Buffer) => said.push(part));
    expect(await once(runner, 'close')).toEqual([0, null]);
    expect(Buffer.concat(said).toString()).toBe('unreadable\npresent\n');
  });

  it('gives its views nothing but arithmetic, and no more than 16 MiB', async () => {
    const reader = createDatabaseReader();
    expect(await reader.read(file, ['select * from curious'])).toMatchObject({
      reason: expect.stringContaining('unsafe use of virtual table'),
    });
    expect(await reader.read(file, ['select * from large'])).toMatchObject({
      reason: `${file}: the query returns more than 16777216 bytes`,
    });
    await reader.close();
  });

  it('is read with the short list of variables only', { skip: process.platform !== 'linux' }, async () => {
    const reader = createDatabaseReader();
    await reader.read(file, GOOD);
    const short = Object.keys(handedOn());
    const names = readFileSync(`/proc/${reader.pid()}/environ`, 'utf8')
      .split('\0')
      .map((variable) => variable.split('=')[0]);
    const others = names.filter((name = '') => name !== '' && !name.startsWith('NODE_CHANNEL'));
    expect(others.filter((name = '') => !short.includes(name))).toEqual([]);
    await reader.close();
  });
});

/** Reads once, and again without end; says the process that does. */
const RUNNER = `import { createDatabaseReader } from ${JSON.stringify(fileURLToPath(new URL('./sqlite-reader.ts', import.meta.url)))};
const reader = createDatabaseReader(600_000);
await reader.read(process.argv[1], ['select level from halt_state']);
const pid = reader.pid();
const slow = reader.read(process.argv[1], ['select * from slow']);
setImmediate(() => console.log(pid));
await slow;`;

/** Reads once while it has no descriptor left, and once when it has. */
const CROWDED = `import { closeSync, openSync } from 'node:fs';
import { createDatabaseReader } from ${JSON.stringify(fileURLToPath(new URL('./sqlite-reader.ts', import.meta.url)))};
const reader = createDatabaseReader();
const taken = [];
try {
  for (;;) taken.push(openSync('/dev/null', 'r'));
} catch {}
const crowded = await reader.read(process.argv[1], ['select level from halt_state']);
for (const fd of taken) closeSync(fd);
console.log(crowded.kind);
console.log((await reader.read(process.argv[1], ['select level from halt_state'])).kind);
await reader.close();`;
