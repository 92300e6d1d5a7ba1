import { readFileSync } from 'node:fs';
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

async function drilled(faults = '') {
  const folder = ownFolder();
  fleet = startSwitchFleet(folder, faults);
  const { code, stdout, stderr } = await run(['drill', '--level', '2', '--json'], { folder });
  const verdict = stdout === '' ? null : (JSON.parse(stdout) as Verdict);
  return { code, stderr, verdict, folder };
}

it('drills a fleet whose kill switch is nothing but a script, and says what is not covered', async () => {
  const { code, stderr, verdict, folder } = await drilled();
  expect([code, verdict?.verdict, verdict?.fleet, verdict?.findings], stderr).toEqual([
    0,
    'pass',
    'restored',
    [],
  ]);
  expect(verdict?.coverage.targets).toEqual({ declared: 2, proven: 2 });
  expect(verdict?.notCovered).toEqual(expect.arrayContaining(['state store', 'API status', 'audit log']));
  expect(verdict?.headline).toContain('(not covered: state store, API status, whose halt it is');
  const report = readFileSync(join(folder, 'reports', verdict?.drillId ?? '', 'report.md'), 'utf8');
  expect(report).toContain('What was not covered');
  const [halt, ...rest] = fleet?.calls() ?? [];
  expect(halt).toMatch(/^halt 2 haltdrill drill level-2-halt-by-script [a-z0-9]+$/);
  expect(rest).toEqual(['resume']);
  // What the resume started is no child of the runner's, and outlives it.
  const left = processesIn(folder).map((line) => line.split('/').at(-1)?.trim());
  expect(left.sort()).toEqual(['hermes', 'sentinel', 'shiva']);
});

it('finds a script that says done and stops the wrong half', async () => {
  const { code, verdict } = await drilled(
    '[ $1 = halt ] && { stop() { :; }; kill -9 $(cat run/hermes); exit 0; }',
  );
  expect([code, verdict?.verdict, verdict?.fleet]).toEqual([1, 'fail', 'restored']);
  expect(verdict?.findings.map(({ code: found, service }) => `${found} ${service}`)).toContain(
    'successful-no-op shiva',
  );
});

it('is not proven restored by a resume that fails, though everything is back', async () => {
  const { code, stderr, verdict } = await drilled(
    '[ $1 = resume ] && { $0 start hermes; $0 start shiva; echo half done >&2; exit 3; }',
  );
  expect([code, verdict?.fleet], stderr).toEqual([5, 'unknown']);
  expect(verdict?.findings[0]?.message).toContain('The resume was not acknowledged (it was answered with 3)');
});
