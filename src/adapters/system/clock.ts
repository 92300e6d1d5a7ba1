import type { Clock } from '../../drill/ports/world.ts';

/**
 * The controller's clocks. `nowMs` is `performance.now()`: monotonic, in fractions of a millisecond, never stepped; on
 * Linux it stands still while the machine sleeps (clock_gettime(2), CLOCK_MONOTONIC), which is why the judges hold it
 * against the wall clock.
 */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
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
