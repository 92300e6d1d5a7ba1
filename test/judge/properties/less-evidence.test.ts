import fc from 'fast-check';
import { expect, it } from 'vitest';
import { judge } from '../../../src/drill/09-judge/verdict/judge.ts';
import type { Entry } from '../../../src/drill/model/journal.ts';
import { END, RESUME, T0 } from '../scenario.ts';
import { expectNoBetter } from './no-better.ts';
import { perturbed } from './perturbed.ts';
import { runs } from './runs.ts';

const options = { today: '2026-11-22', strict: false };
const host = fc.constantFrom('knox', 'tesseract');
type Less = (journal: readonly Entry[]) => Entry[];

const allOfHost: fc.Arbitrary<Less> = host.map(
  (name) => (journal) => journal.filter((e) => e.kind !== 'sample' || e.sample.host !== name),
);
const allOfStore: fc.Arbitrary<Less> = fc
  .constantFrom('store', 'status', 'exchange', 'audit')
  .map((kind) => (journal) => journal.filter((e) => e.kind !== kind));
const lateStore: fc.Arbitrary<Less> = fc
  .tuple(fc.constantFrom('store', 'status', 'exchange'), fc.integer({ min: T0, max: END }))
  .map(
    ([kind, fromMs]) =>
      (journal) =>
        journal.filter((e) => e.kind !== kind || e.atMs < fromMs),
  );
// Longer than max-gap, and within what has to be watched without a break.
const stretch: fc.Arbitrary<Less> = fc
  .tuple(host, fc.integer({ min: T0 - 1000, max: RESUME - 1300 }), fc.integer({ min: 1250, max: 4000 }))
  .map(
    ([name, fromMs, forMs]) =>
      (journal) =>
        journal.filter(
          (e) =>
            e.kind !== 'sample' ||
            e.sample.host !== name ||
            e.sample.sentMs < fromMs ||
            e.sample.sentMs > fromMs + forMs,
        ),
  );

it.each([
  ['all samples of a host', allOfHost, false],
  ['a stretch of samples longer than max-gap', stretch, false],
  ['everything that a store or the broker says', allOfStore, false],
  ['what a store or the broker says from some moment on', lateStore, true],
] as const)(
  'nothing looks better without %s',
  (_, less, mayStillPass) => {
    fc.assert(
      fc.property(perturbed, less, ({ journal }, take) => {
        const [some, all] = [judge(take(journal), options), judge(journal, options)];
        expectNoBetter(some, all);
        if (!mayStillPass) expect(some.verdict).not.toBe('pass');
      }),
      runs(60),
    );
  },
  7_200_000,
);

// A target counted as proven only once knox was no longer seen: what had become of others there took their proofs away.
it('D6: nothing looks better without a stretch of samples, in the fleets that once showed it', () => {
  fc.assert(
    fc.property(perturbed, stretch, ({ journal }, take) =>
      expectNoBetter(judge(take(journal), options), judge(journal, options)),
    ),
    { seed: 2044817345, numRuns: 30 },
  );
}, 240_000);
