import type { Pins } from '../../drill/model/pin.ts';
import type { Refusal } from './interlock.ts';

export interface PinnedFacts {
  readonly environment: string;
  readonly inventory: { readonly shown: string; readonly sha256: string };
  readonly hosts: readonly string[];
  /** Null where nobody has pinned the inventory: then the report says so. */
  readonly pins: Pins | null;
  readonly lock: string;
}

/** The inventory is the one that was pinned. That its hosts are, the baseline sees when they answer. */
export function pinned({ environment, inventory, hosts, pins, lock }: PinnedFacts): Refusal | null {
  if (environment !== 'live' || pins === null) return null;
  const wayOut = 'look at what has changed, then pin it anew with `haltdrill pin`';
  if (pins.inventorySha256 !== inventory.sha256)
    return {
      what: `${inventory.shown} has changed since it was pinned`,
      why: `its sha256 is ${inventory.sha256}, and ${lock} has ${pins.inventorySha256} of ${pins.pinnedAt}`,
      wayOut,
    };
  const missing = hosts.filter((host) => !pins.hosts.has(host));
  if (missing.length === 0) return null;
  return {
    what: `${lock} does not pin ${missing.join(', ')}`,
    why: 'it is not as `haltdrill pin` wrote it',
    wayOut,
  };
}
