import fc from 'fast-check';

/**
 * How often a property is tried: a few times beside the other tests, `HALTDRILL_RUNS` times at night. `HALTDRILL_SEED` says with
 * which seed; without it fast-check takes a fresh one, and prints it with what it found.
 */
export function runs(usual: number): { numRuns: number; seed?: number } {
  const { HALTDRILL_RUNS: many, HALTDRILL_SEED: seed } = process.env;
  return {
    numRuns: many === undefined ? usual : Number(many),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
  };
}

/** So that a counterexample is printed in words, and not as the journal of a whole drill. */
export function worded<T extends object>(value: T, words: () => string): T {
  Object.defineProperty(value, fc.toStringMethod, { value: words, enumerable: false });
  return value;
}
