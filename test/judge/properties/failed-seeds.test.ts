import { expect, it } from 'vitest';
import { judge } from '../../../src/drill/09-judge/verdict/judge.ts';
import { missingFromProof } from '../oracle.ts';
import { failedSeeds } from './failed-seeds.ts';
import { expectNoBetter } from './no-better.ts';

const options = { today: '2026-11-22', strict: false };

it.each(failedSeeds)('$seed of "$property": $was', ({ all, less }) => {
  const journal = all();
  const verdict = judge(journal, options);
  if (less !== undefined) expectNoBetter(judge(less(journal), options), verdict);
  const accepted = verdict.findings.filter((one) => one.knownIssue !== null && one.consequenceOf === null);
  if (verdict.verdict === 'pass') expect(missingFromProof(journal, accepted)).toEqual([]);
});
