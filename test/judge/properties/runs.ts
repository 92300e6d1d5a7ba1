import fc from 'fast-check';

/** Of the runs beside the other tests: whether these pass hangs on the change that is tested, and not on chance. */
const USUAL_SEED = 20261129;

/**
 * How often a property is tried: a few times beside the other tests, always with the same inputs, and `HALTDRILL_RUNS` times at night, with a
 * fresh seed (`npm run test:properties`). `HALTDRILL_SEED` says which seed.
 */
export function runs(usual: number): { numRuns: number; seed: number } {
  const { HALTDRILL_RUNS: many, HALTDRILL_SEED: seed = String(USUAL_SEED) } = process.env;
  return { numRuns: many === undefined ? usual : Number(many), seed: Number(seed) };
}

/** So that a counterexample is printed in words, and not as the journal of a whole drill. */
export function worded<T extends object>(value: T, words: () => string): T {
  Object.defineProperty(value, fc.toStringMethod, { value: words, enumerable: false });
  return value;
}
