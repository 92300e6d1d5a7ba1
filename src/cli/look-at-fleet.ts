import type { Inventory } from '../drill/model/inventory.ts';
import type { World } from '../drill/ports/world.ts';
import { notRun } from './cli-error.ts';
import type { Effects } from './effects.ts';
import { listenForSignals } from './interruption.ts';

/**
 * Opens links to a fleet for somebody who only looks: there is no journal, and nothing to undo. They are closed once `work` is done. A
 * signal ends it with an error that says so; `id` is what its probes bear.
 */
export async function lookAtFleet<T>(
  inventory: Inventory,
  { what, id }: { readonly what: string; readonly id: string },
  effects: Effects,
  work: (world: World) => Promise<T>,
): Promise<T> {
  const interruption = listenForSignals(effects, `ending ${what}; nothing was changed`);
  const open = await effects.openWorld({
    inventory,
    drillId: id,
    folder: effects.folder,
    journal: 'none',
    epoch: 0,
    phrase: null,
    progress: () => undefined,
    stop: interruption.stop,
  });
  try {
    const found = await work(open.world);
    if (interruption.stop.aborted)
      throw notRun(String(interruption.stop.reason), 'nothing was changed', 'run it again');
    return found;
  } finally {
    await open.close();
    interruption.release();
  }
}
