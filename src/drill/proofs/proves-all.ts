import type { Proof } from '../model/proof.ts';

/** A drill proves all that it asks for only by a pass that leans on no known issue. */
export function provesAll(proof: Proof): boolean {
  return proof.verdict === 'pass' && !proof.qualified && proof.proven.length === proof.declared;
}
