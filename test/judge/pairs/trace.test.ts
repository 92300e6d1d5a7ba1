import { expect, it } from 'vitest';
import { cleanLevel2, FOREVER, journalOf, life, neverStops, type Scenario, T0 } from '../scenario.ts';
import { type Leaves, leavesOf, shareOf, traceOf } from './trace.ts';

function leaves(...changes: ((s: Scenario) => void)[]): Leaves {
  const s = cleanLevel2();
  for (const change of changes) change(s);
  return leavesOf(journalOf(s));
}

const clean = leaves();
const runsOn = (s: Scenario): void => neverStops(s, 'hermes');
const another = (s: Scenario): void => void s.lives.push(life('shiva', 'knox', 777, T0, FOREVER));
const silent = (s: Scenario): void => {
  s.store = () => ({ kind: 'unreadable', reason: 'locked' });
};
const halves = (s: Scenario): void => {
  const { store } = s;
  s.store = (ms) => (ms < T0 + 2000 ? store(ms) : { kind: 'unreadable', reason: 'locked' });
};

it('a journal that is as the clean one bears no trace', () => {
  expect(traceOf(leaves(), clean).size).toBe(0);
  expect(shareOf(traceOf(leaves(), clean), clean)).toBe(0);
});

it.each([
  ['two processes', runsOn, another],
  ['a process and the store', runsOn, silent],
])('what two changes do to different things is there whole, whichever came first: %s', (_, one, other) => {
  for (const both of [leaves(one, other), leaves(other, one)])
    for (const alone of [one, other]) expect(shareOf(traceOf(leaves(alone), clean), both)).toBe(1);
});

it('what a second change replaces is there no more, or in part', () => {
  expect(shareOf(traceOf(leaves(halves), clean), leaves(halves, silent))).toBe(1);
  const share = shareOf(traceOf(leaves(silent), clean), leaves(halves));
  expect(share).toBeGreaterThan(0);
  expect(share).toBeLessThan(1);
  expect(shareOf(traceOf(leaves(another), clean), clean)).toBe(0);
});

it('a process that is not there any more is a trace as well', () => {
  const gone = (s: Scenario): void => {
    s.lives = s.lives.filter(({ pid }) => pid !== 302);
  };
  const trace = traceOf(leaves(gone), clean);
  expect(trace.size).toBeGreaterThan(0);
  expect(shareOf(trace, clean)).toBe(0);
});
