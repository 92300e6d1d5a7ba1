import type { ManagerMoment } from '../model/journal.ts';
import type { ManagedReading } from '../model/manager.ts';
import type { Plan } from '../model/plan.ts';
import { unreadable } from '../model/reading.ts';
import type { World } from '../ports/world.ts';

/** A manager that takes longer is not waited for: it only corroborates. */
const PATIENCE_MS = 3_000;

/**
 * Asks the service manager of every host with targets about them, all at once, and journals what each says. At the baseline it is
 * asked about the service that is to be crashed, too: whether anything would bring it back.
 */
export async function readManagers(
  moment: ManagerMoment,
  plan: Plan,
  world: World,
): Promise<readonly ManagedReading[]> {
  const { clock, journal } = world;
  const all = await Promise.all(
    [...world.managers].map(async ([host, manager]) => {
      const asked = plan.services.filter(
        ({ name, role, host: home }) =>
          home === host && (role === 'target' || (moment === 'baseline' && name === plan.crash)),
      );
      if (asked.length === 0) return [];
      const answered = new AbortController();
      const sentMs = clock.nowMs();
      const reading = await Promise.race([
        manager.read(asked.map(({ name }) => name)),
        clock
          .sleep(PATIENCE_MS, answered.signal)
          .then(() => unreadable(`its manager did not answer within ${PATIENCE_MS / 1000} s`)),
      ]);
      answered.abort();
      const receivedMs = clock.nowMs();
      journal.append({ kind: 'manager', host, moment, read: { sentMs, receivedMs, reading } });
      return reading.kind === 'present' ? reading.value : [];
    }),
  );
  return all.flat();
}
