import type { Proof } from '../../drill/model/proof.ts';
import { type DemandedDrill, type GateDemand, unprovenBecause } from '../../drill/proofs/gate.ts';
import type { Refusal } from './interlock.ts';

export interface BelowFile {
  readonly level: number;
  /** What it drills, or what keeps it from being loaded. */
  readonly drill: DemandedDrill | string;
}

export interface LevelBelowFacts {
  readonly demand: GateDemand;
  /** The drills of the highest level below this one that has any; empty where no level below is drilled. */
  readonly below: readonly BelowFile[];
  /** Or why the ledger cannot be read. */
  readonly proofs: readonly Proof[] | string;
  readonly ledger: string;
  /** Why the operator lets it begin all the same. */
  readonly skipGate: string | null;
}

/** Nobody halts more of a live fleet than was proven to halt: each drill of the level below must be proven in full, of late. */
export function levelBelow(facts: LevelBelowFacts): Refusal | null {
  const { demand, below, proofs, ledger, skipGate } = facts;
  const [first] = below;
  if (demand.environment !== 'live' || skipGate !== null || first === undefined) return null;
  const what = `level ${first.level}, the level below, is not proven`;
  const skip = 'or give a reason with --skip-gate REASON, which the report will show';
  if (typeof proofs === 'string')
    return {
      what,
      why: `${ledger} cannot be read: ${proofs}`,
      wayOut: `name another folder with --out DIR, ${skip}`,
    };
  const open = below.flatMap(({ drill }) => {
    if (typeof drill === 'string') return [drill];
    const why = unprovenBecause(drill, proofs, demand);
    return why === null ? [] : [`${drill.name} ${why}`];
  });
  if (open.length === 0) return null;
  return {
    what,
    why: `${open.join('; ')} (${ledger})`,
    wayOut: `run \`haltdrill drill --level ${first.level}\` first, ${skip}`,
  };
}
