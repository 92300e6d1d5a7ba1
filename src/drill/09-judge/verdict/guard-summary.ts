import { guardKind } from '../../model/guards.ts';
import type { Finding, GuardSummary } from '../../model/verdict.ts';
import { harmless } from '../../model/wording.ts';
import type { CaseFile, GuardTry } from '../evidence/index.ts';
import { effectOf, judgeGuards, refusalLog } from '../judges/index.ts';

/** What became of each guard of the plan. Only what no finding speaks against is `refused` or `harmless`. */
export function guardSummaries(c: CaseFile): GuardSummary[] {
  const findings = judgeGuards(c);
  return c.plan.guards.map((guard) => {
    const what = guardKind(guard).what;
    const one = c.guards.find((other) => other.guard === guard && !other.control);
    if (one === undefined) return { guard, what, outcome: 'not tried', answer: null, logged: null };
    const against = findings.filter(({ evidence }) => one.ids.some((id) => evidence.includes(id)));
    const outcome = outcomeOf(c, one, against);
    return { guard, what, outcome, answer: harmless(one.words, 200), logged: loggedOf(c, one) };
  });
}

function outcomeOf(c: CaseFile, one: GuardTry, against: readonly Finding[]): GuardSummary['outcome'] {
  const isAccepted = one.answer === 'accepted' && one.kind.must === 'be refused';
  if (isAccepted || effectOf(c, one) !== null) return 'took effect';
  if (one.answer === 'unclear') return 'unclear';
  if (against.length > 0) {
    // What could not be looked at shows no effect.
    const didIt = one.kind.must === 'be harmless' && against.some(({ severity }) => severity === 'fail');
    return didIt ? 'took effect' : 'unclear';
  }
  return one.answer === 'refused' ? 'refused' : 'harmless';
}

function loggedOf(c: CaseFile, one: GuardTry): boolean | null {
  const log = refusalLog(c, one.kind.when);
  if (log === null || log.entries === null || !log.refused.includes(one)) return null;
  if (log.entries >= log.refused.length) return true;
  return log.entries === 0 ? false : null;
}
