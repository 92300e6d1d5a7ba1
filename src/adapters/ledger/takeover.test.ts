import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeFleet } from '../../../test/fakes/fake-fleet.ts';
import { systemClock } from '../system/clock.ts';
import { takeDrillLock } from './drill-lock.ts';
import { fenced, readEpoch, writeEpoch } from './epoch.ts';
import { openJournal, readJournal, reopenJournal } from './journal-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hd-takeover-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const options = { clock: systemClock, redact: (text: string) => text };
const note = (cause: string) => ({ kind: 'interrupted', cause }) as const;

describe('the epoch of a drill', () => {
  it('is 0 until somebody takes over, and nobody’s where it cannot be read', () => {
    expect(readEpoch(folder)).toBe(0);
    writeEpoch(folder, 3);
    expect(readEpoch(folder)).toBe(3);
    writeFileSync(join(folder, 'epoch'), 'x');
    expect(readEpoch(folder)).toBeNaN();
  });

  it('lets the runner act that has it, and refuses every act of another, which may still look', async () => {
    const fleet = new FakeFleet();
    const { broker, hosts } = fenced(fleet.world, folder, 0);
    expect(await fleet.clock.drive(broker.halt({ level: 2, asset: null, reason: 'x' }, 1000))).toMatchObject({
      kind: 'present',
    });
    writeEpoch(folder, 1);
    const before = [...fleet.acts];
    const resume = { level: 2, incident: 'inc-1', revision: 2, reason: 'x' };
    const life = { bootId: 'b', pid: 100, start: 1 };
    const refused = [
      await broker.halt({ level: 2, asset: null, reason: 'x' }, 1000),
      await broker.resume(resume, 1000),
      await broker.guard({ operation: 'resume', ...resume }, 1000),
      await hosts.get('knox')?.killLife(life),
      await hosts.get('knox')?.run(['start', 'hermes']),
    ];
    for (const one of refused)
      expect(one).toMatchObject({ kind: 'unreadable', reason: /taken this drill over/ });
    expect(fleet.acts).toEqual(before);
    expect(await fleet.clock.drive(broker.status(1000))).toMatchObject({ kind: 'present' });
  });
});

it('S3: the epoch is written through no link: what that leads to stays whole', () => {
  const target = join(folder, 'target');
  writeFileSync(target, 'precious');
  for (const name of ['epoch', 'epoch.new']) symlinkSync(target, join(folder, name));
  writeEpoch(folder, 3);
  expect([readEpoch(folder), readFileSync(target, 'utf8')]).toEqual([3, 'precious']);
});

describe('a journal that is taken over', () => {
  it('goes on where the runner before was killed, without the line that it did not finish', async () => {
    const file = join(folder, 'journal.jsonl');
    const first = openJournal(file, options);
    first.append(note('one'));
    await first.close();
    appendFileSync(file, '{"id":"e-2","atMs":1');
    const second = reopenJournal(file, options);
    second.append(note('two'));
    await second.close();
    expect(readJournal(file).map((entry) => [entry.id, entry.kind === 'interrupted' && entry.cause])).toEqual(
      [
        ['e-1', 'one'],
        ['e-2', 'two'],
      ],
    );
    expect(second.entries()).toEqual(readJournal(file));
  });

  it('S8: is refused where it is a link or a pipe, and stays as it is', () => {
    const file = join(folder, 'journal.jsonl');
    writeFileSync(join(folder, 'target'), 'precious');
    symlinkSync('target', file);
    expect(() => reopenJournal(file, options)).toThrow(/journal\.jsonl: is a link/);
    expect(() => openJournal(file, options)).toThrow(/journal\.jsonl: is a link/);
    expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('precious');
    rmSync(file);
    expect(spawnSync('mkfifo', [file]).status).toBe(0);
    for (const open of [readJournal, (path: string) => reopenJournal(path, options)])
      expect(() => open(file)).toThrow(/journal\.jsonl: is a pipe/);
  });

  it('takes no further record from the runner before', async () => {
    const file = join(folder, 'journal.jsonl');
    const first = openJournal(file, options);
    first.append(note('one'));
    const second = reopenJournal(file, options);
    second.append(note('two'));
    expect(() => first.append(note('late'))).toThrow('has taken the drill over');
    second.append(note('three'));
    await second.close();
    expect(readFileSync(file, 'utf8')).not.toContain('late');
    expect(readJournal(file)).toHaveLength(3);
  });
});

describe('the lock of a reports folder', () => {
  it('is one runner’s at a time', () => {
    const file = join(folder, 'new', 'drill.lock');
    const lock = takeDrillLock(file);
    expect(lock).not.toBeNull();
    expect(takeDrillLock(file)).toBeNull();
    lock?.release();
    const again = takeDrillLock(file);
    expect(again).not.toBeNull();
    again?.release();
  });

  it('is gone with the process that held it, even a killed one', async () => {
    const file = join(folder, 'drill.lock');
    const program = `const db = new (require('better-sqlite3'))(${JSON.stringify(file)});
      db.exec('begin exclusive'); console.log('held'); setInterval(() => db.open, 1000);`;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    expect(takeDrillLock(file)).toBeNull();
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lock = takeDrillLock(file);
    expect(lock).not.toBeNull();
    lock?.release();
  });

  it('S8: follows no link, makes nothing where one leads, and leaves the mode of what it leads to', () => {
    const target = join(folder, 'target');
    const file = join(folder, 'drill.lock');
    symlinkSync(target, file);
    expect(() => takeDrillLock(file)).toThrow(/drill\.lock: is a link, not a regular file; /);
    expect(existsSync(target)).toBe(false);
    writeFileSync(target, '');
    chmodSync(target, 0o644);
    expect(() => takeDrillLock(file)).toThrow(/is a link/);
    expect(statSync(target).mode & 0o777).toBe(0o644);
  });

  it('S8: is not taken where something odd lies beside it, which SQLite would open', () => {
    const file = join(folder, 'drill.lock');
    symlinkSync(join(folder, 'target'), `${file}-journal`);
    expect(() => takeDrillLock(file)).toThrow(/drill\.lock-journal: is a link/);
  });

  it('is not taken where its file is something else', () => {
    const file = join(folder, 'drill.lock');
    writeFileSync(file, 'not a database, and long enough to be told from one: '.repeat(20));
    expect(() => takeDrillLock(file)).toThrow();
  });
});
