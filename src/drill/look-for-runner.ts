import { inWords } from './03-baseline/foreign-words.ts';
import { createObserver } from './06-observe/observer.ts';
import type { Entry } from './model/journal.ts';
import type { Plan } from './model/plan.ts';
import type { ForeignCanary } from './ports/observer.ts';
import type { Journal, World } from './ports/world.ts';
import { recoveryId } from './recover-drill.ts';
import { bearsItsWords, LEASE_S, tracesIn, whyNotIts } from './runner-traces.ts';

/** How long every host may take to be looked through once. */
const LOOK_WITHIN_MS = 15_000;

export interface LookFor {
  readonly plan: Plan;
  readonly drillId: string;
  /** Of the recovery that looks. */
  readonly epoch: number;
  /** The journal of that drill: by which users and tags its runner is told from others that bear its words. */
  readonly entries: readonly Entry[];
  /** Whether to wait until the lease of what was found has ended. */
  readonly waits: boolean;
}

/** Each is one line for one process, with pid and user. */
export interface RunnerLook {
  /** What may be that runner's, or of one that took its drill over. */
  readonly alive: readonly string[];
  /** What bears its words and cannot be its own, and why. */
  readonly others: readonly string[];
  /** Hosts that could not be looked at. */
  readonly unseen: readonly string[];
}

/**
 * Whether the runner that began a drill, or one that took it over, may still be alive and reach hosts (see `whyNotIts` for what
 * counts). Waits for its lease. Writes no journal, and touches nothing but its own canaries.
 */
export async function lookForRunner(
  { plan, drillId, epoch, entries, waits }: LookFor,
  outside: World,
): Promise<RunnerLook> {
  const world: World = { ...outside, journal: nowhere() };
  const observer = createObserver(plan, `${recoveryId(drillId, epoch)}-look`, world);
  const traces = tracesIn(entries, drillId);
  const found = (): ForeignCanary[] => observer.foreignCanaries().filter((one) => bearsItsWords(one, traces));
  const living = (): ForeignCanary[] => found().filter((one) => whyNotIts(one, traces) === null);
  try {
    const unseen = await observer.open();
    observer.start();
    const now = world.clock.nowMs();
    await observer.until(() => observer.blindSpots().length === 0, now + LOOK_WITHIN_MS);
    if (waits && living().length > 0) {
      const text = `waiting for its lease to end: ${(await inWords(living(), world)).join('; ')}`;
      world.progress({ kind: 'note', text });
      await observer.until(() => living().length === 0, now + LEASE_S * 1000);
    }
    const others = found().filter((one) => whyNotIts(one, traces) !== null);
    return {
      alive: await inWords(living(), world),
      others: await inWords(others, world, (one) => whyNotIts(one, traces)),
      unseen,
    };
  } finally {
    await observer.stop();
  }
}

function nowhere(): Journal {
  let records = 0;
  return {
    append: () => {
      records += 1;
      return `e-${records}`;
    },
    sync: () => Promise.resolve(),
  };
}
