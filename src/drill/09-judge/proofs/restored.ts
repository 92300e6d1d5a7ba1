import type { StoreSnapshot } from '../../model/broker-state.ts';
import { asksStatus, readsStore, showsState } from '../../model/coverage.ts';
import type { FleetState } from '../../model/verdict.ts';
import {
  brokerAnswers,
  type CaseFile,
  firstSeen,
  isHeld,
  isWhole,
  lateHalt,
  ownIncidents,
  said,
} from '../evidence/index.ts';
import { diedBy } from './hold.ts';
import { stillSilent } from './quiet.ts';
import { finalRoots, returnOf, undoneMs } from './returns.ts';

/**
 * Whether the broker, though a process of it was there, was not heard again from the first act of the undo on: no resume was
 * acknowledged and its API said nothing. What it then did not bring back, nobody could ask it for.
 */
export function isUnheard(c: CaseFile): boolean {
  if (c.trigger === null || c.plan.resume === 'manual') return false;
  const resumed = c.resumes.some(
    ({ done }) => done?.reply?.kind === 'present' && done.reply.value.acknowledged,
  );
  const asked = c.resumes.length + c.starts.length > 0;
  // Where nothing can be asked for the state, the reply to a resume is all that is ever heard.
  const heard = asksStatus(c.plan)
    ? said(brokerAnswers(c)).some((read) => read.sentMs >= c.haltEndMs)
    : c.resumes.some(({ done }) => done?.reply?.kind === 'present');
  return asked && !resumed && !heard && c.broker !== null && finalRoots(c, c.broker).length > 0;
}

function isUndoAsked(c: CaseFile): boolean {
  return c.resumes.length + c.manualSteps.length + c.starts.length > 0;
}

/** Whether the journal reaches the undo; where it breaks off before one, there is none to be judged. */
export function isUndoSeen(c: CaseFile): boolean {
  return isUndoAsked(c) || isWhole(c);
}

/** When the last of what came back was first seen, and the undo had been asked for. */
export function upMs(c: CaseFile): number {
  const back = [...c.services.values()].flatMap((service) => finalRoots(c, service));
  return Math.max(undoneMs(c), ...back.map((life) => firstSeen(life)?.receivedMs ?? 0));
}

/** What shows that the halt is not lifted, as the catalogue says it of `incident-left-open`. */
type LeftOpen = { readonly id: string } & (
  | { readonly says: 'level in API' | 'level in store'; readonly figures: { readonly level: number } }
  | { readonly says: 'incident in API' | 'incident in store'; readonly figures: { readonly id: string } }
);

export function stillHalted(c: CaseFile): LeftOpen | null {
  const since = undoneMs(c);
  const api = said(brokerAnswers(c).filter((read) => read.sentMs >= since)).at(-1);
  if (api !== undefined && api.value.level > 0)
    return { says: 'level in API', figures: { level: api.value.level }, id: api.id };
  if (api !== undefined && api.value.incident !== null && ownIncidents(c).has(api.value.incident)) {
    return { says: 'incident in API', figures: { id: api.value.incident }, id: api.id };
  }
  const store = said(c.store.filter((read) => read.sentMs >= since)).at(-1);
  if (store === undefined) return null;
  if (store.value.state.level > 0)
    return { says: 'level in store', figures: { level: store.value.state.level }, id: store.id };
  const open = store.value.incidents?.find((row) => ownIncidents(c).has(row.id) && row.resolvedAt === null);
  return open === undefined ? null : { says: 'incident in store', figures: { id: open.id }, id: store.id };
}

// Nothing shows the switch itself: that it is off is only ever said. Where a halt was refused and nothing fell, nothing had to be lifted.
function isSaidLifted(c: CaseFile): boolean {
  const reply = c.resumes.at(-1)?.done?.reply;
  if (reply?.kind === 'present') return reply.value.acknowledged;
  return c.resumes.length === 0 && c.fired?.reply?.acknowledged === false;
}

// Where steps taken by hand lift the halt, nobody but the store says that they closed its incident: a row that is gone does not.
function isResolved(c: CaseFile, { state, incidents }: StoreSnapshot): boolean {
  const own = ownIncidents(c);
  if (state.incident !== null && own.has(state.incident)) return false;
  const opened = said(c.store).flatMap(({ value }) => value.incidents ?? []);
  return opened
    .filter(({ id }) => own.has(id))
    .every(({ id }) => incidents?.some((row) => row.id === id && row.resolvedAt !== null) === true);
}

/** Whether the fleet is proven to be as it was before the trigger. Anything that could not be looked at is `unknown`. */
export function fleetState(c: CaseFile): FleetState {
  if (c.fired === null) return 'untouched';
  const since = undoneMs(c);
  const returns = [...c.services.values()].map((service) => returnOf(c, service));
  const latest = said(brokerAnswers(c).filter((read) => read.sentMs >= since)).at(-1);
  const stored = said(c.store.filter((read) => read.sentMs >= since)).at(-1);
  const silent = stillSilent(c, upMs(c));
  const lastState = latest?.value ?? said(brokerAnswers(c)).at(-1)?.value ?? null;
  if (
    silent.some(({ sure }) => sure) ||
    stillHalted(c) !== null ||
    returns.some((state) => state.kind === 'gone' || (state.kind === 'idle' && state.sure)) ||
    (latest === undefined && stored === undefined && (lastState?.level ?? 0) > 0)
  ) {
    // What was still to come when the journal broke off may have come since.
    return !isWhole(c) && !isHeld(c) ? 'unknown' : 'halted';
  }
  if (!isUndoSeen(c) || lateHalt(c)?.isOpen === true) return isHeld(c) ? 'halted' : 'unknown';
  const looked =
    silent.length === 0 &&
    (latest !== undefined || !asksStatus(c.plan)) &&
    (stored !== undefined || !readsStore(c.plan)) &&
    (showsState(c.plan) || isSaidLifted(c)) &&
    (c.plan.resume !== 'manual' || (stored !== undefined && isResolved(c, stored.value)));
  if (!looked || returns.some(({ kind }) => kind !== 'back')) return isHeld(c) ? 'halted' : 'unknown';
  // Without any undo the halt may still be under way, unless it had its whole time, or was refused and touched nothing.
  const asked = isUndoAsked(c);
  const intact = [...c.services.values()].every(
    (s) => s.planned.role !== 'target' || s.roots.every((life) => !diedBy(c, life, c.endMs)),
  );
  const refused = c.fired.reply?.acknowledged === false;
  if (asked || c.endMs >= c.fired.deadlineMs || (intact && refused)) return 'restored';
  return isHeld(c) ? 'halted' : 'unknown';
}
