import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TinyLaunchd } from './fixtures/tiny-launchd.ts';
import { startTinyLaunchd } from './fixtures/tiny-launchd.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const OPERATOR = 'operator-token-0123';
const REASON = 'drill 9c2f: "as it was written"';

let launchd: TinyLaunchd;
let exchange: Server;
let config: string;
let database: string;
const running: ChildProcess[] = [];

/** With so few descriptors it is as it would be with many and a patient stranger. */
const FEW_DESCRIPTORS = ['sh', '-c', 'ulimit -n 128 && exec "$@"', 'sh'];

function spawnMain(...args: string[]) {
  return spawnNode([], ['--import', 'tsx', MAIN, ...args]);
}

function spawnNode(before: readonly string[], args: readonly string[]) {
  const [file = '', ...rest] = [...before, process.execPath, ...args];
  const child = spawn(file, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  let out = '';
  let err = '';
  child.stdout.on('data', (part) => {
    out += part;
  });
  child.stderr.on('data', (part) => {
    err += part;
  });
  return { child, out: () => out, err: () => err, ended: once(child, 'close') };
}

/** Starts the broker and resolves with its address once it says that it listens. */
async function startBroker(before: readonly string[] = []) {
  const started = spawnNode(before, ['--import', 'tsx', MAIN, '--config', config]);
  await expect.poll(started.out, { timeout: 20_000 }).toMatch(/listens on/);
  const [, base = ''] = / (http:\S+),/.exec(started.out()) ?? [];
  const ask = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(base + path, {
      method,
      headers: { authorization: `Bearer ${OPERATOR}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  };
  return { ...started, ask, port: Number(new URL(base).port) };
}

/** Connections that say nothing, or begin a request and never end it; whatever becomes of them is no error here. */
function strangers(port: number, count: number): Socket[] {
  return Array.from({ length: count }, (_, index) => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    if (index % 2 === 1) socket.write('POST /v1/halt HTTP/1.1\r\nhost: x\r\n');
    return socket;
  });
}

beforeAll(async () => {
  launchd = await startTinyLaunchd({ hermes: 'plain', shiva: 'plain', scribe: 'plain', mule: 'stubborn' });
  exchange = createServer((_request, response) => {
    response.end(JSON.stringify({ positions: {}, open: {} }));
  });
  await new Promise<void>((resolve) => exchange.listen(0, '127.0.0.1', resolve));
  database = join(launchd.folder, 'principal.db');
  config = join(launchd.folder, 'principal.json');
  const service = (label: string) => ({ host: 'knox', label });
  writeFileSync(
    config,
    JSON.stringify({
      listen: { port: 0 },
      database,
      exchange: { url: `http://127.0.0.1:${(exchange.address() as AddressInfo).port}` },
      tokens: [{ token: OPERATOR, role: 'operator' }],
      hosts: { knox: { launchctl: launchd.launchctl } },
      services: {
        principal: service('principal'),
        hermes: service('hermes'),
        shiva: service('shiva'),
        scribe: service('scribe'),
        mule: service('mule'),
      },
      self: 'principal',
      levels: { 1: { asset: true }, 2: { stops: ['hermes', 'shiva'] }, 3: { stops: ['scribe', 'mule'] } },
    }),
    { mode: 0o600 },
  );
});

afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  exchange.closeAllConnections();
  await new Promise((resolve) => exchange.close(resolve));
  await launchd.close();
});

describe('the broker as a process', () => {
  it('halts real processes, is still halted after SIGKILL, and brings them back', async () => {
    const first = await startBroker();
    const scribe = launchd.pidOf('scribe');
    const halt = await first.ask('POST', '/v1/halt', { level: 2, asset: null, reason: REASON });
    expect(halt).toMatchObject({ status: 200, json: { level: 2, revision: 1, recorded: true } });
    expect([launchd.pidOf('hermes'), launchd.pidOf('shiva'), launchd.pidOf('scribe')]).toEqual([
      null,
      null,
      scribe,
    ]);
    first.child.kill('SIGKILL');
    await first.ended;

    const reader = new Database(database, { readonly: true });
    const row = reader.prepare('select level, incident, reason, revision, asset from halt_state').get();
    reader.close();
    expect(row).toMatchObject({ level: 2, reason: REASON, revision: 1, asset: null });

    const second = await startBroker();
    expect(second.out()).toContain('level 2');
    const { json: status } = await second.ask('GET', '/v1/status');
    expect(status).toMatchObject({ level: 2, revision: 1, incident: halt.json.incident });
    const { id: incident } = halt.json.incident as { id: string };
    const resume = await second.ask('POST', '/v1/resume', {
      level: 2,
      revision: 1,
      incident,
      reason: 'over',
    });
    expect(resume).toMatchObject({ status: 200, json: { level: 0, incident: null, revision: 2 } });
    expect(launchd.pidOf('hermes')).not.toBeNull();
    expect(launchd.pidOf('shiva')).not.toBeNull();

    second.child.kill('SIGTERM');
    expect(await second.ended).toEqual([0, null]);
    expect(second.err() + second.out()).not.toContain(OPERATOR);
  });

  it('S2: a valid halt goes through, and stops everything, while strangers hold all the connections they can get', async () => {
    const broker = await startBroker(FEW_DESCRIPTORS);
    const before = strangers(broker.port, 300);
    await Promise.all(before.map((one) => new Promise((met) => one.once('connect', met).once('close', met))));
    const halting = broker.ask('POST', '/v1/halt', { level: 2, asset: null, reason: REASON });
    const meanwhile = strangers(broker.port, 300);
    const halt = await halting;
    expect(halt).toMatchObject({ status: 200, json: { level: 2, complete: true, recorded: true } });
    expect([launchd.pidOf('hermes'), launchd.pidOf('shiva')]).toEqual([null, null]);
    const { id: incident } = halt.json.incident as { id: string };
    const { revision } = halt.json;
    const resume = await broker.ask('POST', '/v1/resume', { level: 2, revision, incident, reason: 'over' });
    expect(resume).toMatchObject({ status: 200, json: { level: 0 } });
    // Whoever says nothing is sent away, without anybody asking for its place.
    const last = strangers(broker.port, 2);
    await Promise.all(last.map((one) => new Promise((gone) => one.resume().once('close', gone))));
    for (const one of [...before, ...meanwhile]) one.destroy();
    broker.child.kill('SIGTERM');
    expect(await broker.ended).toEqual([0, null]);
  });

  it('S2: an error that nobody caught ends no halt; where nothing is halted the broker ends in order, with an error', async () => {
    const url = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
    const halted = join(launchd.folder, 'uncaught.db');
    const code = `
      import { assembleBroker } from ${url('./assemble.ts')};
      import { loadConfig } from ${url('./config/load.ts')};
      import { runBroker } from ${url('./run.ts')};
      const config = { ...(await loadConfig(${JSON.stringify(config)})), database: ${JSON.stringify(halted)} };
      const warn = (text) => console.error(text);
      const { broker, commands, close } = assembleBroker(config, warn, {
        vary: ({ stoppers }) => ({
          stoppers: new Map([...stoppers].map(([host, stopper]) => [host, { ...stopper, stop(target, mode) {
            setImmediate(() => { throw new Error('thrown beside a stop'); });
            return stopper.stop(target, mode);
          } }])),
        }),
      });
      process.on('SIGUSR2', () => { throw new Error('thrown in peace'); });
      await runBroker({ broker, commands, tokens: config.tokens, warn, close, ...config.listen });
    `;
    const broken = spawnNode([], ['--import', 'tsx', '--input-type=module', '-e', code]);
    await expect.poll(broken.out, { timeout: 20_000 }).toMatch(/listens on/);
    const base = / (http:\S+),/.exec(broken.out())?.[1] ?? '';
    const ask = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
      const headers = { authorization: `Bearer ${OPERATOR}` };
      const reply = await fetch(base + path, { method: 'POST', headers, body: JSON.stringify(body) });
      return (await reply.json()) as Record<string, unknown>;
    };
    const halt = await ask('/v1/halt', { level: 2, reason: REASON });
    expect(halt).toMatchObject({ level: 2, complete: true });
    expect(launchd.pidOf('hermes')).toBeNull();
    expect(broken.err()).toContain('an error that nobody caught: thrown beside a stop');
    const { id: incident } = halt.incident as { id: string };
    const resume = { level: 2, revision: halt.revision, incident, reason: 'over' };
    expect(await ask('/v1/resume', resume)).toMatchObject({ level: 0 });
    broken.child.kill('SIGUSR2');
    expect((await broken.ended)[0]).toBe(1);
    expect(broken.err()).toContain('an error that nobody caught: thrown in peace');
  });

  it('answers a halt under way before it ends on SIGTERM', async () => {
    const broker = await startBroker();
    const halting = broker.ask('POST', '/v1/halt', { level: 3, reason: REASON });
    // One is down while the broker still waits for the other: its command is running.
    await expect.poll(() => launchd.pidOf('scribe'), { timeout: 20_000 }).toBeNull();
    broker.child.kill('SIGTERM');
    expect(await halting).toMatchObject({
      status: 200,
      json: {
        level: 3,
        complete: true,
        stops: [
          { service: 'scribe', outcome: 'stopped' },
          { service: 'mule', outcome: 'stopped' },
        ],
      },
    });
    expect(await broker.ended).toEqual([0, null]);
  });

  it('ends with 64 where it is called wrongly, and says how to call it', async () => {
    for (const args of [[], ['--config', '/nonexistent.yaml'], ['--verbose']]) {
      const wrong = spawnMain(...args);
      expect(await wrong.ended).toEqual([64, null]);
      expect(wrong.err()).toContain('usage: principal --config');
      expect(wrong.err()).not.toContain('    at ');
    }
  });

  it('does not come up on a damaged database', async () => {
    const damaged = join(launchd.folder, 'damaged.db');
    writeFileSync(damaged, 'this is no database at all, whatever its name says');
    const other = join(launchd.folder, 'damaged.yaml');
    writeFileSync(other, readFileSync(config, 'utf8').replace('principal.db', 'damaged.db'), { mode: 0o600 });
    const broken = spawnMain('--config', other);
    expect(await broken.ended).toEqual([1, null]);
    expect(broken.err()).toContain('not a database');
  });
});
