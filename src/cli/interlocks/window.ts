import { inMinutes } from '../../drill/02-plan/duration.ts';
import type { Refusal } from './interlock.ts';

/** How one set of windows stands at this moment. */
export interface Standing {
  /** Whose windows they are, such as `inventory.yaml`. */
  readonly of: string;
  /** Until when it is open without a break, as a clock shows it and in milliseconds since 1970; null: it is closed. */
  readonly until: { readonly ms: number; readonly words: string } | null;
  /** When it opens next, in words; null where it is open, or does not open in the time that was looked at. */
  readonly next: string | null;
}

export interface WindowFacts {
  readonly level: number;
  readonly environment: string;
  readonly scheduled: boolean;
  /** Those of the inventory and of the drill; none where neither has windows. */
  readonly standings: readonly Standing[];
  readonly nowMs: number;
  /** How long the drill may take. */
  readonly longestMs: number;
}

const DECLARE = 'declare `windows:` in the inventory or in the drill';

/** A drill begins only while its windows are open, and only if it must be over before they close. */
export function insideWindow(facts: WindowFacts): Refusal | null {
  const { level, environment, scheduled, standings, nowMs, longestMs } = facts;
  if (standings.length === 0) {
    if (level >= 4 && environment === 'live')
      return {
        what: `level ${level} has no window`,
        why: 'on a live fleet it runs only inside one',
        wayOut: DECLARE,
      };
    if (scheduled)
      return {
        what: 'the drill has no window',
        why: 'what runs it on a schedule may do so late, and only a window keeps it from beginning then',
        wayOut: DECLARE,
      };
    return null;
  }
  const closed = standings.filter(({ until }) => until === null);
  if (closed.length > 0)
    return {
      what: 'it is outside the maintenance window',
      why: closed
        .map(({ of, next }) => `that of ${of} opens ${next ?? 'no more in the next year'}`)
        .join(', '),
      wayOut: 'run it then, or change the windows',
    };
  const first = standings.reduce((a, b) => ((a.until?.ms ?? 0) <= (b.until?.ms ?? 0) ? a : b));
  const { until } = first;
  if (until === null || nowMs + longestMs <= until.ms) return null;
  return {
    what: 'the drill could outlast its maintenance window',
    why: `it may take ${inMinutes(longestMs)}, and that of ${first.of} closes at ${until.words}`,
    wayOut: 'run it when the window opens, or widen the window',
  };
}
