import { expect, it } from 'vitest';
import { steadyEveryMs } from './drill.ts';

it.each([
  [100, 1_000, 250],
  [100, 600, 150],
  [100, 300, 100],
  // Or the probe would end before it is asked again, and no whole table be read in a second.
  [100, 60_000, 250],
  [400, 1_000, 400],
])(
  'sampled every %d ms with a max-gap of %d ms, a halt that stands is sampled every %d ms',
  (sampleEveryMs, maxGapMs, ms) => {
    expect(steadyEveryMs({ sampleEveryMs, maxGapMs })).toBe(ms);
  },
);
