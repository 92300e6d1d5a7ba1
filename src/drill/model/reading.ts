import type { Raw } from './raw.ts';

/**
 * What a probe saw. There is no boolean: "could not look" is never "not there".
 *
 * - `present`: the thing was there, and this is what it said.
 * - `absent`: the probe looked everywhere it should and the thing was not there.
 * - `unreadable`: the probe could not look; whatever hangs on it is inconclusive.
 */
export type Reading<T> =
  | { readonly kind: 'present'; readonly value: T }
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'unreadable';
      readonly reason: string;
      /** Nothing of the request was sent, for certain. Where it may have been, this is left out. */
      readonly unsent?: true;
    };

export const present = <T>(value: T): Reading<T> => ({ kind: 'present', value });
export const absent: Reading<never> = { kind: 'absent' };
/** Where whatever was to be done certainly was not: not one byte of it ever left. */
export const unsent = (reason: string): Reading<never> => ({ kind: 'unreadable', reason, unsent: true });
export const unreadable = (reason: string): Reading<never> => ({ kind: 'unreadable', reason });

/** A stretch of the controller's monotonic clock, in milliseconds, both ends included. */
export interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * A reading and the interval in which it was taken, on the controller's monotonic clock:
 * the lower bound is when the request left, the upper when its answer had arrived.
 */
export interface Timed<T> {
  readonly sentMs: number;
  readonly receivedMs: number;
  readonly reading: Reading<T>;
  readonly raw?: Raw;
}

/** A reading with what it was read from; without, where nothing arrived. */
export type Received<T> = Reading<T> & { readonly raw?: Raw };

/** Parts a reading from what it was read from. */
export function apart<T>({ raw, ...reading }: Received<T>): {
  readonly reading: Reading<T>;
  readonly raw?: Raw;
} {
  return { reading: reading as Reading<T>, ...(raw === undefined ? {} : { raw }) };
}
