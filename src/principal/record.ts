import type {
  HaltedTarget,
  HaltRecord,
  HaltRequest,
  Incident,
  LevelPlan,
  StopOutcome,
  Target,
} from './parts.ts';
import { NORMAL } from './parts.ts';

/** Nothing is halted and nothing ever was. */
export const BLANK: HaltRecord = { state: NORMAL, incident: null, targets: [] };

export function sameTarget(a: Target, b: Target): boolean {
  return a.service === b.service && a.host === b.host;
}

/**
 * The record after an accepted halt. At level 0 it opens an incident; else it keeps the open one with its reason,
 * and widens it where the level is higher. The revision grows every time, so that whoever holds an older one
 * cannot undo this halt unawares. An asset once named stays named until the resume.
 */
export function halted(
  before: HaltRecord,
  plan: LevelPlan,
  request: HaltRequest,
  fresh: Pick<Incident, 'id' | 'openedAt'>,
): HaltRecord {
  const level = Math.max(before.state.level, plan.level);
  const incident: Incident =
    before.state.level > 0 && before.incident !== null
      ? { ...before.incident, level }
      : { ...fresh, level, reason: request.reason, resolvedAt: null };
  const known = before.state.level > 0 ? before.targets : [];
  const added = plan.stops.filter((target) => !known.some((other) => sameTarget(other, target)));
  return {
    state: {
      level,
      incident: incident.id,
      reason: incident.reason,
      revision: before.state.revision + 1,
      asset: before.state.asset ?? (plan.asset ? request.asset : null),
    },
    incident,
    targets: [...known, ...added.map((target): HaltedTarget => ({ ...target, outcome: 'pending' }))],
  };
}

/**
 * The record after one look at a target. Once a stop has been asked for, `not-running` means that it worked, if
 * later than was seen: only a service that had no process when the halt first came is left alone by the resume.
 */
export function seen(
  before: HaltRecord,
  target: Target,
  outcome: StopOutcome,
  firstLook: boolean,
): { readonly record: HaltRecord; readonly outcome: StopOutcome } {
  const was = before.targets.find((other) => sameTarget(other, target))?.outcome;
  const idleFromTheStart = firstLook || was === 'not-running';
  const now = outcome === 'not-running' && !idleFromTheStart ? 'stopped' : outcome;
  const targets = before.targets.map((other) =>
    sameTarget(other, target) ? { ...other, outcome: now } : other,
  );
  return { record: { ...before, targets }, outcome: now };
}

/** The record after a resume: level 0, the incident resolved, the revision grown by one. */
export function resumed(before: HaltRecord, at: string): HaltRecord {
  return {
    state: { ...NORMAL, revision: before.state.revision + 1 },
    incident: before.incident === null ? null : { ...before.incident, resolvedAt: at },
    targets: [],
  };
}

/** What a resume has to start: everything that the halt may have stopped. */
export function toStart(record: HaltRecord): readonly HaltedTarget[] {
  return record.targets.filter((target) => target.outcome !== 'not-running');
}
