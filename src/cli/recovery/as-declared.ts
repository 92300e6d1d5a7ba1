import type { Inventory } from '../../drill/model/inventory.ts';
import type { Entry } from '../../drill/model/journal.ts';
import type { Plan } from '../../drill/model/plan.ts';

/**
 * A journal with the commands and marks of the fleet as the inventory declares them: in the journal secrets were taken out of
 * them, and a service is not started with `[redacted]` for a password. The inventory is the one that the drill ran with.
 */
export function asDeclared(entries: readonly Entry[], inventory: Inventory): Entry[] {
  return entries.map((entry) =>
    entry.kind === 'opened' ? { ...entry, plan: declared(entry.plan, inventory) } : entry,
  );
}

function declared(plan: Plan, { services, broker }: Inventory): Plan {
  return {
    ...plan,
    services: plan.services.map((planned) => {
      const service = services.find(({ name, host }) => name === planned.name && host === planned.host);
      if (service === undefined) return planned;
      const { match, leaves, heartbeat, start } = service;
      return { ...planned, match, leaves, heartbeat, start };
    }),
    manualResume: plan.resume === 'manual' ? (broker.manualResume ?? []) : plan.manualResume,
  };
}
