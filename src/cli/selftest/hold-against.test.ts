import { describe, expect, it } from 'vitest';
import { drilledWith, found, honestRow, liarRow } from '../../../test/support/selftest.ts';
import type { Row } from './catalogue.ts';
import { type Drilled, holdAgainst, neverBegan } from './hold-against.ts';

const caught = [
  found('successful-no-op'),
  found('false-claim', { consequenceOf: 'successful-no-op tesseract/hermes' }),
];
const problems = (row: Row, drilled: Drilled) => holdAgainst(row, drilled).problems;
const liar = (more: Partial<Extract<Row['expect'], { kind: 'liar' }>>): Row => ({
  ...liarRow,
  expect: { ...(liarRow.expect as Extract<Row['expect'], { kind: 'liar' }>), ...more },
});

describe('a liar', () => {
  it('is caught by its finding and nothing but its consequences', () => {
    expect(problems(liarRow, drilledWith(liarRow, caught))).toEqual([]);
    const left = { fleet: 'unknown', exitCode: 5 } as const;
    expect(problems(liar({ leftOut: true }), drilledWith(liarRow, caught, left))).toEqual([]);
  });

  it.each<[string, Row, Drilled, RegExp]>([
    ['passes', liarRow, drilledWith(liarRow, []), /verdict is pass, not fail/],
    [
      'is not named',
      liarRow,
      drilledWith(liarRow, [found('false-claim')]),
      /successful-no-op on hermes was not found/,
    ],
    [
      'is named elsewhere',
      liarRow,
      drilledWith(liarRow, [found('successful-no-op', { service: 'shiva' })]),
      /successful-no-op on hermes was not found/,
    ],
    [
      'is named only as a consequence',
      liarRow,
      drilledWith(liarRow, [found('successful-no-op', { consequenceOf: 'late-stop tesseract/hermes' })]),
      /only as a consequence of late-stop/,
    ],
    [
      'is accused of more',
      liarRow,
      drilledWith(liarRow, [...caught, found('late-stop', { service: 'shiva' })]),
      /^late-stop on shiva was not expected/,
    ],
    [
      'is inconclusive where it fails',
      liarRow,
      drilledWith(liarRow, caught, { verdict: 'inconclusive', exitCode: 2 }),
      /inconclusive, not fail/,
    ],
    [
      'is called restored where something is left out',
      liar({ leftOut: true }),
      drilledWith(liarRow, caught, { fleet: 'restored' }),
      /the fleet is called restored, which it is not/,
    ],
    [
      'ends otherwise than its verdict',
      liarRow,
      { ...drilledWith(liarRow, caught), exitCode: 70 },
      /exit code 70/,
    ],
    [
      'is another',
      liarRow,
      drilledWith(liarRow, caught, { environment: 'lab:reference' }),
      /verdict of lab:reference at level 2/,
    ],
    [
      'has no verdict',
      liarRow,
      { verdict: null, exitCode: null, trouble: 'killed', ms: 1 },
      /^no verdict, a signal: killed$/,
    ],
  ])('that %s is missed', (_, row, drilled, problem) => {
    expect(problems(row, drilled)).toContainEqual(expect.stringMatching(problem));
  });

  it('may be found on a host or an asset, and before the trigger', () => {
    const onHost = liar({ on: 'tesseract' });
    expect(problems(onHost, drilledWith(onHost, caught))).toEqual([]);
    const early = liar({ primary: 'wrong-host-probe', on: null, verdict: 'not-run' });
    const refused = drilledWith(early, [found('wrong-host-probe')], { verdict: 'not-run', exitCode: 3 });
    expect(problems(early, refused)).toEqual([]);
  });

  it('must be inconclusive where its finding says that it could not be told', () => {
    const blind = liar({ primary: 'blind-probe' });
    expect(problems(blind, drilledWith(blind, [found('blind-probe')]))).toEqual([
      'the verdict is fail, not inconclusive',
    ]);
  });
});

describe('an honest fleet', () => {
  it('passes barely', () => {
    expect(problems(honestRow, drilledWith(honestRow, []))).toEqual([]);
  });

  it('is falsely accused by any finding, and by a pass that leans on known issues', () => {
    const accused = problems(honestRow, drilledWith(honestRow, [found('late-stop')]));
    expect(accused).toEqual([
      'the verdict is fail, not pass',
      'late-stop on hermes, though nothing is wrong: it still runs',
    ]);
    expect(problems(honestRow, drilledWith(honestRow, [], { qualified: true }))).toEqual([
      'the pass is not a bare one',
    ]);
  });
});

describe('a drill that never began', () => {
  const notRun = { verdict: 'not-run', exitCode: 3 } as const;
  it('is one that was not run and found nothing', () => {
    expect(neverBegan(drilledWith(liarRow, [], notRun))).toBe(true);
  });

  it.each([
    ['was not run because of what it found', drilledWith(liarRow, [found('duplicate-instance')], notRun)],
    ['passed', drilledWith(liarRow, [])],
    ['has no verdict', { ...drilledWith(liarRow, []), verdict: null }],
  ])('is none that %s', (_, drilled) => {
    expect(neverBegan(drilled)).toBe(false);
  });

  it('is a miss all the same where it is all there is', () => {
    expect(problems(liarRow, drilledWith(liarRow, [], notRun))[0]).toMatch(/verdict is not-run, not fail/);
  });
});
