import { describe, expect, it } from 'vitest';
import { nextSide } from './trader.ts';

describe('which way a trader goes', () => {
  it('keeps a position above zero and bounded, wherever it begins', () => {
    for (const begin of [0, 3, 9]) {
      let position = begin;
      let side: 'buy' | 'sell' = nextSide('buy', position);
      const seen: number[] = [];
      for (let step = 0; step < 40; step++) {
        position += side === 'buy' ? 1 : -1;
        side = nextSide(side, position);
        seen.push(position);
      }
      const settled = seen.slice(10);
      expect(Math.min(...settled)).toBe(1);
      expect(Math.max(...settled)).toBe(5);
    }
  });
});
