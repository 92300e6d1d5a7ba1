import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/drill/09-judge/verdict/judge.ts';
import { FINDINGS } from '../../../src/drill/model/findings.ts';
import type { Finding, Verdict } from '../../../src/drill/model/verdict.ts';
import { given } from '../given.ts';
import { type Subject, withKnown } from '../known.ts';
import { missingFromProof } from '../oracle.ts';
import { cleanLevel2 } from '../scenario.ts';
import { cases } from '../scenarios/cases.ts';
import { happening } from './kinds.ts';
import { perturbed } from './perturbed.ts';
import { runs, worded } from './runs.ts';

const primaryOf = ({ findings }: Verdict): Finding[] =>
  findings.filter(({ consequenceOf }) => consequenceOf === null);

/** What a known issue would be about; nothing where the finding is about no service. */
const subjectOf = ({ code, host, service, asset }: Finding): Subject[] =>
  host === null || service === null
    ? []
    : [{ code, host, service, ...(asset === undefined ? {} : { asset }) }];

/** A fault of the tables, which may be accepted, and something that happens beside it. */
const withAFault = fc
  .tuple(
    fc.constantFrom(...cases.filter(({ code }) => FINDINGS[code].acceptable)),
    fc.array(happening, { maxLength: 1 }),
  )
  .map(([{ code, about, flags }, beside]) => {
    const one = given(cleanLevel2).and(flags);
    for (const { change } of beside) one.and(change);
    return worded({ journal: one.journal() }, () =>
      [`${code} (${about ?? ''})`, ...beside.map(({ says }) => says)].join('; '),
    );
  });

const options = { today: '2026-11-22', strict: false };

describe('a pass', () => {
  it('implies the whole proof, looked for again in the raw journal', () => {
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
      runs(200),
    );
    // Where nothing passes, nothing was said.
    expect(passes).toBeGreaterThan(5);
  }, 7_200_000);

  it('that is qualified implies all of the proof but what was accepted as missing', () => {
    let passes = 0;
    fc.assert(
      fc.property(withAFault, ({ journal }) => {
        const first = judge(journal, options);
        const subjects = primaryOf(first).filter(({ code }) => FINDINGS[code].acceptable);
        if (subjects.length === 0) return;
        const entries = withKnown(journal, subjects.flatMap(subjectOf));
        const verdict = judge(entries, options);
        if (verdict.verdict !== 'pass') return;
        passes += 1;
        const accepted = primaryOf(verdict).filter(({ knownIssue }) => knownIssue !== null);
        expect(missingFromProof(entries, accepted)).toEqual([]);
        expect(verdict.fleet).toBe('restored');
      }),
      runs(100),
    );
    expect(passes).toBeGreaterThan(5);
  }, 7_200_000);
});
