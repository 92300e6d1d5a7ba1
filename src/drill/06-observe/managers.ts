import type { ManagerMoment } from '../model/journal.ts';
import type { Plan } from '../model/plan.ts';
import { unreadable } from '../model/reading.ts';
import type { World } from '../ports/world.ts';

/** A manager that takes longer is not waited for: it only corroborates. */
const PATIENCE_MS = 3_000;

/** Asks the service manager of every host with targets about them, all at once, and journals what each says. */
export async function readManagers(moment: ManagerMoment, plan: Plan, world: World): Promise<void> {
  const { clock, journal } = world;
  await Promise.all(
    [...world.managers].map(async ([host, manager]) => {
      const targets = plan.services.filter((service) => service.role === 'target' && service.host === host);
      if (targets.length === 0) return;
      const answered = new AbortController();
      const sentMs = clock.nowMs();
      const reading = await Promise.race([
        manager.read(targets.map(({ name }) => name)),
        clock
          .sleep(PATIENCE_MS, answered.signal)
          .then(() => unreadable(`its manager did not answer within ${PATIENCE_MS / 1000} s`)),
      ]);
      answered.abort();
      const receivedMs = clock.nowMs();
      journal.append({ kind: 'manager', host, moment, read: { sentMs, receivedMs, reading } });
    }),
  );
}
