import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/drill/09-judge/verdict/judge.ts';
import type { Entry } from '../../../src/drill/model/journal.ts';
import {
  asFoundLevel2,
  asFoundLevel3,
  cleanLevel2,
  cleanLevel4,
  journalOf,
  RESUME,
  T0,
} from '../scenario.ts';
import { runs, worded } from './runs.ts';

const options = { today: '2026-11-22', strict: false };
const clean = journalOf(cleanLevel2());
const journals = [clean, journalOf(asFoundLevel2()), journalOf(asFoundLevel3()), journalOf(cleanLevel4())];

/** Without some evidence a drill may still fail, or not be told; it must never pass. */
function expectNoPass(entries: readonly Entry[]): void {
  const verdict = judge(entries, options);
  expect(verdict.verdict).not.toBe('pass');
  expect(verdict.exitCode).not.toBe(0);
}

describe('taking evidence away never makes a pass', () => {
  const any = fc.constantFrom(...journals).map((journal) => worded([...journal], () => 'a journal'));

  it('all samples of a host', () => {
    fc.assert(
      fc.property(any, fc.constantFrom('knox', 'tesseract'), (journal, host) => {
        expectNoPass(journal.filter((e) => e.kind !== 'sample' || e.sample.host !== host));
      }),
      runs(60),
    );
  });

  it('any stretch of a host’s samples longer than max-gap', () => {
    const from = fc.integer({ min: T0 - 2500, max: RESUME - 1300 });
    fc.assert(
      fc.property(
        any,
        fc.constantFrom('knox', 'tesseract'),
        from,
        fc.integer({ min: 1001, max: 3000 }),
        (journal, host, start, length) => {
          expectNoPass(
            journal.filter(
              (e) =>
                e.kind !== 'sample' ||
                e.sample.host !== host ||
                e.sample.sentMs < start ||
                e.sample.receivedMs > start + length + 240,
            ),
          );
        },
      ),
      runs(60),
    );
  });

  it('the store’s evidence, wholly or from some moment on', () => {
    fc.assert(
      fc.property(any, fc.integer({ min: 0, max: RESUME + 100 }), (journal, from) => {
        expectNoPass(journal.filter((e) => e.kind !== 'store' || e.read.sentMs < from));
      }),
      runs(60),
    );
  });

  it.each(['status', 'audit', 'exchange', 'canary', 'host'] as const)('every record of kind %s', (kind) => {
    for (const journal of journals) expectNoPass(journal.filter((e) => e.kind !== kind));
  });

  it('the end of the journal, wherever it is cut off between trigger and resume', () => {
    fc.assert(
      fc.property(any, fc.integer({ min: T0, max: RESUME }), (journal, until) => {
        const verdict = judge(
          journal.filter((e) => e.atMs <= until),
          options,
        );
        expect(verdict.verdict).not.toBe('pass');
        expect(verdict.exitCode).toBe(verdict.fleet === 'untouched' ? 3 : 5);
      }),
      runs(60),
    );
  });
});
