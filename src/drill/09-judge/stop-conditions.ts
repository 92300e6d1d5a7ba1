import type { StopConditionMet } from '../model/journal.ts';
import { conditionInWords, isSameCondition } from '../model/stop-condition.ts';
import type { Finding, StopSummary } from '../model/verdict.ts';
import type { CaseFile } from './case-file.ts';
import { finding, harmless } from './finding.ts';

/** The rule by which the drill left the fleet halted; none where somebody has undone it since. */
function heldStop(c: CaseFile): StopConditionMet | undefined {
  const undone = [...c.resumes, ...c.starts, ...c.manualSteps];
  return undone.length === 0 ? c.stops.find(({ action }) => action === 'hold') : undefined;
}

/** Whether the drill file had the drill leave the fleet halted: then nothing was undone, and nothing had to come back. */
export function isHeld(c: CaseFile): boolean {
  return heldStop(c) !== undefined;
}

/** Every condition of the plan, and what became of it. */
export function stopSummaries(c: CaseFile): StopSummary[] {
  const planned = c.plan.stopWhen ?? [];
  return planned.map((condition) => {
    const met = c.stops.find((one) => isSameCondition(one.condition, condition));
    return {
      condition: harmless(conditionInWords(condition), 300),
      action: condition.action,
      met: met === undefined ? null : harmless(met.evidence, 300),
    };
  });
}

/** By which rule, and why, the fleet was left halted; null where none did so. */
export function heldBy(c: CaseFile): string | null {
  const held = heldStop(c);
  if (held === undefined) return null;
  return `by the rule ${harmless(conditionInWords(held.condition), 120)} (then: hold): ${harmless(held.evidence, 200)}`;
}

/** An interlock refused: nothing was triggered, or nothing more than guards. */
export function judgeInterlocks(c: CaseFile): Finding[] {
  return c.entries.flatMap((entry) =>
    entry.kind === 'interlock'
      ? [finding('interlock', { host: entry.host, service: entry.service }, `${entry.why}.`, [entry.id])]
      : [],
  );
}
