import { conditionInWords, isSameCondition } from '../../model/stop-condition.ts';
import type { StopSummary } from '../../model/verdict.ts';
import { harmless } from '../../model/wording.ts';
import type { CaseFile } from '../evidence/index.ts';

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
