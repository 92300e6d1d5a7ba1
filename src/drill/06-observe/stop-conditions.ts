import type { BrokerState } from '../model/broker-state.ts';
import type { StopConditionMet } from '../model/journal.ts';
import { haltSeen, isForeign, type OwnHalt } from '../model/ownership.ts';
import type { Plan } from '../model/plan.ts';
import type { IncarnationKey } from '../model/process.ts';
import type { StopCondition } from '../model/stop-condition.ts';
import type { Observer } from '../ports/observer.ts';

/** Root lives of every survivor that must go on. */
export type Survivors = ReadonlyMap<string, readonly IncarnationKey[]>;

/** Everything but commands, of which nobody can tell by looking. */
export type Watchable = Exclude<StopCondition, { when: 'command' | 'foreign-incident' }>;

/** What shows that a condition has come true, in words; null while nothing does. What cannot be seen is not true. */
export function evidenceFor(
  condition: Watchable,
  {
    plan,
    survivors,
    observer,
    nowMs,
  }: { plan: Plan; survivors: Survivors; observer: Observer; nowMs: number },
): string | null {
  switch (condition.when) {
    case 'survivor-dies':
      return deadSurvivor(plan, survivors, observer);
    case 'position-exceeds': {
      const book = observer.exchange?.reading;
      const position = book?.kind === 'present' ? (book.value.positions[condition.asset] ?? 0) : 0;
      return Math.abs(position) > condition.bound
        ? `the position in ${condition.asset} is ${position}, over ${condition.bound}`
        : null;
    }
    case 'host-lost': {
      const lost = observer.unseenSince(nowMs - condition.forMs);
      return lost.length === 0
        ? null
        : `${lost.join(', ')} gave no good sample for ${condition.forMs / 1000} s`;
    }
  }
}

function deadSurvivor(plan: Plan, survivors: Survivors, observer: Observer): string | null {
  for (const { name, host, role } of plan.services) {
    const lives = role === 'survivor' ? observer.livesOf(name) : null;
    if (lives === null) continue;
    const there = new Set(lives.map(({ key }) => key));
    const gone = (survivors.get(name) ?? []).find((key) => !there.has(key));
    if (gone !== undefined) return `${name} on ${host} (pid ${gone.split('/').at(-2)}) has ended`;
  }
  return null;
}

/** Of the halt that stands, or of an open incident: what shows that somebody else has a hand in it. */
export function foreignEvidence(own: OwnHalt, known: ReadonlySet<string>, observer: Observer): string | null {
  const halt = haltSeen(observer.status, observer.store);
  if (halt !== null && isForeign(halt, own)) return `${halted(halt)}, which is not this drill’s`;
  const store = observer.store?.reading;
  const stranger =
    store?.kind === 'present'
      ? store.value.incidents?.find(
          ({ id, reason, resolvedAt }) =>
            resolvedAt === null && !known.has(id) && reason !== null && !reason.includes(own.nonce),
        )
      : undefined;
  return stranger === undefined ? null : `incident ${stranger.id} is open and not this drill’s`;
}

/** Incidents that carry the drill's name now: what becomes of their reason later does not make them somebody else's. */
export function incidentsOf(nonce: string, { status, store }: Observer): string[] {
  const stored = store?.reading.kind === 'present' ? store.reading.value : null;
  const claimed = status?.reading.kind === 'present' ? status.reading.value : null;
  const rows = (stored?.incidents ?? []).map(({ id, reason }) => ({ incident: id, reason }));
  return [claimed, stored?.state ?? null, ...rows].flatMap((one) =>
    one?.incident != null && one.reason?.includes(nonce) === true ? [one.incident] : [],
  );
}

function halted({ level, incident, revision }: BrokerState): string {
  return `the broker is halted at level ${level}, ${incident === null ? 'without an incident' : `incident ${incident}`}${revision === null ? '' : `, revision ${revision}`}`;
}

/** What of a stop condition ends in a fleet that nobody undoes. */
export function leavesHalted({ action }: StopConditionMet): boolean {
  return action !== 'resume';
}
