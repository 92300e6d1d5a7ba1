import type { Opened } from '../model/journal.ts';
import type { Proof } from '../model/proof.ts';
import type { Verdict } from '../model/verdict.ts';

/**
 * What goes into the ledger of one verdict. Only targets proven stopped and survivors proven kept count as
 * proven; accepted is not proven, and a drill that did not run proves nothing.
 */
export function proofOf(verdict: Verdict): Proof {
  const { targets, survivors } = verdict.coverage;
  const proven = verdict.halt.services
    .filter(
      ({ role, outcome }) => outcome === (role === 'target' ? 'stopped' : 'kept') && role !== 'bystander',
    )
    .map(({ service, host }) => `${service}@${host}`);
  return {
    drillId: verdict.drillId,
    drill: verdict.drill,
    level: verdict.level,
    environment: verdict.environment,
    verdict: verdict.verdict,
    qualified: verdict.qualified,
    proven: verdict.verdict === 'not-run' ? [] : proven.sort(),
    declared: targets.declared + survivors.declared,
    inventorySha256: verdict.inventory.sha256,
    drillSha256: verdict.drillSha256 ?? null,
    runner: verdict.runner,
    finishedAt: verdict.finishedAt,
  };
}

/** What goes into the ledger of a drill that is about to begin. */
export function beginningOf(
  opened: Pick<Opened, 'drillId' | 'plan' | 'inventory' | 'drillSha256' | 'runner'>,
  wall: string,
): Proof {
  const { plan, inventory } = opened;
  return {
    drillId: opened.drillId,
    drill: plan.drill,
    level: plan.level,
    environment: plan.environment,
    verdict: 'running',
    qualified: false,
    proven: [],
    declared: plan.services.filter(({ role }) => role !== 'bystander').length,
    inventorySha256: inventory.sha256,
    drillSha256: opened.drillSha256 ?? null,
    runner: opened.runner,
    finishedAt: wall,
  };
}
