import { type GuardName, type GuardRequest, guardKind } from '../model/guards.ts';
import { isForeign, isHalted, type OwnHalt, triggerReason } from '../model/ownership.ts';
import type { Plan } from '../model/plan.ts';
import type { Observer } from '../ports/observer.ts';
import type { World } from '../ports/world.ts';
import { type Answer, lookAfter, sendGuard, told } from './send-guard.ts';

/** The drill's halt as it stands; a guard that the broker may count as another halt moves its revision. */
export interface HeldHalt {
  own: OwnHalt;
}

/** Why no further guard was tried. `broken`: one did not do as it must, and the halt is to be undone now. */
export interface HeldEnd {
  readonly why: string;
  readonly broken: boolean;
}

/**
 * Sends, one after the other, the requests that must not touch the halt in force, while it is held. The first that does not do
 * as it must ends them. Nothing is sent under a halt that is not this drill's alone.
 */
export async function tryWhileHalted(
  plan: Plan,
  held: HeldHalt,
  observer: Observer,
  world: World,
): Promise<HeldEnd | null> {
  let askedToResume = false;
  for (const guard of plan.guards.filter((name) => guardKind(name).when === 'halted')) {
    if (world.stop.aborted) return null;
    await lookAfter(world.clock.nowMs(), observer, world);
    const standing = haltStanding(plan, held.own, observer);
    if (standing === null && askedToResume) await seeReturn(plan, observer, world);
    if (standing === null)
      return { why: `${guard} was not tried: the halt is not as this drill made it`, broken: askedToResume };
    if (guard === 'message-to-halted') await letThrough(plan, held.own.nonce, world);
    const request = requestOf(plan, guard, standing, held.own.nonce);
    if (request === null) return { why: `${guard} was not tried: nobody to write to`, broken: false };
    const before = held.own;
    askedToResume ||= request.operation === 'resume';
    // The broker may show the revision of this request before it replies; whether it is this drill's is decided then.
    if (guardKind(guard).must === 'be harmless') held.own = { ...before, revision: null };
    const answer = await sendGuard(plan, { guard, control: false, request }, UNDO[request.operation], world);
    if (answer !== 'not sent') await lookAfter(answer.endedMs, observer, world);
    const revision = revisionAfter(guard, before, answer, observer);
    held.own = { ...before, revision };
    if (answer === 'not sent') return null;
    if (guard === 'message-to-halted') await observer.readMessages(held.own.nonce);
    const broken = brokenBy(guard, answer, haltStanding(plan, held.own, observer), standing);
    if (broken === null) continue;
    if (request.operation === 'resume') await seeReturn(plan, observer, world);
    return { why: broken, broken: true };
  }
  return null;
}

const UNDO: Readonly<Record<GuardRequest['operation'], string>> = {
  halt: 'resume as after the trigger',
  resume: 'none: if it is accepted, the halt is over',
  message: 'none: it says that it is of a drill',
};

interface Standing {
  readonly level: number;
  readonly incident: string | null;
  readonly revision: number | null;
}

/** The drill's own halt by API and store, or null where either does not show it. */
function haltStanding(plan: Plan, own: OwnHalt, observer: Observer): Standing | null {
  const status = observer.status?.reading;
  const store = observer.store?.reading;
  if (status?.kind !== 'present' || store?.kind !== 'present') return null;
  for (const state of [status.value, store.value.state]) {
    if (!isHalted(state) || isForeign(state, own) || state.level !== plan.expect.level) return null;
  }
  if (status.value.incident !== store.value.state.incident) return null;
  return status.value;
}

function requestOf(plan: Plan, guard: GuardName, standing: Standing, nonce: string): GuardRequest | null {
  const { level, incident, revision } = standing;
  const reason = `haltdrill drill ${plan.drill} guard ${guard} ${nonce}`;
  switch (guard) {
    case 'resume-without-incident':
      return { operation: 'resume', incident: null, level, revision, reason };
    case 'resume-wrong-incident':
      return { operation: 'resume', incident: otherThan(incident), level, revision, reason };
    case 'message-to-halted':
      return plan.messages === null ? null : messageTo(plan, plan.messages.halted, nonce);
    default:
      // Word for word the trigger's reason: a broker counts who halts and why, and must not count this one twice.
      return {
        operation: 'halt',
        token: 'own',
        phrase: 'own',
        level: guard === 'lower-level' ? plan.level - 1 : plan.level,
        asset: plan.asset,
        reason: triggerReason(plan.drill, nonce),
      };
  }
}

/** Spelled like the real one, so that it is not refused for its form; a broker that has numbers gets a number. */
function otherThan(incident: string | null): string {
  if (incident === null) return 'haltdrill-no-such-incident';
  const digit = incident.search(/[0-9a-f](?=[^0-9a-f]*$)/);
  if (digit < 0) return `${incident}-other`;
  const other = incident[digit] === '7' ? '3' : '7';
  return `${incident.slice(0, digit)}${other}${incident.slice(digit + 1)}`;
}

function messageTo(plan: Plan, service: string, nonce: string): GuardRequest {
  const message = `haltdrill drill ${plan.drill} ${nonce} to ${service}: a test, nothing to do`;
  return { operation: 'message', sender: plan.messages?.sender ?? '', service, message };
}

/** That nothing gets through to the halted agent says something only while the same gets through to another. */
async function letThrough(plan: Plan, nonce: string, world: World): Promise<void> {
  if (plan.messages === null) return;
  const request = messageTo(plan, plan.messages.alive, nonce);
  await sendGuard(plan, { guard: 'message-to-halted', control: true, request }, UNDO.message, world);
}

/**
 * A broker may count each accepted halt as a revision, one by one. More than that, or any after a refusal or without a clear
 * reply, may be somebody else's: then the old one stays pinned, and the halt counts as foreign.
 */
function revisionAfter(
  guard: GuardName,
  before: OwnHalt,
  answer: Answer | 'not sent',
  observer: Observer,
): number | null {
  const was = before.revision;
  if (was === null || guardKind(guard).must !== 'be harmless') return was;
  if (answer === 'not sent' || answer.said !== 'accepted') return was;
  const status = observer.status?.reading;
  const shown = status?.kind === 'present' ? status.value.revision : null;
  const now = answer.revision ?? shown;
  return now === was + 1 ? now : was;
}

function brokenBy(guard: GuardName, answer: Answer, now: Standing | null, before: Standing): string | null {
  if (guardKind(guard).must === 'be refused' && answer.said !== 'refused')
    return told(guard, `was ${answer.said} (${answer.words})`);
  if (answer.said === 'unclear') return told(guard, `was not clearly answered (${answer.words})`);
  if (now === null) return told(guard, 'changed the halt');
  return now.incident === before.incident ? null : told(guard, 'changed the incident');
}

/** A broker that resumes brings everything back itself; nothing is to be started by hand before it had the time to. */
async function seeReturn(plan: Plan, observer: Observer, world: World): Promise<void> {
  const back = (): boolean =>
    plan.services.every(
      ({ name, role, instances }) =>
        role !== 'target' ||
        (observer.livesOf(name) ?? []).filter((life) => life.part === 'root').length >= instances,
    );
  const stands = (): boolean => {
    const status = observer.status?.reading;
    return status?.kind === 'present' && isHalted(status.value);
  };
  await observer.until(() => stands() || back(), world.clock.nowMs() + plan.timing.restoreWithinMs);
}
