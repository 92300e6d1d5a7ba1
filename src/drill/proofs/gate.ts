import type { Proof } from '../model/proof.ts';
import { age, epochSeconds } from './age.ts';
import { provesAll } from './proves-all.ts';

/** What a proof must be like to open the gate to the level above. */
export interface GateDemand {
  /** `live`, or `lab:<name>`: what a lab proves says nothing about a fleet. */
  readonly environment: string;
  readonly inventorySha256: string;
  /** The version that is about to drill. */
  readonly runner: string;
  readonly staleAfterMs: number;
  /** ISO 8601, UTC. */
  readonly now: string;
}

/** A drill as its file says it now. */
export interface DemandedDrill {
  readonly name: string;
  /** Of the drill as it was parsed. */
  readonly sha256: string;
}

/**
 * Why a drill is not proven in full, in words that follow its name; null where it is. Its latest run decides, whatever came before:
 * a proof does not outlive a run that failed. Only a drill that did not run says nothing.
 */
export function unprovenBecause(
  { name, sha256 }: DemandedDrill,
  proofs: readonly Proof[],
  demand: GateDemand,
): string | null {
  const runs = proofs
    .filter((proof) => proof.drill === name && proof.environment === demand.environment)
    .filter((proof) => proof.verdict !== 'not-run')
    .sort((a, b) => (epochSeconds(a.finishedAt) ?? 0) - (epochSeconds(b.finishedAt) ?? 0));
  const last = runs.at(-1);
  if (last === undefined) return 'never ran there';
  const when = age(last.finishedAt, demand.now);
  if (last.verdict === 'running') return `began ${when}, and no end of it is on record`;
  if (last.verdict !== 'pass') return `ended with ${last.verdict}, ${when}`;
  if (last.qualified) return `passed only with known issues, ${when}: what is accepted is not proven`;
  if (!provesAll(last)) return `proved ${last.proven.length} of ${last.declared}, ${when}`;
  if (last.inventorySha256 !== demand.inventorySha256)
    return `passed with another inventory (sha256 ${short(last.inventorySha256)}), ${when}`;
  const other = otherThan(last, sha256, demand.runner);
  if (other !== null) return `${other}, ${when}`;
  return isFresh(last, demand) ? null : `passed, but its proof is stale: ${when}`;
}

/** A proof is of what was drilled: of one drill, by one version. Whatever else bears its name proves nothing. */
function otherThan(proof: Proof, sha256: string, runner: string): string | null {
  if (proof.drillSha256 === null || proof.runner === null)
    return 'passed, but an older haltdrill did not record which drill that was';
  if (proof.drillSha256 !== sha256)
    return `passed as another drill than the file now says (digest ${short(proof.drillSha256)}, now ${short(sha256)})`;
  return proof.runner === runner ? null : `passed by haltdrill ${proof.runner}, not ${runner}`;
}

const short = (digest: string): string => `${digest.slice(0, 8)}…`;

/** A proof from a time to come has no age; nobody knows how old it is. */
function isFresh({ finishedAt }: Proof, { now, staleAfterMs }: GateDemand): boolean {
  const from = epochSeconds(finishedAt);
  const to = epochSeconds(now);
  if (from === null || to === null || from > to + 60) return false;
  return (to - from) * 1000 <= staleAfterMs;
}
