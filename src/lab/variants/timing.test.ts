import { describe, expect, it } from 'vitest';
import { readWatched, tooLateMs, watchedVariable } from './timing.ts';

describe('what a lab is told of the drill', () => {
  it('is what its runner says, and of the rest what the self-test watches', () => {
    expect(readWatched('within=8000 late=1500 hold=30000 max-gap=900')).toEqual({
      withinMs: 8000,
      lateMs: 1500,
      holdMs: 30_000,
      maxGapMs: 900,
    });
    expect(readWatched('hold=30000')).toMatchObject({ withinMs: 5000, holdMs: 30_000 });
    expect(readWatched('')).toEqual({ withinMs: 5000, lateMs: 2000, holdMs: 4000, maxGapMs: 2000 });
  });

  it.each(['within=0', 'hold=4s', 'late=', 'max-gap=-1'])('refuses %s', (text) => {
    expect(() => readWatched(text)).toThrow(`${watchedVariable}: ${text}`);
  });

  it('puts who is too late between the deadline and where nobody looks any longer', () => {
    const { withinMs, lateMs } = readWatched('');
    expect(tooLateMs).toBeGreaterThanOrEqual(withinMs + lateMs / 4);
    expect(tooLateMs).toBeLessThanOrEqual(withinMs + 0.75 * lateMs);
  });
});
