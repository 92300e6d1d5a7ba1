import type { PlannedService } from '../../model/plan.ts';
import { type DetailSeen, firstSeen, type Life } from './lives.ts';

/** A life that called exec, and was another program from then on; `back` is the look by which it is itself again, as it was last seen. */
export interface Other {
  readonly from: DetailSeen;
  readonly back: DetailSeen | null;
}

/**
 * Whether a life of a service that was not to stop became another program after T0. Only exec makes it one: under another title it still
 * is what it was, and so it is where nobody may see whether it called exec. One that called exec for its own program is itself.
 */
export function otherProgram(life: Life, { name, role }: PlannedService, anchorMs: number): Other | null {
  if (role === 'target') return null;
  const tells = ({ detail }: DetailSeen): boolean =>
    detail.headless !== true && !detail.undecided.some(({ service }) => service === name);
  const isItself = ({ detail }: DetailSeen): boolean => detail.services.includes(name);
  const own = new Set(life.details.filter(isItself).map(({ detail }) => detail.image));
  if (own.has(undefined)) return null;
  const bornMs = firstSeen(life)?.receivedMs ?? 0;
  const looks = life.details.filter(tells);
  const from = looks.find(
    (seen) =>
      seen.sample.receivedMs > Math.max(anchorMs, bornMs) &&
      !isItself(seen) &&
      seen.detail.image !== undefined &&
      !own.has(seen.detail.image),
  );
  if (from === undefined) return null;
  const last = looks.at(-1);
  return { from, back: last !== undefined && isItself(last) ? last : null };
}
