import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/drill/09-judge/judge.ts';
import { missingFromProof } from '../oracle.ts';
import { cleanLevel2, cleanLevel4, journalOf } from '../scenario.ts';
import { cases } from '../scenarios/cases.ts';
import { perturbed } from './perturbed.ts';

const options = { today: '2026-11-22', strict: false };
const stopping = [
  'successful-no-op',
  'late-stop',
  'respawned',
  'flapped',
  'orphaned-children',
  'renamed-survivor',
  'frozen-not-stopped',
];

describe('a pass', () => {
  it('implies for every target the whole proof of a stop, looked for again in the raw journal', () => {
    let passes = 0;
    fc.assert(
      fc.property(perturbed, ({ journal }) => {
        const verdict = judge(journal, options);
        if (verdict.verdict !== 'pass') return;
        passes += 1;
        expect(missingFromProof(journal)).toEqual([]);
        expect(verdict.fleet).toBe('restored');
        expect(verdict.coverage.targets.proven).toBe(verdict.coverage.targets.declared);
        expect(verdict.coverage.survivors.proven).toBe(verdict.coverage.survivors.declared);
      }),
      { numRuns: 200 },
    );
    // Where nothing passes, nothing was said.
    expect(passes).toBeGreaterThan(5);
  }, 240_000);

  it.each([cleanLevel2, cleanLevel4])(
    'is looked for by an oracle that finds the proof where it is',
    (make) => {
      expect(missingFromProof(journalOf(make()))).toEqual([]);
    },
  );

  it.each(cases.filter(({ code }) => stopping.includes(code)))(
    'is looked for by an oracle that knows $code ($about) when it sees it',
    ({ flags }) => {
      const s = cleanLevel2();
      flags(s);
      expect(missingFromProof(journalOf(s))).not.toEqual([]);
    },
  );
});
