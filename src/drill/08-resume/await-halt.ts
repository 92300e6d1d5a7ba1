import type { Plan } from '../model/plan.ts';
import type { Observer } from '../ports/observer.ts';
import type { World } from '../ports/world.ts';

/** However soon its reply was due, a halt that stops one service after the other may be this long about it. */
const PATIENCE_MS = 60_000;

/** How long the undo waits for the end of a halt command that is late, milliseconds. */
function haltPatienceMs({ withinMs }: Plan['timing']): number {
  return Math.max(PATIENCE_MS, 2 * withinMs);
}

/**
 * Waits until the drill's own halt command, which was left running, has ended, while observation goes on: an undo beside it would be
 * undone in its turn. Not for ever: past its patience, or where its end can no longer be seen, the undo goes on, and the journal shows
 * no end of the command. Resolves with how long it has taken by then, milliseconds.
 */
export async function awaitHalt(
  late: {
    readonly intent: string;
    readonly startedMs: number;
    readonly endedMs: number | null;
    readonly isLost: boolean;
  },
  plan: Plan,
  observer: Observer,
  { clock, journal, progress }: World,
): Promise<number> {
  const patienceMs = haltPatienceMs(plan.timing);
  const isOver = (): boolean => late.endedMs !== null || late.isLost;
  if (!isOver())
    progress({
      kind: 'note',
      text: `the halt command still runs: the undo waits for its end, for ${patienceMs / 1000} s at the most`,
    });
  await observer.until(isOver, clock.nowMs() + patienceMs);
  if (late.endedMs !== null) {
    journal.append({ kind: 'left-ended', intent: late.intent, endedMs: late.endedMs });
    return late.endedMs - late.startedMs;
  }
  progress({
    kind: 'note',
    text: `the halt command was not seen to end: what it still does may undo the undo`,
  });
  return clock.nowMs() - late.startedMs;
}

/** The plan with the fleet watched, after the undo, for at least as long as the halt took: what took that long may still be at work. */
export function watchedFor(plan: Plan, tookMs: number): Plan {
  const settleMs = Math.max(plan.timing.settleMs, tookMs);
  return { ...plan, timing: { ...plan.timing, settleMs } };
}
