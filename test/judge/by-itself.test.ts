import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/drill/model/verdict.ts';
import { given } from './given.ts';
import { BACK, cleanLevel2, FOREVER, life, RESUME, T0 } from './scenario.ts';

/** A clean drill beside which a bystander runs from then to then. */
function beside(fromMs: number, toMs: number): Verdict {
  const mercury = {
    name: 'mercury',
    host: 'tesseract',
    role: 'bystander' as const,
    match: { script: '/opt/invictus/bin/mercury' },
    instances: 1,
    leaves: [],
    heartbeat: null,
    start: null,
  };
  return given(cleanLevel2)
    .and((s) => {
      s.plan = { ...s.plan, services: [...s.plan.services, mercury] };
      s.lives.push(life('mercury', 'tesseract', 600, fromMs, toMs));
    })
    .verdict();
}
const told = ({ fleet, findings }: Verdict): unknown => [fleet, findings.map(({ code }) => code)];

describe('a bystander that ends', () => {
  it.each([
    ['while the whole halt stands, before the deadline', BACK + 1_500],
    ['after the deadline', T0 + 7_000],
  ])('H-B5: %s may have ended by itself, or been stopped late: nobody can tell', (_, toMs) => {
    const verdict = beside(0, toMs);
    expect(told(verdict)).toEqual(['unknown', ['undo-unseen']]);
    expect([verdict.verdict, verdict.exitCode, verdict.findings[0]?.service]).toEqual([
      'inconclusive',
      5,
      'mercury',
    ]);
  });

  it.each([
    ['with the targets', T0 + 400],
    ['a moment after the targets', T0 + 1_100],
    ['with the crash of the broker', T0 + 1_700],
    ['as the broker comes back', BACK + 300],
    ['as the undo begins', RESUME + 90],
    ['after the undo', RESUME + 2_000],
  ])('H-B5: %s may have been taken down', (_, toMs) => {
    expect(told(beside(0, toMs))).toEqual(['halted', ['unrestored-service']]);
  });
});

describe('a bystander that begins', () => {
  it('H-B6: while the whole halt stands began by itself', () => {
    expect(told(beside(T0 + 7_000, FOREVER))).toEqual(['restored', []]);
  });

  it.each([
    ['with the halt', T0 + 200],
    ['with the broker', BACK],
    ['with the undo', RESUME + 500],
  ])('H-B6: %s may have been started', (_, fromMs) => {
    expect(told(beside(fromMs, FOREVER))).toEqual(['unknown', ['restored-differently']]);
  });
});
