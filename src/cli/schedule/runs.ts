import { common, merged, openUntil, type Stretch, type Windows } from '../../drill/model/windows.ts';
import type { WindowClock } from '../effects.ts';
import { DAY_MS } from './standing.ts';

/** The windows of one drill: a schedule starts it when its own open, or the inventory's where it has none of its own. */
export interface Schedule {
  readonly own: Windows;
  /** Windows that must be open too. */
  readonly others: Windows | null;
}

export function scheduleOf(drill: Windows | null, inventory: Windows | null): Schedule | null {
  if (drill !== null) return { own: drill, others: inventory };
  return inventory === null ? null : { own: inventory, others: null };
}

/** Where to look for runs, in days from now: in growing steps, since windows may open every hour or once a year. */
const STEPS = [0, 2, 30, 200, 800];

/** The next times at which a schedule starts the drill and it is not refused: all is open, and for long enough. */
export function nextRuns(
  schedule: Schedule,
  from: { readonly nowMs: number; readonly longestMs: number },
  count: number,
  clock: WindowClock,
): number[] {
  const runs: number[] = [];
  for (const [index, days] of STEPS.entries()) {
    const until = STEPS[index + 1];
    if (until === undefined || runs.length >= count) break;
    const span: Stretch = { opensMs: from.nowMs + days * DAY_MS, closesMs: from.nowMs + until * DAY_MS };
    runs.push(...runsIn(span, schedule, from.longestMs, clock));
  }
  return runs.slice(0, count);
}

function runsIn(span: Stretch, { own, others }: Schedule, longestMs: number, clock: WindowClock): number[] {
  const reach = (windows: Windows, of: Stretch): readonly Stretch[] =>
    clock.stretches(windows, of.opensMs, of.closesMs + longestMs);
  // Where the others are closed, nothing needs to be looked for.
  const spans = others === null ? [span] : common(merged(reach(others, span)), [span]);
  const starts = spans.flatMap((part) => {
    const opened = reach(own, part);
    const otherwise = others === null ? null : reach(others, part);
    return opened
      .map(({ opensMs }) => opensMs)
      .filter((ms) => ms >= part.opensMs && ms < part.closesMs)
      .filter((ms) => fits(opened, ms, longestMs) && (otherwise === null || fits(otherwise, ms, longestMs)));
  });
  return [...new Set(starts)].sort((a, b) => a - b);
}

function fits(stretches: readonly Stretch[], ms: number, longestMs: number): boolean {
  return (openUntil(stretches, ms) ?? 0) >= ms + longestMs;
}
