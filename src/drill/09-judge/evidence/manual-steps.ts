import type { ManualStep } from '../../model/inventory.ts';
import { type DoneAct, type DoneStep, endedMs } from './acts.ts';
import type { CaseFile } from './case-file.ts';

/**
 * Whether a service that the runner started was started as the manual resume has it: in a drill that demands one, after
 * every step that the inventory lists.
 */
export function isManualStart(c: CaseFile, { intent }: DoneAct): boolean {
  if (c.plan.resume !== 'manual') return false;
  const before = c.manualSteps.filter((step) => step.intent.atMs <= intent.atMs);
  return stepsLeft(c, before).length === 0;
}

/** Steps of the inventory that are not among those taken. Not by their number: a recovery begins anew with the first, as long as the halt stands. */
export function stepsLeft({ plan }: CaseFile, taken: readonly DoneStep[]): readonly ManualStep[] {
  return plan.manualResume.filter((planned, index) => {
    const alike = plan.manualResume.slice(0, index + 1).filter((other) => isSame(other, planned)).length;
    return taken.filter((step) => isStep(step, planned)).length < alike;
  });
}

function isSame(a: ManualStep, b: ManualStep): boolean {
  return a.host === b.host && a.run.join('\0') === b.run.join('\0');
}

/** Whether this was done for that step of the plan; what was filled in may be anything. */
function isStep({ intent: { act } }: DoneStep, { host, run }: ManualStep): boolean {
  return (
    act.host === host &&
    act.command.length === run.length &&
    run.every((word, index) => /\$(?:level|incident|revision)\b/.test(word) || word === act.command[index])
  );
}

/** When the last step of the manual resume had ended; null where none was taken. */
export function stepsEndedMs(c: CaseFile): number | null {
  const ends = c.manualSteps.map(endedMs);
  return ends.length === 0 ? null : Math.max(...ends);
}
