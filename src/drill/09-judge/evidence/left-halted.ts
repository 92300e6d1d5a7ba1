import type { StopConditionMet } from '../../model/journal.ts';
import { conditionInWords } from '../../model/stop-condition.ts';
import { harmless } from '../../model/wording.ts';
import type { CaseFile } from './case-file.ts';

/** The rule by which the drill left the fleet halted; none where somebody has undone it since. */
function heldStop(c: CaseFile): StopConditionMet | undefined {
  const undone = [...c.resumes, ...c.starts, ...c.manualSteps];
  return undone.length === 0 ? c.stops.find(({ action }) => action === 'hold') : undefined;
}

/** Whether the drill file had the drill leave the fleet halted: then nothing was undone, and nothing had to come back. */
export function isHeld(c: CaseFile): boolean {
  return heldStop(c) !== undefined;
}

/** By which rule, and why, the fleet was left halted; null where none did so. */
export function heldBy(c: CaseFile): string | null {
  const held = heldStop(c);
  if (held === undefined) return null;
  return `by the rule ${harmless(conditionInWords(held.condition), 120)} (then: hold): ${harmless(held.evidence, 200)}`;
}
