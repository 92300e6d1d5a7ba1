import { createHostLink } from './adapters/processes/host-link.ts';
import { systemClock } from './adapters/system/clock.ts';
import { randomWord } from './adapters/system/random.ts';
import type { Inventory } from './drill/model/inventory.ts';
import type { Opening } from './drill/ports/world.ts';

/** Opens a link to every host, as a drill does, and lets it go once the host has said who it is. */
export async function askHosts(inventory: Inventory): Promise<ReadonlyMap<string, Opening>> {
  const drillId = `pin-${randomWord()}`;
  const answers = inventory.hosts.map(async (host) => {
    const link = createHostLink(host, {
      drillId,
      fleet: inventory.fleet,
      heartbeats: [],
      clock: systemClock,
    });
    try {
      return [host.name, await link.open()] as const;
    } finally {
      await link.close();
    }
  });
  return new Map(await Promise.all(answers));
}
