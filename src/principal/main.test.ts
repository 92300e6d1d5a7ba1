import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
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
let running: ChildProcess | null = null;

function spawnMain(...args: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
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
async function startBroker() {
  const started = spawnMain('--config', config);
  running = started.child;
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
  return { ...started, ask };
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
  );
});

afterAll(async () => {
  running?.kill('SIGKILL');
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
    writeFileSync(other, readFileSync(config, 'utf8').replace('principal.db', 'damaged.db'));
    const broken = spawnMain('--config', other);
    expect(await broken.ended).toEqual([1, null]);
    expect(broken.err()).toContain('not a database');
  });
});
