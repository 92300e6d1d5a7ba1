import { claimsFindings } from './findings/claims.ts';
import { doubtsFindings } from './findings/doubts.ts';
import { effectsFindings } from './findings/effects.ts';
import { guardsFindings } from './findings/guards.ts';
import { missingProofsFindings } from './findings/missing-proofs.ts';
import { stateFindings } from './findings/state.ts';
import { stoppingFindings } from './findings/stopping.ts';
import { survivingFindings } from './findings/surviving.ts';
import { undoFindings } from './findings/undo.ts';

export type { FindingKind, Subject } from './findings/kind.ts';

/**
 * The catalogue of findings, one file a group. Codes are stable: known issues and other people's scripts refer to them. The order is that
 * in which findings are told. The compiler holds every judge to it, and docs/findings.md is generated from it.
 */
export const FINDINGS = {
  ...stoppingFindings,
  ...survivingFindings,
  ...stateFindings,
  ...claimsFindings,
  ...effectsFindings,
  ...guardsFindings,
  ...undoFindings,
  ...doubtsFindings,
  ...missingProofsFindings,
} as const;

export type FindingCode = keyof typeof FINDINGS;

export function isFindingCode(text: string): text is FindingCode {
  return Object.hasOwn(FINDINGS, text);
}
