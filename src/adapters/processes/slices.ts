import { setImmediate } from 'node:timers/promises';

/** Work that can be laid aside: it yields where that may be done. */
export type Slices<T> = Generator<void, T, void>;

/** How long one host's answer may hold up all others at a time, milliseconds, and in how many steps at the most. */
const SLICE_MS = 10;
const SLICE_STEPS = 2_048;
/** The clock is read once in so many steps. */
const CLOCK_STEPS = 32;

/** Does work from beginning to end; for what is small. */
export function atOnce<T>(work: Slices<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/**
 * Does work in slices, and lets everything else have its turn between them. Rejects with what the work throws, and with a
 * one-line Error where it is not done when `timeoutMs` (of `nowMs`, monotonic) have passed.
 */
export async function inSlices<T>(work: Slices<T>, nowMs: () => number, timeoutMs: number): Promise<T> {
  const beganMs = nowMs();
  for (let steps = 1, sliceMs = beganMs; ; steps += 1) {
    const step = work.next();
    if (step.done) return step.value;
    if (steps % CLOCK_STEPS !== 0) continue;
    const now = nowMs();
    if (steps < SLICE_STEPS && now - sliceMs < SLICE_MS) continue;
    if (now - beganMs > timeoutMs)
      throw new Error(`its answer could not be read within ${Math.round(timeoutMs)} ms`);
    await setImmediate();
    [steps, sliceMs] = [0, nowMs()];
  }
}
