import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTinyLaunchd, type TinyLaunchd } from '../fixtures/tiny-launchd.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const TOKEN = 'operator-token-0123';
const SECOND = 'second-token-012345';

let launchd: TinyLaunchd;
let config: string;
let database: string;
const children = new Set<ChildProcess>();

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function start(args: readonly string[], input = '') {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  children.add(child);
  const said = { out: '', err: '' };
  child.stdout.on('data', (part) => {
    said.out += part;
  });
  child.stderr.on('data', (part) => {
    said.err += part;
  });
  child.stdin.end(input);
  const ended = once(child, 'close').then(([code]): Ended => ({ code: Number(code), ...said }));
  return { child, said, ended };
}

const tool = (...args: string[]): Promise<Ended> => start([...args, '--config', config]).ended;

beforeAll(async () => {
  launchd = await startTinyLaunchd({ hermes: 'plain', scribe: 'plain', mule: 'stubborn' });
  database = join(launchd.folder, 'principal.db');
  config = join(launchd.folder, 'principal.json');
  const service = (label: string, host = 'knox') => ({ host, label });
  writeFileSync(
    config,
    JSON.stringify({
      listen: { port: 0 },
      database,
      exchange: { url: 'http://127.0.0.1:9' },
      tokens: [
        { token: TOKEN, role: 'operator' },
        { token: SECOND, role: 'second-operator', name: 'grace' },
      ],
      hosts: { knox: { launchctl: launchd.launchctl }, away: { launchctl: join(launchd.folder, 'away') } },
      services: {
        principal: service('principal'),
        hermes: service('hermes'),
        scribe: service('scribe'),
        remote: service('scribe', 'away'),
      },
      self: 'principal',
      levels: {
        2: { stops: ['hermes'], resume: 'incident' },
        3: { stops: ['hermes', 'remote'], resume: 'second-operator' },
      },
    }),
    { mode: 0o600 },
  );
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await launchd.close();
});

// Each call is a process of its own, on a machine that may be busy.
describe('the hand tools, with no server', { timeout: 120_000 }, () => {
  it('halt, show, resume, and leave an audit log that is whole', async () => {
    expect(await tool('status')).toMatchObject({ code: 0, out: 'not halted (revision 0)\n' });
    const halt = await tool('halt', '2', '--reason', 'it "trades" badly');
    expect(halt).toMatchObject({ code: 0, err: '' });
    expect(halt.out).toContain('hermes on knox: stopped\nHALTED at level 2 (revision 1)\n');
    expect(launchd.pidOf('hermes')).toBeNull();
    const status = JSON.parse((await tool('status', '--json')).out);
    expect(status).toMatchObject({
      level: 2,
      revision: 1,
      complete: true,
      incident: { reason: 'it "trades" badly' },
    });
    expect(status.holders[0].who).toMatch(/ by hand$/);
    const resume = ['resume', '--level', '2', '--revision', '1', '--reason', 'over'];
    expect(await tool(...resume, '--incident', 'another')).toMatchObject({ code: 1 });
    expect(launchd.pidOf('hermes')).toBeNull();
    expect(await tool(...resume, '--incident', status.incident.id)).toMatchObject({ code: 0 });
    expect(launchd.pidOf('hermes')).not.toBeNull();
    const audit = await tool('audit');
    expect(audit.out).toMatch(/ {2}halt {2}"level 2" {2}- {2}opened {2}"it \\"trades\\" badly"\n/);
    expect((await tool('audit', '--verify')).out).toMatch(/^the audit log is whole: \d+ entries/);
    const db = new Database(database, { readonly: true });
    expect(db.prepare('select level, revision from halt_state').get()).toEqual({ level: 0, revision: 2 });
    db.close();
  });

  it('halt even where the database is damaged, and say that nothing is recorded', async () => {
    const damaged = join(launchd.folder, 'damaged.db');
    writeFileSync(damaged, 'this is no database at all, whatever its name says');
    const other = join(launchd.folder, 'damaged.json');
    writeFileSync(other, readFileSync(config, 'utf8').replace('principal.db', 'damaged.db'), { mode: 0o600 });
    expect(launchd.pidOf('hermes')).not.toBeNull();
    const halt = await start(['halt', '2', '--reason', 'x', '--once', '--config', other]).ended;
    expect(halt.code).toBe(2);
    expect(halt.out).toContain('NOT RECORDED');
    expect(launchd.pidOf('hermes')).toBeNull();
  });

  it('keep trying where a host cannot be reached, and end when the halt is complete', async () => {
    const halt = start(['halt', '3', '--reason', 'x', '--config', config]);
    await expect.poll(() => halt.said.err, { timeout: 60_000 }).toContain('INCOMPLETE');
    expect(halt.said.out).toContain('INCOMPLETE: remote on away: unknown');
    const away = join(launchd.folder, 'away');
    writeFileSync(away, `#!/bin/sh\nexec "${launchd.launchctl}" "$@"\n`);
    chmodSync(away, 0o755);
    expect(await halt.ended).toMatchObject({ code: 0 });
    expect(launchd.pidOf('scribe')).toBeNull();
  });

  it('say what is wrong with a call, with 64, and never a token', async () => {
    for (const args of [
      ['halt'],
      ['halt', 'two', '--reason', 'x'],
      ['halt', '2'],
      ['stop'],
      ['resume', '--level', '2'],
    ]) {
      const wrong = await tool(...args);
      expect(wrong.code).toBe(64);
      expect(wrong.err).toContain('usage: principal halt');
    }
    const refused = await tool('halt', '9', '--reason', 'x');
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.err).toContain('there is no level 9');
    expect(refused.err + refused.out).not.toContain(TOKEN);
  });
});

describe('the hand tools, beside a server', { timeout: 120_000 }, () => {
  it('halt under its nose, and it knows', async () => {
    const server = start(['--config', config]);
    await expect.poll(() => server.said.out, { timeout: 60_000 }).toMatch(/listens on/);
    const [, url = ''] = / (http:\S+),/.exec(server.said.out) ?? [];
    const ask = async (): Promise<{ level: number; revision: number; incident: { id: string } | null }> => {
      const response = await fetch(`${url}/v1/status`, { headers: { authorization: `Bearer ${TOKEN}` } });
      return (await response.json()) as Awaited<ReturnType<typeof ask>>;
    };
    try {
      const before = await ask();
      expect(before.level).toBe(3);
      const second = await tool('halt', '2', '--reason', 'another');
      expect(second).toMatchObject({ code: 0 });
      await expect.poll(async () => (await ask()).revision).toBe(before.revision + 1);
      const resume = async (input?: string): Promise<Ended> => {
        const { revision, incident } = await ask();
        const args = [
          '--level',
          '3',
          '--revision',
          `${revision}`,
          '--incident',
          incident?.id ?? '',
          '--holder',
        ];
        const more = ['2', '--reason', 'over', '--config', config];
        const second = input === undefined ? [] : ['--second-token-stdin'];
        return await start(['resume', ...args, ...more, ...second], input).ended;
      };
      expect((await resume()).err).toContain("needs a second operator's token");
      expect((await resume('some-other-token-00\n')).err).toContain('no token of an operator');
      const resumed = await resume(`${SECOND}\n`);
      expect(resumed).toMatchObject({ code: 0 });
      expect(resumed.out).toContain('one hold is released; others still hold the halt');
    } finally {
      server.child.kill('SIGTERM');
      await server.ended;
    }
  });
});
