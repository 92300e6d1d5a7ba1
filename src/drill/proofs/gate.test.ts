import { expect, it } from 'vitest';
import type { Proof } from '../model/proof.ts';
import { type GateDemand, unprovenBecause } from './gate.ts';

const DRILL = { name: 'level-1', sha256: 'd1'.repeat(32) };
const DEMAND: GateDemand = {
  environment: 'live',
  inventorySha256: 'ab'.repeat(32),
  runner: '1.2.3',
  staleAfterMs: 30 * 86_400_000,
  now: '2026-12-01T00:00:00Z',
};

const PROOF: Proof = {
  drillId: 'd-1',
  drill: 'level-1',
  level: 1,
  environment: 'live',
  verdict: 'pass',
  qualified: false,
  proven: ['hermes@tesseract', 'principal@knox'],
  declared: 2,
  inventorySha256: DEMAND.inventorySha256,
  drillSha256: DRILL.sha256,
  runner: DEMAND.runner,
  finishedAt: '2026-11-20T00:00:00.123Z',
};

const gate = (...runs: Partial<Proof>[]) =>
  unprovenBecause(
    DRILL,
    runs.map((run) => ({ ...PROOF, ...run })),
    DEMAND,
  );

it('opens on a full proof of this fleet, this inventory, and of late', () => {
  expect(gate({})).toBeNull();
  expect(gate({ finishedAt: '2026-11-01T00:00:00Z' })).toBeNull();
});

it.each<[string, Partial<Proof>, string]>([
  ['nothing ran', { drill: 'level-0' }, 'never ran there'],
  ['a lab only', { environment: 'lab:reference' }, 'never ran there'],
  ['it did not run', { verdict: 'not-run' }, 'never ran there'],
  ['a failure', { verdict: 'fail' }, 'ended with fail, 11 days ago'],
  ['nobody could tell', { verdict: 'inconclusive' }, 'ended with inconclusive, 11 days ago'],
  ['it was cut short', { verdict: 'aborted' }, 'ended with aborted, 11 days ago'],
  ['accepted findings', { qualified: true }, 'passed only with known issues'],
  ['a part is not proven', { proven: ['principal@knox'] }, 'proved 1 of 2'],
  [
    'another inventory',
    { inventorySha256: 'cd'.repeat(32) },
    'passed with another inventory (sha256 cdcdcdcd…)',
  ],
  [
    'C1: another drill of that name',
    { drillSha256: 'cd'.repeat(32) },
    'passed as another drill than the file now says (digest cdcdcdcd…, now d1d1d1d1…), 11 days ago',
  ],
  [
    'C1: the ledger of then kept no digest',
    { drillSha256: null },
    'passed, but an older haltdrill did not record which drill that was, 11 days ago',
  ],
  ['C1: another haltdrill', { runner: '1.2.2' }, 'passed by haltdrill 1.2.2, not 1.2.3, 11 days ago'],
  ['C3: it has no end', { verdict: 'running' }, 'began 11 days ago, and no end of it is on record'],
  ['it is old', { finishedAt: '2026-10-31T23:59:59Z' }, 'its proof is stale: 30 days ago'],
  [
    'a clock that was wrong',
    { finishedAt: '2026-12-02T00:00:00Z' },
    'its proof is stale: at an unknown time',
  ],
])('stays shut where %s', (_, run, why) => {
  expect(gate(run)).toContain(why);
});

it('goes by the latest run, in whatever order the ledger has them', () => {
  const failed = { verdict: 'fail', finishedAt: '2026-11-25T00:00:00Z' } as const;
  expect(gate({}, failed)).toContain('ended with fail, 6 days ago');
  expect(gate(failed, {})).toContain('ended with fail, 6 days ago');
  expect(gate(failed, { finishedAt: '2026-11-26T00:00:00Z' })).toBeNull();
  expect(gate({}, { ...failed, verdict: 'not-run' })).toBeNull();
  expect(gate({}, { ...failed, environment: 'lab:as-found' })).toBeNull();
});

it('C1: a pass of another drill under the same name does not outlive, nor undo, what ran before', () => {
  const failed = { verdict: 'fail', finishedAt: '2026-11-25T00:00:00Z' } as const;
  const weak = { drillSha256: 'cd'.repeat(32), finishedAt: '2026-11-26T00:00:00Z' };
  expect(gate(failed, weak)).toContain('passed as another drill');
  expect(gate({}, { ...weak, verdict: 'fail' })).toContain('ended with fail');
});

it('C3: a drill that began after its pass, and never ended, shuts the gate', () => {
  expect(gate({}, { verdict: 'running', finishedAt: '2026-11-25T00:00:00Z' })).toContain('no end of it');
  expect(gate({ verdict: 'running', finishedAt: '2026-11-10T00:00:00Z' }, {})).toBeNull();
});
