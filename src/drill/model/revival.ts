import type { Bite, ManagedReading, Revival } from './manager.ts';

/** The slowest of several things that could bring a service back; what nothing bounds is slower than anything. */
export function slowest<T extends Revival>(revivals: readonly T[]): T | null {
  const rank = ({ withinMs }: Revival): number => withinMs ?? Number.POSITIVE_INFINITY;
  return revivals.reduce<T | null>(
    (most, one) => (most === null || rank(one) > rank(most) ? one : most),
    null,
  );
}

/** What is foretold of a service by everything that was asked: its manager, and cron and at. */
export function foretold({ reading, scheduled }: Pick<ManagedReading, 'reading' | 'scheduled'>): {
  readonly revives: Revival | null;
  readonly bites: readonly Bite[];
} {
  const own = reading.kind === 'present' ? reading.value : null;
  return {
    revives: slowest([own?.revives ?? [], scheduled?.revives ?? []].flat()),
    bites: [...(own?.bites ?? []), ...(scheduled?.bites ?? [])],
  };
}
