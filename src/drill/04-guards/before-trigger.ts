import { type GuardName, type GuardRequest, guardKind, guardReason } from '../model/guards.ts';
import { isHalted } from '../model/ownership.ts';
import type { Plan } from '../model/plan.ts';
import type { IncarnationKey } from '../model/process.ts';
import type { Observer } from '../ports/observer.ts';
import type { World } from '../ports/world.ts';
import { lookAfter, sendGuard, told } from './send-guard.ts';

/** Why the drill goes no further, and at which level the fleet may be halted now. */
export interface GuardsEnd {
  readonly why: string;
  readonly level: number;
}

/**
 * Sends, one after the other, the requests that must be refused at level 0, and looks after each whether anything changed. The
 * first that is not clearly refused, or changes anything, ends them, and the drill. Resolves with null where all were refused,
 * or the drill was told to stop between two of them.
 */
export async function tryBeforeTrigger(
  plan: Plan,
  nonce: string,
  baseline: ReadonlyMap<string, readonly IncarnationKey[]>,
  observer: Observer,
  world: World,
  sending: (level: number) => void,
): Promise<GuardsEnd | null> {
  const guards = plan.guards.filter((guard) => guardKind(guard).when === 'before');
  for (const guard of guards) {
    const request = haltRequest(plan, guard, nonce);
    const undo = `if it is accepted, resume the incident whose reason carries ${nonce}`;
    const answer = await sendGuard(plan, { guard, control: false, request }, undo, world, () =>
      sending(request.level),
    );
    if (answer === 'not sent') return null;
    const looked = await lookAfter(answer.endedMs, observer, world);
    const change = looked ? changeSince(plan, baseline, observer) : 'it could not be seen what it did';
    const { level } = request;
    if (answer.said !== 'refused') return { why: told(guard, `was ${answer.said} (${answer.words})`), level };
    if (change !== null) return { why: told(guard, `was refused (${answer.words}), but ${change}`), level };
  }
  if (guards.length === 0) return null;
  await observer.readAudit();
  return tokensStillGood(plan, baseline, observer, world);
}

const ANSWER_WITHIN_MS = 5_000;

/** A broker that counts wrong tokens may lock the right ones out: nobody may halt then who could not resume. */
async function tokensStillGood(
  plan: Plan,
  baseline: ReadonlyMap<string, readonly IncarnationKey[]>,
  observer: Observer,
  world: World,
): Promise<GuardsEnd | null> {
  for (const role of plan.secondOperator ? (['operator', 'second'] as const) : (['operator'] as const)) {
    const answer = await world.broker.rehearse(role, ANSWER_WITHIN_MS);
    if (answer.kind === 'present' && answer.value.status >= 200 && answer.value.status <= 299) continue;
    const words = answer.kind === 'present' ? `HTTP ${answer.value.status}` : 'no answer';
    const why = `after requests that were refused, the ${role === 'second' ? 'second operator’s' : 'operator’s'} token is no longer good (${words})`;
    const host = plan.services.find(({ name }) => name === plan.broker)?.host ?? null;
    const interlock = role === 'second' ? 'second-operator' : 'token';
    world.journal.append({ kind: 'interlock', interlock, host, service: plan.broker, why });
    return { why, level: plan.level };
  }
  const looked = await lookAfter(world.clock.nowMs(), observer, world);
  const change = looked ? changeSince(plan, baseline, observer) : 'the broker could not be read';
  return change === null ? null : { why: `after requests that were refused, ${change}`, level: plan.level };
}

/** The drill's own halt but for what is wrong with it, so that it can be refused for nothing else. */
function haltRequest(
  plan: Plan,
  guard: GuardName,
  nonce: string,
): Extract<GuardRequest, { operation: 'halt' }> {
  return {
    operation: 'halt',
    token: guard === 'no-token' ? 'none' : guard === 'wrong-token' ? 'wrong' : 'own',
    phrase: guard === 'wrong-phrase' ? 'wrong' : 'own',
    level: guard === 'phrase-at-wrong-level' ? plan.level - 1 : plan.level,
    asset: plan.asset,
    reason: guardReason(plan.drill, guard, nonce),
  };
}

function changeSince(
  plan: Plan,
  baseline: ReadonlyMap<string, readonly IncarnationKey[]>,
  observer: Observer,
): string | null {
  const status = observer.status?.reading;
  const store = observer.store?.reading;
  if (status?.kind !== 'present') return 'the broker no longer answers';
  if (store?.kind !== 'present') return 'the broker’s store can no longer be read';
  if (isHalted(status.value) || isHalted(store.value.state)) return 'the broker is halted';
  if (store.value.incidents?.some((incident) => incident.resolvedAt === null)) return 'an incident is open';
  const other = plan.services.find(({ name, role }) => {
    const now = (observer.livesOf(name) ?? []).filter((life) => life.part === 'root');
    const before = role === 'bystander' ? [] : (baseline.get(name) ?? []);
    return before.some((key) => !now.some((life) => life.key === key));
  });
  return other === undefined ? null : `${other.name} is no longer the same process`;
}
