import { expect, it } from 'vitest';
import type { Proof } from '../model/proof.ts';
import { type GateDemand, unprovenBecause } from './gate.ts';

const DEMAND: GateDemand = {
  environment: 'live',
  inventorySha256: 'ab'.repeat(32),
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
  finishedAt: '2026-11-20T00:00:00.123Z',
};

const gate = (...runs: Partial<Proof>[]) =>
  unprovenBecause(
    'level-1',
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
