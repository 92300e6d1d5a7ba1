import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { age, epochSeconds } from './age.ts';

describe('epochSeconds', () => {
  it('counts as the platform does', () => {
    const day = {
      min: new Date('1970-01-01T00:00:00Z'),
      max: new Date('2400-12-31T23:59:59Z'),
      noInvalidDate: true,
    };
    fc.assert(
      fc.property(fc.date(day), (date) => {
        expect(epochSeconds(date.toISOString())).toBe(Math.floor(date.getTime() / 1000));
      }),
    );
  });

  it.each(['', 'yesterday', '2026-13-01T00:00:00Z', '2026-11-22T10:30:00', '2026-11-22T10:30:00+01:00'])(
    'does not guess what %j means',
    (text) => {
      expect(epochSeconds(text)).toBeNull();
    },
  );
});

describe('age', () => {
  const now = '2026-11-22T12:00:00.000Z';
  it.each([
    ['2026-11-22T11:59:30.500Z', 'just now'],
    ['2026-11-22T11:58:59Z', '1 minute ago'],
    ['2026-11-22T09:00:01Z', '2 hours ago'],
    ['2026-11-20T12:00:00Z', '2 days ago'],
    ['2026-11-22T12:00:30Z', 'just now'],
    ['2027-01-01T00:00:00Z', 'at an unknown time'],
    ['never', 'at an unknown time'],
  ])('%s was %s', (then, words) => {
    expect(age(then, now)).toBe(words);
  });
});
