import { expect, it } from 'vitest';
import { nameOf, PairJudge, pairsOf } from './pairs.ts';

// All of them are tried at night (`npm run test:pairs`).
it('in a slice of all pairs, an accepted fault hides no other', () => {
  const judge = new PairJudge();
  const slice = pairsOf({ turn: 0 }).filter((_, index) => index % 23 === 5);
  expect(slice.length).toBeGreaterThan(300);
  const hiding = slice.filter((pair) => judge.outcomeOf(pair).kind === 'hides');
  expect(hiding.map(nameOf)).toEqual([]);
}, 240_000);
