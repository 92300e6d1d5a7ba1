import { createObserver } from './06-observe/observer.ts';
import type { Plan } from './model/plan.ts';
import type { Journal, World } from './ports/world.ts';
import { recoveryId } from './recover-drill.ts';

/** How long every host may take to be looked through once. */
const LOOK_WITHIN_MS = 15_000;
/** A runner that stopped asking is outlived by its canaries for no longer than this (their lease, and the tick of its timer). */
const LEASE_MS = 30_000;

/**
 * Whether the runner that began a drill, or one that took it over, may still be alive and reach hosts: one line for each host on which
 * a canary of it lives on past its lease. Waits for that lease. Writes no journal, and touches nothing but its own canaries.
 */
export async function lookForRunner(
  plan: Plan,
  drillId: string,
  epoch: number,
  outside: World,
): Promise<{ readonly alive: readonly string[]; readonly unseen: readonly string[] }> {
  const world: World = { ...outside, journal: nowhere() };
  const observer = createObserver(plan, `${recoveryId(drillId, epoch)}-look`, world);
  try {
    const unseen = await observer.open();
    observer.start();
    const now = world.clock.nowMs();
    await observer.until(() => observer.blindSpots().length === 0, now + LOOK_WITHIN_MS);
    const living = (): string[] => [
      ...new Set(
        observer
          .foreignCanaries()
          .filter((one) => one.drillId === drillId || one.drillId.startsWith(`${drillId}-recovery-`))
          .map(({ host, kind, pid }) => `a ${kind} of it is alive on ${host} (pid ${pid})`),
      ),
    ];
    if (living().length > 0)
      world.progress({ kind: 'note', text: `waiting for its lease to end: ${living().join('; ')}` });
    await observer.until(() => living().length === 0, now + LEASE_MS);
    return { alive: living(), unseen };
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
