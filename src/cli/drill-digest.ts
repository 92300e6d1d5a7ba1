import type { Drill } from '../drill/model/drill.ts';
import { canonicalText } from '../drill/proofs/canonical-text.ts';
import type { Effects } from './effects.ts';

/** SHA-256 of a drill as it was parsed, in hexadecimal: what a proof is bound to. */
export function drillDigest(drill: Drill, { sha256 }: Pick<Effects, 'sha256'>): string {
  return sha256(canonicalText(drill));
}
