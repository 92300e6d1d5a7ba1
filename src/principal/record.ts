import type {
  HaltedTarget,
  HaltRecord,
  HaltRequest,
  Holder,
  Incident,
  LevelPlan,
  StopMode,
  StopOutcome,
  Target,
} from './parts.ts';
import { NORMAL } from './parts.ts';

/** Nothing is halted and nothing ever was. */
export const BLANK: HaltRecord = { state: NORMAL, incident: null, targets: [], holders: [], closed: false };

export function sameTarget(
  a: Pick<Target, 'service' | 'host'>,
  b: Pick<Target, 'service' | 'host'>,
): boolean {
  return a.service === b.service && a.host === b.host;
}

/** Whether a target was seen to be as the halt demands. */
export function isDown({ outcome }: { readonly outcome: string }): boolean {
  return outcome === 'stopped' || outcome === 'not-running';
}

/**
 * The record after an accepted halt. At level 0 it opens an incident; else it keeps the open one with its reason,
 * and widens it where the level is higher. The revision grows every time, so that whoever holds an older one
 * cannot undo this halt unawares. An asset once named stays named until the resume. Who halts becomes a holder,
 * unless the very same halt (who and why) is held already: a request that is repeated counts once.
 */
export function halted(
  before: HaltRecord,
  plan: LevelPlan,
  request: HaltRequest,
  fresh: Pick<Incident, 'id' | 'openedAt'> & { readonly who: string },
): HaltRecord {
  const inForce = before.state.level > 0 && before.incident !== null;
  const level = Math.max(before.state.level, plan.level);
  const incident: Incident =
    inForce && before.incident !== null
      ? { ...before.incident, level }
      : { id: fresh.id, openedAt: fresh.openedAt, level, reason: request.reason, resolvedAt: null };
  const known = inForce ? before.targets : [];
  const mode: StopMode = plan.destructive === undefined ? 'ordinary' : 'for-good';
  const wanted = (target: Target): boolean => plan.stops.some((other) => sameTarget(target, other));
  const kept = known.map(
    (target): HaltedTarget =>
      // Down is not yet down for good.
      mode === 'for-good' && target.mode === 'ordinary' && wanted(target)
        ? { ...target, mode, outcome: 'pending' }
        : target,
  );
  const added = plan.stops
    .filter((target) => !known.some((other) => sameTarget(target, other)))
    .map((target): HaltedTarget => ({ ...target, outcome: 'pending', mode }));
  const asset = before.state.asset ?? (plan.asset ? request.asset : null);
  return {
    state: {
      level,
      incident: incident.id,
      reason: incident.reason,
      revision: before.state.revision + 1,
      asset,
    },
    incident,
    targets: [...kept, ...added],
    holders: withHolder(inForce ? before.holders : [], plan.level, request.reason, fresh),
    closed: before.closed && before.state.asset === asset,
  };
}

function withHolder(
  holders: readonly Holder[],
  level: number,
  reason: string,
  { who, openedAt: since }: { readonly who: string; readonly openedAt: string },
): readonly Holder[] {
  const same = (one: Holder): boolean => one.who === who && one.reason === reason;
  if (holders.some(same)) {
    return holders.map((one) => (same(one) ? { ...one, level: Math.max(one.level, level) } : one));
  }
  const id = Math.max(0, ...holders.map((one) => one.id)) + 1;
  return [...holders, { id, who, reason, level, since }];
}

/**
 * The record after one look at a target. Once a stop has been asked for, `not-running` means that it worked, if
 * later than was seen: only a service that had no process when the halt first came is left alone by the resume, and
 * none where its manager was told to forget it.
 */
export function seen(
  before: HaltRecord,
  target: Target,
  outcome: StopOutcome,
  firstLook: boolean,
): { readonly record: HaltRecord; readonly outcome: StopOutcome } {
  const known = before.targets.find((other) => sameTarget(other, target));
  const idleFromTheStart = (firstLook || known?.outcome === 'not-running') && known?.mode !== 'for-good';
  const now = outcome === 'not-running' && !idleFromTheStart ? 'stopped' : outcome;
  const targets = before.targets.map((other) =>
    sameTarget(other, target) ? { ...other, outcome: now } : other,
  );
  return { record: { ...before, targets }, outcome: now };
}

/** The record after one of several holders let go: the halt stands, under another revision. */
export function released(before: HaltRecord, holder: Holder): HaltRecord {
  return {
    ...before,
    state: { ...before.state, revision: before.state.revision + 1 },
    holders: before.holders.filter((one) => one.id !== holder.id),
  };
}

/**
 * The record while a resume starts the fleet: what is being started counts as not stopped, so that a broker which
 * dies in the middle stops it again when it comes back.
 */
export function resuming(before: HaltRecord): HaltRecord {
  return {
    ...before,
    closed: false,
    targets: before.targets.map((one) =>
      one.outcome === 'not-running' ? one : { ...one, outcome: 'pending' },
    ),
  };
}

/** The record after a resume: level 0, the incident resolved, the revision grown by one. */
export function resumed(before: HaltRecord, at: string): HaltRecord {
  return {
    state: { ...NORMAL, revision: before.state.revision + 1 },
    incident: before.incident === null ? null : { ...before.incident, resolvedAt: at },
    targets: [],
    holders: [],
    closed: false,
  };
}

/** What a resume has to start: everything that the halt may have stopped. */
export function toStart(record: HaltRecord): readonly HaltedTarget[] {
  return record.targets.filter((target) => target.outcome !== 'not-running');
}
