import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/drill/model/verdict.ts';
import { given } from './given.ts';
import type { Scenario } from './scenario.ts';
import type { Change } from './scenarios/case.ts';
import {
  aloneCases,
  apiAlone,
  apiAloneCases,
  storeAlone,
  storeAloneCases,
  switchAlone,
} from './scenarios/uncovered.ts';

const verdictOf = (scenario: () => Scenario, change: Change = () => undefined): Verdict =>
  given(scenario).and(change).verdict();

describe.each([
  ['a kill switch that is nothing but a command', switchAlone, aloneCases],
  ['a fleet with a store and no status', storeAlone, storeAloneCases],
  ['a fleet with a status and no store', apiAlone, apiAloneCases],
] as const)('%s', (_, scenario, cases) => {
  it('passes where all that is covered is proven, and says what is not', () => {
    const verdict = verdictOf(scenario);
    expect([verdict.verdict, verdict.fleet, verdict.exitCode, verdict.findings]).toEqual([
      'pass',
      'restored',
      0,
      [],
    ]);
    expect(verdict.notCovered).not.toEqual([]);
    expect(verdict.headline).toContain(`(not covered: ${verdict.notCovered?.join(', ')})`);
  });

  it.each(cases)('%s', (_name, change, expected) => {
    const verdict = verdictOf(scenario, change);
    const primary = verdict.findings
      .filter(({ consequenceOf }) => consequenceOf === null)
      .map(({ code, service }) => `${code} ${service ?? ''}`);
    if (expected.length === 0) expect(primary).toEqual([]);
    else expect(primary).toEqual(expect.arrayContaining([...expected]));
    expect(verdict.verdict === 'pass').toBe(expected.length === 0);
  });
});

describe('a switch alone', () => {
  it('covers neither state nor ownership nor incident nor log nor orders', () => {
    expect(verdictOf(switchAlone).notCovered).toEqual([
      'state store',
      'API status',
      'whose halt it is',
      'audit log',
      'incident',
      'orders and positions',
      'process of the broker',
    ]);
  });

  it.each(aloneCases.slice(2, 5))('is not proven restored where %s', (_, change) => {
    const verdict = verdictOf(switchAlone, change);
    expect([verdict.fleet === 'restored', verdict.exitCode]).toEqual([false, 5]);
  });

  it('claims no state by its exit code alone', () => {
    const halted = verdictOf(switchAlone).broker.moments.find(({ moment }) => moment === 'halted');
    expect(halted).toEqual({ moment: 'halted', api: null, store: null });
    expect(verdictOf(switchAlone).claims).toEqual(['The broker acknowledged the halt (exit code 0).']);
  });
});
