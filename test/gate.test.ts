import { mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeAll, expect, it } from 'vitest';
import type { Proof } from '../src/drill/model/proof.ts';
import { ownFolder, type Ran, requireFreshBuild, run, start } from './support/haltdrill.ts';
import { type SwitchFleet, startSwitchFleet } from './support/switch-fleet.ts';

beforeAll(requireFreshBuild);

let fleet: SwitchFleet | null = null;
afterEach(() => {
  fleet?.end();
  fleet = null;
});

/** While the file `broken` is there, the switch says that it halted, and leaves shiva running. */
const BROKEN = '[ "$1" = halt ] && [ -e broken ] && { kill -9 $(cat run/hermes); rm run/hermes; exit 0; }';

function fleetIn(folder: string, faults = BROKEN): SwitchFleet {
  fleet = startSwitchFleet(folder, faults);
  const drills = join(folder, 'drills');
  const level2 = readFileSync(join(drills, 'level-2.yaml'), 'utf8');
  writeFileSync(
    join(drills, 'level-3.yaml'),
    level2.replace('level: 2', 'level: 3').replace('name: level-2', 'name: level-3'),
  );
  return fleet;
}

async function proofsIn(folder: string): Promise<Proof[]> {
  return JSON.parse((await run(['status', '--json'], { folder })).stdout) as Proof[];
}

const gateOf = (folder: string): Promise<Ran> => run(['drill', '--level', '3'], { folder });

it('C1: a weaker drill of the same name opens nothing, and an edited one shuts the gate again', async () => {
  const folder = ownFolder();
  fleetIn(folder);
  const file = join(folder, 'drills', 'level-2.yaml');
  const level2 = readFileSync(file, 'utf8');
  const weak = level2.replace('[hermes, shiva]', '[hermes]').replace('hold: 3s', 'hold: 1s');
  writeFileSync(join(folder, 'weak.yaml'), weak);
  writeFileSync(join(folder, 'broken'), '');
  expect((await run(['drill', '--level', '2'], { folder })).code).toBe(1);
  expect((await run(['drill', '--drill', 'weak.yaml'], { folder })).code).toBe(0);
  const shut = await gateOf(folder);
  expect(shut.code).toBe(3);
  expect(shut.stderr).toContain('level-2-halt-by-script passed as another drill than the file now says');

  renameSync(join(folder, 'broken'), join(folder, 'mended'));
  expect((await run(['drill', '--level', '2'], { folder })).code).toBe(0);
  writeFileSync(file, level2.replace('hold: 3s', 'hold: 2s'));
  expect((await gateOf(folder)).stderr).toContain('passed as another drill than the file now says');
  writeFileSync(file, `# The same again.\n${level2}`);
  const open = await gateOf(folder);
  expect([open.code, open.stderr.includes('is not proven;')], open.stderr).toEqual([0, false]);
  const verdicts = await proofsIn(folder);
  expect(verdicts.map(({ verdict }) => verdict)).toEqual(['fail', 'pass', 'pass', 'pass']);
});

it('C3: a failure that a locked ledger could not take shuts the gate that an older pass had opened', async () => {
  const folder = ownFolder();
  fleetIn(folder);
  expect((await run(['drill', '--level', '2'], { folder })).code).toBe(0);
  writeFileSync(join(folder, 'broken'), '');
  const drill = start(['drill', '--level', '2'], { folder });
  await drill.said('resume');
  const holder = new Database(join(folder, 'reports', 'ledger.db'));
  let ended: Ran;
  try {
    holder.exec('begin immediate');
    ended = await drill.ended;
  } finally {
    holder.close();
  }
  expect(ended.code, ended.stderr).toBe(1);
  expect(ended.stderr).toMatch(/the ledger was not written; .*locked; until `haltdrill recover /);
  const shut = await gateOf(folder);
  expect([shut.code, shut.stderr]).toEqual([3, expect.stringContaining('no end of it is on record')]);

  // What the line says brings its end on record.
  const [, dir = ''] = /haltdrill recover ([^`]+)`/.exec(ended.stderr) ?? [];
  expect((await run(['recover', dir], { folder })).code).toBe(0);
  expect((await proofsIn(folder)).map(({ verdict }) => verdict)).toEqual(['pass', 'fail']);
});

it('C3: nothing is triggered while the ledger is locked, and nothing is left to recover', async () => {
  const folder = ownFolder();
  const { calls } = fleetIn(folder);
  const reports = join(folder, 'reports');
  await run(['drill', '--level', '3'], { folder });
  mkdirSync(reports, { recursive: true });
  // A ledger is there, and somebody writes to it.
  const holder = new Database(join(reports, 'ledger.db'));
  holder.pragma('journal_mode = wal');
  let refused: Ran;
  try {
    holder.exec('begin immediate');
    refused = await run(['drill', '--level', '2'], { folder });
  } finally {
    holder.close();
  }
  expect(refused.code, refused.stderr).toBe(3);
  expect(refused.stderr).toMatch(
    /haltdrill: the ledger reports\/ledger\.db cannot be written, [^\n]*--out DIR\n/,
  );
  expect(calls()).toEqual([]);
  expect((await run(['drill', '--level', '2'], { folder })).code).toBe(0);
});

it('C3: a failure that could not be recorded shuts the gate', async () => {
  const folder = ownFolder();
  // Nothing can be written to a database in whose place for what is not yet in it a folder stands.
  const [wal, journal] = ['wal', 'journal'].map((end) => `reports/ledger.db-${end}`);
  fleetIn(folder, `${BROKEN}\n[ "$1" = resume ] && [ -e broken ] && mkdir ${wal} ${journal}`);
  expect((await run(['drill', '--level', '2'], { folder })).code).toBe(0);
  writeFileSync(join(folder, 'broken'), '');
  expect((await run(['drill', '--level', '2'], { folder })).code).toBe(1);
  for (const file of [wal, journal]) rmdirSync(join(folder, file ?? ''));
  expect((await proofsIn(folder)).map(({ verdict }) => verdict)).toEqual(['pass', 'running']);
  const refused = await gateOf(folder);
  expect(refused.code).toBe(3);
  expect(refused.stderr).toContain('no end of it is on record');
});
