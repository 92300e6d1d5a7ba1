import type { Revival } from '../../drill/model/manager.ts';

/** The slowest of several things that could bring a service back; what nothing bounds is slower than anything. */
export function slowest(revivals: readonly Revival[]): Revival | null {
  const rank = ({ withinMs }: Revival): number => withinMs ?? Number.POSITIVE_INFINITY;
  return revivals.reduce<Revival | null>(
    (most, one) => (most === null || rank(one) > rank(most) ? one : most),
    null,
  );
}
