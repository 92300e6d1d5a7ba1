import { Cron } from 'croner';
import { DateTime } from 'luxon';
import type { MaintenanceWindow, Stretch, Windows } from '../../drill/model/windows.ts';

/**
 * When windows are open, as stretches that have a part between `fromMs` and `toMs` (milliseconds since 1970), each beginning where
 * its window opens; they may overlap. Not open on a blackout day: what would open on one does not, what reaches into one ends there.
 *
 * croner knows the changes of clocks: a time that is skipped becomes the first one after it, one that comes twice its first. (Of
 * several times a day those that are skipped are left out, and those that come twice are both taken.)
 * How long a window stays open is counted in real time.
 */
export function openStretches(windows: Windows, fromMs: number, toMs: number): Stretch[] {
  return windows.open
    .flatMap((window) => stretchesOf(window, windows.blackout, fromMs, toMs))
    .sort((a, b) => a.opensMs - b.opensMs);
}

function stretchesOf(
  window: MaintenanceWindow,
  blackout: readonly string[],
  fromMs: number,
  toMs: number,
): Stretch[] {
  const { durationMs, zone } = window;
  const dark = new Set(blackout);
  const starts = patternsOf(window).flatMap((pattern) => startsOf(pattern, zone, fromMs - durationMs, toMs));
  return starts.flatMap((opensMs) => {
    if (dark.has(DateTime.fromMillis(opensMs, { zone }).toISODate() ?? '')) return [];
    const midnights = blackout
      .map((day) => DateTime.fromISO(day, { zone }).startOf('day').toMillis())
      .filter((ms) => ms > opensMs);
    const closesMs = Math.min(opensMs + durationMs, ...midnights);
    return closesMs > fromMs && opensMs < toMs ? [{ opensMs, closesMs }] : [];
  });
}

/** For croner: seconds first, and the year last for a date. */
function patternsOf({ opens }: MaintenanceWindow): string[] {
  if (opens.kind === 'cron') return [opens.cron];
  const [hour, minute] = opens.start.split(':').map(Number);
  return opens.dates.map((date) => {
    const [year, month, day] = date.split('-').map(Number);
    return `0 ${minute} ${hour} ${day} ${month} * ${year}`;
  });
}

function startsOf(pattern: string, zone: string, fromMs: number, toMs: number): number[] {
  const cron = new Cron(pattern, { timezone: zone, paused: true });
  const starts: number[] = [];
  // The next run is one after the time that is given, which croner takes in whole seconds.
  let afterMs = fromMs - 1000;
  for (;;) {
    const nextMs = cron.nextRun(new Date(afterMs))?.getTime();
    if (nextMs === undefined || nextMs >= toMs || nextMs <= afterMs) return starts;
    starts.push(nextMs);
    afterMs = nextMs;
  }
}
