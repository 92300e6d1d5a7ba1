import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../model/journal.ts';
import {
  asFoundLevel2,
  asFoundLevel3,
  BACK,
  cleanLevel2,
  cleanLevel4,
  DEADLINE,
  FOREVER,
  journalOf,
  life,
  livesOf,
  neverStops,
  RESUME,
  type Scenario,
  T0,
} from './fixtures.ts';
import { judge } from './judge.ts';

const options = { today: '2026-11-22', strict: false };
const traders = ['foresight', 'shiva', 'hermes', 'leverage'];
const clean = journalOf(cleanLevel2());
const journals = [clean, journalOf(asFoundLevel2()), journalOf(asFoundLevel3()), journalOf(cleanLevel4())];
const runs = { numRuns: 60 };

/** Without some evidence a drill may still fail, or not be told; it must never pass. */
function expectNoPass(entries: readonly Entry[]): void {
  const verdict = judge(entries, options);
  expect(verdict.verdict).not.toBe('pass');
  expect(verdict.exitCode).not.toBe(0);
}

describe('taking evidence away never makes a pass', () => {
  const any = fc.constantFrom(...journals);

  it('all samples of a host', () => {
    fc.assert(
      fc.property(any, fc.constantFrom('knox', 'tesseract'), (journal, host) => {
        expectNoPass(journal.filter((e) => e.kind !== 'sample' || e.sample.host !== host));
      }),
      runs,
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
      runs,
    );
  });

  it('the store’s evidence, wholly or from some moment on', () => {
    fc.assert(
      fc.property(any, fc.integer({ min: 0, max: RESUME + 100 }), (journal, from) => {
        expectNoPass(journal.filter((e) => e.kind !== 'store' || e.read.sentMs < from));
      }),
      runs,
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
      runs,
    );
  });
});

describe('a pass', () => {
  // A fleet in which every service may die when it likes, come back when it likes, and the broker too.
  const fate = fc.record({
    name: fc.constantFrom(...traders),
    diesMs: fc.oneof(fc.integer({ min: T0 - 500, max: RESUME + 2000 }), fc.constant(FOREVER)),
    backMs: fc.oneof(fc.integer({ min: T0, max: RESUME + 3000 }), fc.constant(FOREVER)),
    backForMs: fc.integer({ min: 150, max: 20_000 }),
    childUntilMs: fc.oneof(fc.constant(0), fc.integer({ min: T0, max: RESUME + 500 })),
  });

  it('implies that every target was there, gone by the deadline, and not seen again until the undo', () => {
    fc.assert(
      fc.property(fc.array(fate, { maxLength: 2 }), (fates) => {
        const s = cleanLevel2();
        for (const [index, f] of fates.entries()) apply(s, f, index);
        const verdict = judge(journalOf(s), options);
        if (verdict.verdict !== 'pass') return;
        expect(verdict.coverage.targets).toEqual({ declared: 4, proven: 4 });
        expect(verdict.fleet).toBe('restored');
        for (const name of traders) {
          const lives = livesOf(s, name);
          expect(lives.some((one) => one.fromMs < T0 && one.toMs > T0 - 150)).toBe(true);
          for (const one of lives) {
            const inHalt = Math.min(one.toMs, RESUME) - Math.max(one.fromMs, DEADLINE);
            expect(inHalt).toBeLessThan(s.plan.timing.maxGapMs);
          }
        }
        for (const one of s.lives)
          if (one.pid >= 800 && one.pid < 900) expect(one.toMs).toBeLessThan(DEADLINE + 200);
      }),
      { numRuns: 150 },
    );
  });

  function apply(
    s: Scenario,
    f: { name: string; diesMs: number; backMs: number; backForMs: number; childUntilMs: number },
    index: number,
  ): void {
    const [first, second] = livesOf(s, f.name);
    if (first === undefined) return;
    first.toMs = f.diesMs;
    if (f.diesMs === FOREVER) neverStops(s, f.name);
    else if (second !== undefined) {
      second.fromMs = Math.max(f.backMs, f.diesMs + 50);
      second.start = second.pid * 10 + second.fromMs;
      second.toMs = second.fromMs + f.backForMs;
      s.lives.push(life(f.name, 'tesseract', 790 + index, Math.max(second.toMs + 50, RESUME + 400), FOREVER));
    }
    if (f.childUntilMs > 0) {
      s.lives.push({
        ...life('', 'tesseract', 800 + index, 2000, f.childUntilMs),
        services: [],
        ppid: first.pid,
        pgrp: first.pid,
      });
    }
  }

  it('is not shaken by a broker that takes longer to come back, within its time', () => {
    const s = cleanLevel2();
    s.plan = { ...s.plan, timing: { ...s.plan.timing, holdMs: 5000 } };
    const { api } = s;
    s.api = (ms) =>
      ms > BACK - 600 && ms < BACK + 1000 ? { kind: 'unreadable', reason: 'refused' } : api(ms);
    expect(judge(journalOf(s), options).findings).toEqual([]);
  });
});
