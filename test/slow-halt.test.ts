import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, it } from 'vitest';
import type { Verdict } from '../src/drill/model/verdict.ts';
import { ownFolder, processesIn, requireFreshBuild, run } from './support/haltdrill.ts';
import { type SwitchFleet, startSwitchFleet } from './support/switch-fleet.ts';

beforeAll(requireFreshBuild);

let fleet: SwitchFleet | null = null;
afterEach(() => {
  fleet?.end();
  fleet = null;
});

/** Stops one service, is busy for long, and stops the other. */
const SLOW =
  '[ "$1" = halt ] && { kill -9 $(cat run/hermes); rm run/hermes; sleep 11; kill -9 $(cat run/shiva); rm run/shiva; echo > over; exit 0; }';

it('B14: a halt that goes on after its reply was due is waited for, and what it stops last comes back too', async () => {
  const folder = ownFolder();
  fleet = startSwitchFleet(folder, SLOW);
  const file = join(folder, 'drills', 'level-2.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('within: 5s', 'within: 1s'));
  const { code, stdout, stderr } = await run(['drill', '--level', '2', '--json'], { folder });
  const verdict = JSON.parse(stdout) as Verdict;
  expect([code, verdict.fleet], stderr).toEqual([1, 'restored']);
  // Whatever the drill said: it is so when the halt has had all its time.
  await expect.poll(() => existsSync(join(folder, 'over')), { timeout: 30_000 }).toBe(true);
  const left = processesIn(folder).map((line) => line.split('/').at(-1)?.trim());
  expect(left.sort()).toEqual(['hermes', 'sentinel', 'shiva']);
});
