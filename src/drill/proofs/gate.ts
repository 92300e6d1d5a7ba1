import type { Proof } from '../model/proof.ts';
import { age, epochSeconds } from './age.ts';
import { provesAll } from './proves-all.ts';

/** What a proof must be like to open the gate to the level above. */
export interface GateDemand {
  /** `live`, or `lab:<name>`: what a lab proves says nothing about a fleet. */
  readonly environment: string;
  readonly inventorySha256: string;
  readonly staleAfterMs: number;
  /** ISO 8601, UTC. */
  readonly now: string;
}

/**
 * Why a drill is not proven in full, in words that follow its name; null where it is. Its latest run decides, whatever came before:
 * a proof does not outlive a run that failed. Only a drill that did not run says nothing.
 */
export function unprovenBecause(drill: string, proofs: readonly Proof[], demand: GateDemand): string | null {
  const runs = proofs
    .filter((proof) => proof.drill === drill && proof.environment === demand.environment)
    .filter((proof) => proof.verdict !== 'not-run')
    .sort((a, b) => (epochSeconds(a.finishedAt) ?? 0) - (epochSeconds(b.finishedAt) ?? 0));
  const last = runs.at(-1);
  if (last === undefined) return 'never ran there';
  const when = age(last.finishedAt, demand.now);
  if (last.verdict !== 'pass') return `ended with ${last.verdict}, ${when}`;
  if (last.qualified) return `passed only with known issues, ${when}: what is accepted is not proven`;
  if (!provesAll(last)) return `proved ${last.proven.length} of ${last.declared}, ${when}`;
  if (last.inventorySha256 !== demand.inventorySha256)
    return `passed with another inventory (sha256 ${last.inventorySha256.slice(0, 8)}…), ${when}`;
  return isFresh(last, demand) ? null : `passed, but its proof is stale: ${when}`;
}

/** A proof from a time to come has no age; nobody knows how old it is. */
function isFresh({ finishedAt }: Proof, { now, staleAfterMs }: GateDemand): boolean {
  const from = epochSeconds(finishedAt);
  const to = epochSeconds(now);
  if (from === null || to === null || from > to + 60) return false;
  return (to - from) * 1000 <= staleAfterMs;
}
