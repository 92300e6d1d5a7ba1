import { expect, it } from 'vitest';
import { passed } from '../../test/support/verdicts.ts';
import { withoutPass } from '../drill/09-judge/verdict/judge.ts';

it('takes no pass from a drill that failed inside', () => {
  const verdict = passed;
  expect(verdict.verdict).toBe('pass');
  expect(withoutPass(verdict)).toMatchObject({
    verdict: 'inconclusive',
    exitCode: 70,
    headline: expect.stringMatching(
      /^LAB \(reference\): INCONCLUSIVE: the drill ended with an internal error/,
    ),
  });
  expect(withoutPass({ ...verdict, verdict: 'fail', exitCode: 1 })).toMatchObject({
    verdict: 'fail',
    exitCode: 1,
  });
});
