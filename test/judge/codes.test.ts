import { describe, expect, it } from 'vitest';
import type { FindingCode } from '../../src/drill/model/findings.ts';
import type { Verdict } from '../../src/drill/model/verdict.ts';
import { given } from './given.ts';
import { cleanLevel2, RESUME } from './scenario.ts';
import type { Change } from './scenarios/case.ts';
import { cases } from './scenarios/cases.ts';

const verdictOf = (change: Change): Verdict => given(cleanLevel2).and(change).verdict();
const codesOf = (verdict: Verdict): FindingCode[] => verdict.findings.map((f) => f.code);

describe.each(cases)('$code ($about)', ({ code, flags, spares, spareNotClean }) => {
  it('is found, and is no pass', () => {
    const verdict = verdictOf(flags);
    expect(codesOf(verdict)).toContain(code);
    expect(verdict.verdict).not.toBe('pass');
    expect(verdict.findings.find((f) => f.code === code)?.message).toMatch(/\.$/);
  });

  it('is not found in a near miss', () => {
    const verdict = verdictOf(spares);
    expect(codesOf(verdict)).not.toContain(code);
    if (spareNotClean !== true) expect(verdict.findings).toEqual([]);
  });
});

describe('an asset that stays blocked', () => {
  it('keeps the fleet from counting as restored', () => {
    const verdict = verdictOf((s) => {
      const { exchange } = s;
      s.exchange = (ms) => exchange(Math.min(ms, RESUME));
    });
    expect(verdict).toMatchObject({ fleet: 'halted', exitCode: 5 });
    expect(verdict.headline).toContain('THE FLEET IS NOT PROVEN RESTORED');
  });
});
