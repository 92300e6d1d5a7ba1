import { expect, it } from 'vitest';
import { passed } from '../../test/support/verdicts.ts';
import { resultText } from './result-text.ts';

const first = (text: string): string | undefined => text.split('\n')[0];

it('says first of a fleet that a rule has left halted how to resume it', () => {
  const headline = 'LAB (reference): ABORTED: THE FLEET IS LEFT HALTED by the rule host-lost';
  const stopConditions = [{ condition: 'host-lost', action: 'hold', met: 'knox is gone' }] as const;
  const left = { ...passed, verdict: 'aborted', fleet: 'halted', headline, stopConditions } as const;
  expect(first(resultText(left, 'out/d-1/report.md'))).toBe(
    `${headline}; to resume: haltdrill recover out/d-1`,
  );
  expect(first(resultText(left, 'report.md'))).toBe(`${headline}; to resume: haltdrill recover .`);
});

it('says nothing of it where nothing was left', () => {
  expect(first(resultText(passed, 'out/d-1/report.md'))).toBe(passed.headline);
});
