import { describe, expect, it } from 'vitest';
import { createBudget, createTally } from './limits.ts';
import { onceUnderWay } from './once.ts';

describe('a budget of failures', () => {
  it('allows a burst, then one more in a while, for each key', () => {
    let time = 0;
    const budget = createBudget({ burst: 2, everyMs: 1000, now: () => time });
    expect([1, 2, 3].map(() => budget.charge('ada'))).toEqual([true, true, false]);
    expect(budget.charge('grace')).toBe(true);
    time = 1000;
    expect([1, 2].map(() => budget.charge('ada'))).toEqual([true, false]);
  });
});

describe('S9: a tally', () => {
  it('writes what it counted in a while, once for each, and the rest at its end', async () => {
    const written: string[] = [];
    const tally = createTally(5, (actor, what, count) => void written.push(`${actor} ${what} ${count}`));
    for (let turn = 0; turn < 3; turn += 1) tally.count('stranger', 'halt');
    tally.count('ada', 'resume');
    expect(written).toEqual([]);
    await expect.poll(() => written).toEqual(['stranger halt 3', 'ada resume 1']);
    tally.count('stranger', 'halt');
    tally.close();
    expect(written.slice(2)).toEqual(['stranger halt 1']);
    tally.close();
    expect(written).toHaveLength(3);
  });
});

describe('halts beyond the budget', () => {
  it('share the answer of the very same one under way; none is refused, and another one goes ahead', async () => {
    const once = onceUnderWay<number>(() => 0);
    let begun = 0;
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const work = async (): Promise<number> => {
      begun += 1;
      await held;
      return begun;
    };
    const same = Array.from({ length: 50 }, () => once('ada', { level: 2 }, work));
    expect(begun).toBe(10);
    const other = once('ada', { level: 3 }, work);
    expect(begun).toBe(11);
    const stranger = once('grace', { level: 2 }, work);
    expect(begun).toBe(12);
    release();
    expect(await Promise.all([...same, other, stranger])).toHaveLength(52);
    // Over and done: the next one does its own work.
    await once('ada', { level: 2 }, work);
    expect(begun).toBe(13);
  });
});
