import type { Entry } from '../../model/journal.ts';
import { hasEnded } from '../../model/process.ts';
import type { SeenTable } from '../../model/sample.ts';

interface Tabled {
  readonly sentMs: number;
  readonly table: SeenTable | null;
}

type Step =
  | { readonly atMs: number; readonly what: 'sample'; readonly at: number }
  | {
      readonly atMs: number;
      readonly what: 'planted' | 'killed';
      readonly pid: number;
      readonly start: number | null;
    }
  | { readonly atMs: number; readonly what: 'connected' };

/**
 * Tells fresh tables from old ones by the runner's own canaries, which is what a nonce cannot do where somebody puts a new
 * nonce on an old table. The probe says that a canary is up, or gone, only once it is: so each table asked for later must show
 * it, or must not. One that lacks a new canary is stale, and so may be every table since the last control that was seen to
 * work; one that shows a dead canary is itself a copy. A stale table says nothing, of what is there or of what is not.
 * Returns the reason for each stale one, by its place in `samples`.
 */
export function staleSamples(
  host: string,
  samples: readonly Tabled[],
  entries: readonly Entry[],
): ReadonlyMap<number, string> {
  const reasons = new Map<number, string>();
  const owed = new Set<number>();
  const dead = new Map<number, number | null>();
  let proven = 0;
  for (const step of stepsOf(host, samples, entries)) {
    if (step.what === 'connected') owed.clear();
    if (step.what === 'planted') {
      owed.add(step.pid);
      dead.delete(step.pid);
    }
    if (step.what === 'killed') {
      owed.delete(step.pid);
      dead.set(step.pid, step.start);
    }
    if (step.what !== 'sample') continue;
    const table = samples[step.at]?.table;
    if (table == null) continue;
    const ghost = table.rows.find((row) => dead.get(row.pid) === row.start && !hasEnded(row));
    if (ghost !== undefined) {
      reasons.set(
        step.at,
        `the table showed a canary (pid ${ghost.pid}) that had been killed before it was asked for`,
      );
      continue;
    }
    const shown = [...table.rows.map((row) => row.pid), ...table.appeared].filter((pid) => owed.delete(pid));
    const [missing] = owed;
    if (missing === undefined) {
      if (shown.length > 0) proven = step.at;
      continue;
    }
    for (let at = proven; at <= step.at; at += 1) {
      if (!reasons.has(at))
        reasons.set(
          at,
          `the table lacked a canary (pid ${missing}) that had been planted before it was asked for`,
        );
    }
  }
  return reasons;
}

function stepsOf(host: string, samples: readonly Tabled[], entries: readonly Entry[]): Step[] {
  // What happened in the same instant as a sample was asked for need not be in it: samples come first, and the sort keeps that.
  const steps: Step[] = samples.map(({ sentMs }, at) => ({ atMs: sentMs, what: 'sample', at }));
  for (const entry of entries) {
    if (entry.kind === 'host' && entry.host === host) steps.push({ atMs: entry.atMs, what: 'connected' });
    if (entry.kind !== 'canary' || entry.host !== host || entry.event === 'failed' || entry.pid === null)
      continue;
    steps.push({ atMs: entry.receivedMs, what: entry.event, pid: entry.pid, start: entry.start });
  }
  return steps.sort((a, b) => a.atMs - b.atMs);
}
