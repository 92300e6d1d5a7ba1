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
    finishedAt: verdict.finishedAt,
  };
}
