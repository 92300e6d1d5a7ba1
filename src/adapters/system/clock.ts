import type { Clock } from '../../drill/ports/world.ts';

/**
 * The controller's clocks. `nowMs` is `performance.now()`: monotonic, in fractions of a millisecond, never stepped; on
 * Linux it stands still while the machine sleeps (clock_gettime(2), CLOCK_MONOTONIC), which is why the judges hold it
 * against the wall clock.
 */
export const systemClock: Clock = clockFrom(0);

/**
 * The same clock, on which what another process wrote is past: its readings begin where that one's ended, by the wall clock. A
 * wall clock that was set back in between counts as no time at all.
 */
export function clockAfter(last: { readonly atMs: number; readonly wall: string }): Clock {
  const passedMs = Math.max(0, Date.now() - Date.parse(last.wall));
  return clockFrom(last.atMs + passedMs + 1 - performance.now());
}

function clockFrom(offsetMs: number): Clock {
  return {
    nowMs: () => performance.now() + offsetMs,
    wall: () => new Date().toISOString(),
    sleep: (ms, until) =>
      new Promise((resolve) => {
        if (until?.aborted === true) return resolve();
        const done = (): void => {
          clearTimeout(timer);
          until?.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, Math.max(0, ms));
        until?.addEventListener('abort', done);
      }),
  };
}
