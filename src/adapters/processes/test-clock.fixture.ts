import type { Clock } from '../../drill/ports/world.ts';

/** Real time, for tests that drive real processes. */
export const clock: Clock = {
  nowMs: () => performance.now(),
  wall: () => new Date().toISOString(),
  sleep: (ms, until) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      until?.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    }),
};

/** Waits until the condition holds; throws with `what` where it does not within `limitMs`. */
export async function until(what: string, condition: () => boolean, limitMs = 20_000): Promise<void> {
  for (const end = performance.now() + limitMs; !condition(); ) {
    if (performance.now() > end) throw new Error(`still not so after ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}
