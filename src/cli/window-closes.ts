import type { Effects } from './effects.ts';
import type { Interruption } from './interruption.ts';

/** Often enough for a window, and by the wall clock: a timer sleeps while the machine does. */
const LOOK_EVERY_MS = 1_000;

/** Ends the drill, as an interruption does, once its window has closed. Resolves to what takes the watch away again. */
export function endWhenWindowCloses(
  closesMs: number | null,
  interruption: Interruption,
  effects: Effects,
): () => void {
  if (closesMs === null) return () => {};
  return effects.every(LOOK_EVERY_MS, () => {
    if (Date.parse(effects.wall()) >= closesMs) interruption.end('its window closed');
  });
}
