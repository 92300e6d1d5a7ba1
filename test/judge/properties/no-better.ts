import { expect } from 'vitest';
import type { Verdict } from '../../../src/drill/model/verdict.ts';

/** With less evidence nothing looks better. */
export function expectNoBetter(less: Verdict, all: Verdict): void {
  if (all.verdict !== 'pass') expect(less.verdict).not.toBe('pass');
  if (less.fleet === 'restored') expect(all.fleet).toBe('restored');
  for (const what of ['targets', 'survivors'] as const) {
    expect(less.coverage[what].proven).toBeLessThanOrEqual(all.coverage[what].proven);
    expect(less.coverage[what].declared).toBe(all.coverage[what].declared);
  }
  expect(less.coverage.hosts.answered).toBeLessThanOrEqual(all.coverage.hosts.answered);
  if (all.exitCode !== 0) expect(less.exitCode).not.toBe(0);
}
