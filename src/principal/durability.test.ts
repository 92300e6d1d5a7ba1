import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBroker } from './broker.ts';
import { type FakeWorld, fakeWorld } from './fixtures/parts.ts';
import type { Broker } from './parts.ts';
import { type BrokerDatabase, openDatabase } from './store/sqlite.ts';

let folder: string;
let file: string;
const open: { broker: Broker; database: BrokerDatabase }[] = [];

/** A broker over the file, with hosts in memory. */
function brokerOn(world: FakeWorld, here = true): { broker: Broker; database: BrokerDatabase } {
  const database = openDatabase(file);
  const { store, audit, atomically } = database;
  const self = { service: 'principal', host: 'knox', here };
  const broker = createBroker({ ...world.parts, store, audit, atomically, self });
  open.push({ broker, database });
  return { broker, database };
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'principal-durability-'));
  file = join(folder, 'principal.db');
});

afterEach(async () => {
  for (const { broker, database } of open.splice(0)) {
    await broker.close();
    database.close();
  }
  rmSync(folder, { recursive: true });
});

async function until(condition: () => boolean, what: string): Promise<void> {
  await expect.poll(condition, { timeout: 10_000, interval: 5, message: what }).toBe(true);
}

const HALT = { level: 2, asset: null, reason: 'drill' };

describe('a halt', () => {
  it('happens while another process holds the lock, says so, and is written once it lets go', async () => {
    const world = fakeWorld();
    const { broker, database } = brokerOn(world);
    const other = new Database(file);
    other.exec('begin immediate');
    const report = await broker.halt(HALT, 'ada');
    expect(report).toMatchObject({ recorded: false, complete: false, level: 2 });
    expect(world.running).toEqual(new Set(['scribe@knox']));
    expect(database.store.load()).toMatchObject({ state: { level: 0 } });
    other.exec('rollback');
    other.close();
    await until(() => broker.status().complete, 'the record');
    expect(database.store.load()).toMatchObject({ state: { level: 2 }, holders: [{ who: 'ada' }] });
    expect(broker.auditTrail().slice(0, 3)).toMatchObject([
      { action: 'halt', outcome: 'opened' },
      { action: 'stop', subject: 'hermes', outcome: 'stopped' },
      { action: 'stop', subject: 'shiva', outcome: 'stopped' },
    ]);
    expect(broker.auditCheck().ok).toBe(true);
  });

  it('happens with a full disk, says so, and cannot be resumed while that lasts', async () => {
    const world = fakeWorld();
    const { broker, database } = brokerOn(world);
    // No page more than there is: every write that needs one is SQLITE_FULL, as on a full disk.
    const pages = database.db.pragma('page_count', { simple: true });
    database.db.pragma(`max_page_count = ${pages}`);
    const report = await broker.halt({ ...HALT, reason: 'r'.repeat(100_000) }, 'ada');
    expect(report).toMatchObject({ recorded: false, level: 2 });
    expect(world.warnings.join()).toContain('full');
    expect(world.running).toEqual(new Set(['scribe@knox']));
    if ('refused' in report) throw new Error(report.why);
    const { revision, incident } = report;
    const over = { level: 2, incident: incident?.id ?? null, revision, reason: 'over' };
    expect(await broker.resume(over, 'ada')).toMatchObject({ refused: 'conflict' });
    expect(world.running).toEqual(new Set(['scribe@knox']));
    database.db.pragma('max_page_count = 1000000');
    await until(() => broker.status().recorded, 'the record');
    expect(await broker.resume(over, 'ada')).toMatchObject({ level: 0 });
  });
});

describe('a halt by another process', () => {
  it('is in force here at once, and so is its end', async () => {
    const world = fakeWorld();
    const { broker } = brokerOn(world);
    const { broker: tool } = brokerOn(world, false);
    const report = await tool.halt(HALT, 'ada by hand');
    if ('refused' in report) throw new Error(report.why);
    // Nobody asks: the gate must close by itself.
    await until(() => broker.gate().agents.size > 0, 'the gate');
    expect(broker.status()).toMatchObject({ level: 2, incident: report.incident, complete: true });
    await broker.halt({ ...HALT, reason: 'me too' }, 'bob');
    expect(tool.status().holders).toHaveLength(2);
    const of = (status: { revision: number }) => ({
      ...{ level: 2, incident: report.incident?.id ?? null, revision: status.revision, reason: 'over' },
    });
    expect(await tool.resume(of(tool.status()), 'ada by hand')).toMatchObject({ result: 'released' });
    expect(await broker.resume(of(broker.status()), 'bob')).toMatchObject({ result: 'resumed' });
    await until(() => tool.gate().agents.size === 0, 'the gate');
    expect(broker.auditCheck().ok).toBe(true);
    expect(world.running.size).toBe(3);
  });

  it('is finished here where that process died in the middle of it', async () => {
    const world = fakeWorld();
    const { broker } = brokerOn(world);
    const { broker: tool } = brokerOn(world, false);
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let dead = true;
    world.gate.before = async () => {
      if (dead) await held;
    };
    const halting = tool.halt(HALT, 'ada by hand');
    dead = false;
    await until(() => broker.status().level === 2 && broker.status().complete, 'a complete halt');
    expect(world.running).toEqual(new Set(['scribe@knox']));
    release();
    await halting;
  });
});
