import { nextOpen, openUntil, type Windows } from '../../drill/model/windows.ts';
import type { WindowClock } from '../effects.ts';
import type { Standing } from '../interlocks/window.ts';

export const DAY_MS = 86_400_000;
/** How far to look for the next opening, step by step: most windows open within days, dates may be far off. */
const LOOK_AHEAD_DAYS = [2, 40, 400];

/** How a set of windows stands. `longestMs`: how long it must be known to be open, where it is. */
export function standingOf(
  of: string,
  windows: Windows,
  { nowMs, longestMs }: { readonly nowMs: number; readonly longestMs: number },
  clock: WindowClock,
): Standing {
  // A window may never close; further than this nobody needs to know.
  const horizonMs = nowMs + 2 * longestMs + 2 * DAY_MS;
  const untilMs = openUntil(clock.stretches(windows, nowMs, horizonMs), nowMs);
  if (untilMs !== null)
    return { of, until: { ms: untilMs, words: inWords(untilMs, windows, clock) }, next: null };
  for (const days of LOOK_AHEAD_DAYS) {
    const next = nextOpen(clock.stretches(windows, nowMs, nowMs + days * DAY_MS), nowMs);
    if (next !== null) return { of, until: null, next: inWords(next, windows, clock) };
  }
  return { of, until: null, next: null };
}

/** In the zone of the windows, and in UTC. */
function inWords(ms: number, { open }: Windows, clock: WindowClock): string {
  const zone = open[0]?.zone ?? 'UTC';
  return `${clock.inZone(ms, zone)} (${utc(ms)})`;
}

/** `2026-12-05T02:00Z` */
export function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16)}Z`;
}
