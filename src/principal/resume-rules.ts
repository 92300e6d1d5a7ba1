import type { HaltRecord, Holder, LevelPlan, Refusal, ResumeCost, ResumeRequest } from './parts.ts';

/** What a resume costs at a level. A level that the configuration has lost costs the most that the API can pay. */
export function costOf(plan: LevelPlan | undefined): ResumeCost {
  if (plan === undefined) return 'second-operator';
  if (plan.resume !== undefined) return plan.resume;
  if (plan.destructive !== undefined) return 'by-hand';
  return plan.asset && plan.stops.length === 0 ? 'reason' : 'incident';
}

/** Whose hold a resume gives up; null where that is not clear. */
export function holderOf(
  holders: readonly Holder[],
  request: Pick<ResumeRequest, 'holder'>,
  actor: string,
): Holder | null {
  if (request.holder != null) return holders.find((one) => one.id === request.holder) ?? null;
  const own = holders.filter((one) => one.who === actor).at(-1);
  return own ?? (holders.length === 1 ? (holders[0] ?? null) : null);
}

/** Why a resume is refused; null where it may go on. */
export function whyNot(
  { state, holders }: HaltRecord,
  plan: LevelPlan | undefined,
  request: ResumeRequest,
  actor: string,
): Refusal | null {
  if (state.level === 0) return { refused: 'conflict', why: 'nothing is halted' };
  const cost = costOf(plan);
  const incidentFits =
    request.incident === state.incident || (request.incident === null && cost === 'reason');
  if (request.level !== state.level || !incidentFits || request.revision !== state.revision) {
    const expected = `level ${state.level}, incident ${state.incident}, revision ${state.revision}`;
    return { refused: 'conflict', why: `the halt in force is ${expected}` };
  }
  if (cost === 'by-hand' && request.byHand !== true) {
    return { refused: 'forbidden', why: `level ${state.level} is resumed by hand on the broker's host only` };
  }
  if (cost === 'second-operator') {
    const second = request.second ?? null;
    if (second === null) {
      return { refused: 'forbidden', why: `level ${state.level} needs a second operator's token` };
    }
    if (second === actor) {
      return { refused: 'forbidden', why: 'the second operator must be another than the first' };
    }
  }
  if (holderOf(holders, request, actor) === null) {
    const who = holders.map((one) => `${one.id} (${one.who})`).join(', ');
    return { refused: 'conflict', why: `say whose hold is released; held by ${who}` };
  }
  return null;
}
