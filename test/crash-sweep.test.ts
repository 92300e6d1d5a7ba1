import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeathPoint } from '../src/lab/broker/killing-store.ts';
import type { CrashJob } from '../src/lab/crash/main.ts';
import { type Assembled, assembleBroker } from '../src/principal/assemble.ts';
import type { PrincipalConfig } from '../src/principal/config/types.ts';
import { startTinyLaunchd, type TinyLaunchd } from '../src/principal/fixtures/tiny-launchd.ts';
import type { HaltRequest, ResumeRequest } from '../src/principal/parts.ts';

// A broker of its own process halts and resumes a small fleet of real processes, and is killed with SIGKILL before and
// after every write. Whoever comes back must find, or make, a state that is right: halted as asked with everything
// down, or as it was before, or (once the end of a halt was on disk) running.

const checkout = dirname(dirname(fileURLToPath(import.meta.url)));
const entry = join(checkout, 'dist', 'lab', 'crash', 'main.js');
const REASON = 'sweep: "verbatim" \n ünïcode';
const PHRASE = 'SHUTDOWN INVICTUS';

const onKnox = ['principal', 'sentinel', 'scribe'];
const onTesseract = ['hermes', 'shiva'];
const everybody = [...onKnox, ...onTesseract];
const stops: Record<number, readonly string[]> = {
  1: [],
  2: onTesseract,
  3: [...onTesseract, 'scribe'],
  4: everybody,
};

let folder: string;
let knox: TinyLaunchd;
let tesseract: TinyLaunchd;
let exchange: Server;
let config: PrincipalConfig;
const blocked = new Set<string>();
let tried = 0;
let database = 0;

const hostOf = (service: string): TinyLaunchd => (onKnox.includes(service) ? knox : tesseract);
const pidOf = (service: string): number | null => hostOf(service).pidOf(service);

beforeAll(async () => {
  if (!existsSync(entry)) throw new Error(`${entry} is missing: run \`npm run build\` first`);
  folder = mkdtempSync(join(tmpdir(), 'principal-sweep-'));
  knox = await startTinyLaunchd(Object.fromEntries(onKnox.map((name) => [name, 'plain'])));
  tesseract = await startTinyLaunchd(Object.fromEntries(onTesseract.map((name) => [name, 'plain'])));
  exchange = createServer((request, response) => {
    const [, asset = '', verb] = /^\/v1\/assets\/(.+)\/(\w+)$/.exec(request.url ?? '') ?? [];
    if (verb === 'block') blocked.add(asset);
    if (verb === 'unblock') blocked.delete(asset);
    response.end(JSON.stringify({ positions: {}, open: {} }));
  });
  await new Promise<void>((resolve) => exchange.listen(0, '127.0.0.1', resolve));
  config = {
    listen: { address: '127.0.0.1', port: 0 },
    database: '',
    self: 'principal',
    exchange: { url: `http://127.0.0.1:${(exchange.address() as AddressInfo).port}` },
    tokens: [],
    hosts: { knox: { launchctl: knox.launchctl }, tesseract: { launchctl: tesseract.launchctl } },
    services: Object.fromEntries(
      everybody.map((name) => [name, { host: onKnox.includes(name) ? 'knox' : 'tesseract', label: name }]),
    ),
    levels: [1, 2, 3, 4].map((level) => ({
      level,
      asset: level === 1,
      stops: stops[level] ?? [],
      ...(level === 3 ? { resume: 'second-operator' as const } : {}),
      ...(level === 4 ? { destructive: { phrase: PHRASE } } : {}),
    })),
  };
});

afterAll(async () => {
  exchange.closeAllConnections();
  await new Promise((resolve) => exchange.close(resolve));
  await Promise.all([knox.close(), tesseract.close()]);
  rmSync(folder, { recursive: true });
  process.stdout.write(`crash sweep: ${tried} points tried and found right\n`);
});

async function until(condition: () => boolean, what: string): Promise<void> {
  await expect.poll(condition, { timeout: 30_000, interval: 10, message: what }).toBe(true);
}

/** The whole fleet up, nothing blocked, and a configuration with a database that is not there yet. */
async function freshWorld(): Promise<PrincipalConfig> {
  knox.startAll();
  tesseract.startAll();
  blocked.clear();
  await until(() => everybody.every((name) => pidOf(name) !== null), 'the fleet');
  database += 1;
  return { ...config, database: join(folder, `${database}.db`) };
}

/** A broker in this process: the one that comes back, or that prepares a resume. */
async function withBroker<T>(
  world: PrincipalConfig,
  here: boolean,
  work: (broker: Assembled['broker']) => Promise<T>,
): Promise<T> {
  const { broker, close } = assembleBroker(world, () => {}, { here });
  try {
    return await work(broker);
  } finally {
    await close();
  }
}

/** Runs a broker process on one job. Its writes where it lived; null where it was killed as it was told to be. */
async function runBroker(job: CrashJob): Promise<number | null> {
  const file = join(folder, 'job.json');
  writeFileSync(file, JSON.stringify(job));
  const child = spawn(process.execPath, [entry, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (part) => {
    out += part;
  });
  const [code, signal] = await once(child, 'close');
  if (signal === 'SIGKILL') return null;
  expect(code).toBe(0);
  return (JSON.parse(out) as { writes: number }).writes;
}

function haltOf(level: number): HaltRequest {
  return {
    level,
    asset: level === 1 ? 'DOGE-USD' : null,
    reason: REASON,
    phrase: level === 4 ? PHRASE : null,
  };
}

/** Comes back, lets it finish what it finds, and holds the outcome against the processes and the books. */
async function comeBack(
  world: PrincipalConfig,
  before: ReadonlyMap<string, number | null>,
  expected: 'halted' | 'running',
  level: number,
): Promise<void> {
  const targets = stops[level] ?? [];
  await withBroker(world, true, async (broker) => {
    await broker.finishHalt();
    expect(broker.auditCheck()).toMatchObject({ ok: true, brokenAt: null });
    const status = broker.status();
    if (expected === 'running') {
      expect(status).toMatchObject({ level: 0, incident: null, holders: [] });
      expect(broker.incidents().filter((one) => one.resolvedAt === null)).toEqual([]);
      return;
    }
    await until(() => broker.status().complete, 'a complete halt');
    expect(broker.incidents()).toHaveLength(1);
    expect(broker.status()).toMatchObject({
      level,
      incident: { reason: REASON, level, resolvedAt: null },
      holders: [{ who: 'operator', reason: REASON }],
    });
    expect([...broker.gate().agents].sort()).toEqual([...targets].sort());
    // At the destructive level the one that came back goes too, once more.
    await until(() => targets.every((name) => pidOf(name) === null), `the end of ${targets.join(', ')}`);
    if (level === 1) expect([...blocked]).toEqual(['DOGE-USD']);
  });
  const up = expected === 'running' ? everybody : everybody.filter((name) => !targets.includes(name));
  if (expected === 'running') expect([...blocked]).toEqual([]);
  for (const name of up) {
    expect(pidOf(name), name).not.toBeNull();
    // Whoever was never to be touched is the process it was.
    if (!targets.includes(name)) expect(pidOf(name), name).toBe(before.get(name));
  }
}

const pids = (): Map<string, number | null> => new Map(everybody.map((name) => [name, pidOf(name)]));

function pointsOf(writes: number): DeathPoint[] {
  return Array.from({ length: writes }, (_none, index) => index + 1).flatMap((write) => [
    { write, when: 'before' as const },
    { write, when: 'after' as const },
  ]);
}

describe.each([1, 2, 3, 4])('level %i', (level) => {
  it('comes back right from a death at every write of its halt', async () => {
    const halt = haltOf(level);
    const writes = await runBroker({ config: await freshWorld(), here: true, halt, death: null });
    // The intent, and what was seen of every target; more where an asset is closed or the broker goes itself.
    expect(writes).toBeGreaterThan((stops[level] ?? []).length);
    for (const death of pointsOf(writes ?? 0)) {
      const world = await freshWorld();
      const before = pids();
      expect(await runBroker({ config: world, here: true, halt, death }), JSON.stringify(death)).toBeNull();
      const begun = death.write > 1 || death.when === 'after';
      await comeBack(world, before, begun ? 'halted' : 'running', level);
      tried += 1;
    }
  });

  it('comes back right from a death at every write of its resume', async () => {
    const here = level < 4;
    const prepare = async (): Promise<{ world: PrincipalConfig; resume: ResumeRequest }> => {
      const world = await freshWorld();
      const resume = await withBroker(world, false, async (broker) => {
        const report = await broker.halt(haltOf(level), 'operator');
        if ('refused' in report || !report.complete) throw new Error(JSON.stringify(report));
        const { revision, incident } = report;
        const body = { level, revision, incident: incident?.id ?? null, reason: 'over' };
        return { ...body, second: 'another', byHand: !here };
      });
      return { world, resume };
    };
    const first = await prepare();
    const writes = await runBroker({ config: first.world, here, resume: first.resume, death: null });
    await comeBack(first.world, pids(), 'running', level);
    // The broker's own start, at the destructive level, is noted after the end of the halt.
    const last = (writes ?? 0) - (level === 4 ? 1 : 0);
    for (const death of pointsOf(writes ?? 0)) {
      const { world, resume } = await prepare();
      const before = pids();
      expect(await runBroker({ config: world, here, resume, death }), JSON.stringify(death)).toBeNull();
      const ended = death.write > last || (death.write === last && death.when === 'after');
      // Killed in the very moment between the end of the halt and its own start: that one is left to the operator.
      if (ended && level === 4) knox.startAll();
      await comeBack(world, before, ended ? 'running' : 'halted', level);
      tried += 1;
    }
  });
});
