import type { Expectation } from './variant.ts';

type Liar = Extract<Expectation, { kind: 'liar' }>;

/** What a drill of a liar must show: its primary finding, at level 2 unless told otherwise. */
export function reveals(primary: string, more: Partial<Omit<Liar, 'kind' | 'primary'>> = {}): Expectation {
  return { kind: 'liar', level: 2, primary, ...more };
}
