import type { BrokerState, IncidentRow, StoreSnapshot } from '../../model/broker-state.ts';
import {
  baselineIncidents,
  brokerAnswers,
  brokerSubject,
  type CaseFile,
  haltAcknowledged,
  isForeign,
  isTriggered,
  ownIncidents,
  type Read,
  said,
  type TriggeredCase,
  within,
} from '../evidence/index.ts';
import { type Fault, fault, spanning } from '../finding.ts';
import { brokerDeaths, FIELDS, type Field, firstLifeSpan, haltedState } from '../proofs/index.ts';
import { judgeLoneIncident, judgeLoneStore } from './store-alone.ts';

/** Whether the halt is recorded as it is claimed: in the store, at its level, with its incident, and the same in both. */
export function judgeBrokerState(c: CaseFile): Fault[] {
  if (!isTriggered(c)) return [];
  if (c.brokerMustStop) {
    return [
      ...alreadyHalted(c),
      ...judgeLoneStore(c),
      ...otherAsset(c),
      ...judgeLoneIncident(c),
      ...split(c),
    ];
  }
  return [
    ...alreadyHalted(c),
    ...unpersisted(c),
    ...otherAsset(c),
    ...downgraded(c),
    ...incidents(c),
    ...split(c),
  ];
}

/** The last reading of the store before the trigger that said anything, an empty store included. */
function storeBefore(c: CaseFile): Read<StoreSnapshot> | null {
  return (
    c.store.findLast((read) => read.receivedMs <= c.anchorMs && read.reading.kind !== 'unreadable') ?? null
  );
}

function levelIn(read: Read<StoreSnapshot> | null): number | null {
  return read?.reading.kind === 'present' ? read.reading.value.state.level : null;
}

function alreadyHalted(c: CaseFile): Fault[] {
  const before = storeBefore(c);
  if (levelIn(before) !== c.plan.expect.level) return [];
  return [
    fault('vacuous-target', 'halted before', brokerSubject(c), { level: c.plan.expect.level }, [before?.id]),
  ];
}

function unpersisted(c: TriggeredCase): Fault[] {
  const dueMs = recordedByMs(c);
  const halted = within(c.store, { fromMs: c.anchorMs, toMs: c.haltEndMs }).filter(
    (r) => r.reading.kind !== 'unreadable',
  );
  const claimed = haltedState(c);
  if (claimed === null || levelIn(storeBefore(c)) === c.plan.expect.level) return [];
  const recorded = halted.find((read) => levelIn(read) === c.plan.expect.level);
  const late = halted.find((read) => read.sentMs >= dueMs && levelIn(read) !== c.plan.expect.level);
  // A store that still lacked the halt when it was due counts even if it was written later.
  if (late === undefined || (recorded !== undefined && recorded.sentMs < late.sentMs)) return [];
  const before = storeBefore(c);
  const changed = levelIn(late) !== levelIn(before) && levelIn(late) !== null;
  if (changed) return [];
  const missed = fault(
    'unpersisted-halt',
    'not in store',
    brokerSubject(c),
    { said: claimed.state, level: levelIn(late) },
    [claimed.id, before?.id, late.id],
  );
  return [spanning(missed, c.anchorMs, c.haltEndMs)];
}

// What never names an asset says nothing of it; a halt that is somebody else's may well be of another one.
function otherAsset(c: TriggeredCase): Fault[] {
  const { reply, outcomeId } = c.trigger;
  const own = (state: BrokerState): string | null =>
    state.level === c.plan.expect.level && !isForeign(c, state) ? state.asset : null;
  const halt = { fromMs: c.anchorMs, toMs: c.haltEndMs };
  const named = [
    {
      source: 'reply' as const,
      id: outcomeId,
      asset: reply?.acknowledged === true ? reply.state?.asset : null,
    },
    ...said(within(brokerAnswers(c), halt)).map(({ id, value }) => ({
      source: 'API' as const,
      id,
      asset: own(value),
    })),
    ...said(within(c.store, halt)).map(({ id, value: { state } }) => ({
      source: 'store' as const,
      id,
      asset: own(state),
    })),
  ];
  const other = named.find(({ asset }) => (asset ?? '') !== '' && asset !== c.plan.asset);
  if (other === undefined) return [];
  return [
    fault(
      'wrong-asset',
      'names another',
      brokerSubject(c),
      { asked: c.plan.asset, source: other.source, named: other.asset ?? '' },
      [other.id],
    ),
  ];
}

/** When the halt has to be in the store: at the deadline, or once the broker's reply has said that it is. */
function recordedByMs({ trigger }: TriggeredCase): number {
  const { reply, endedMs, deadlineMs } = trigger;
  const claimed = reply?.acknowledged === true && reply.recorded === true;
  return claimed ? Math.min(endedMs, deadlineMs) : deadlineMs;
}

/** Readings of the API and the store within one life of the broker, life by life. */
function livesSpans(c: CaseFile): { readonly fromMs: number; readonly toMs: number }[] {
  const ends = brokerDeaths(c).map(({ death }) => death.toMs);
  const edges = [c.anchorMs, ...ends, c.haltEndMs];
  return edges.slice(1).map((toMs, index) => ({ fromMs: edges[index] ?? 0, toMs }));
}

const NO_STATE: BrokerState = { level: 0, incident: null, reason: null, revision: null, asset: null };

function downgraded(c: TriggeredCase): Fault[] {
  const { level } = c.plan.expect;
  const base = levelIn(storeBefore(c));
  for (const [index, span] of livesSpans(c).entries()) {
    const api = said(within(brokerAnswers(c), span)).map((read) => ({
      ...read,
      state: read.value,
      source: 'API' as const,
    }));
    // A store that holds no state any more holds no halt.
    const store = within(c.store, span).flatMap((read) =>
      read.reading.kind === 'unreadable'
        ? []
        : [
            {
              ...read,
              state: read.reading.kind === 'present' ? read.reading.value.state : NO_STATE,
              source: 'store' as const,
            },
          ],
    );
    for (const reads of [api, store]) {
      const others = reads === api ? store : api;
      const other = reads.find((read, at) => {
        // A level that rose is somebody's halt, not the loss of one.
        if (read.state.level >= level || isForeign(c, read.state)) return false;
        if (reads.slice(0, at).some((earlier) => earlier.state.level === level)) return true;
        // A store that never left its baseline is `unpersisted-halt`, if anything claims that there is a halt.
        if (reads === store && read.state.level === base && haltedState(c) !== null) return false;
        // A source that never had the level, where the other one has it, disagrees with it and did not change.
        return (
          index === 0 &&
          read.sentMs >= c.trigger.deadlineMs &&
          others.every((one) => one.state.level !== level)
        );
      });
      if (other === undefined) continue;
      const lower = fault(
        'silent-downgrade',
        'shows lower',
        brokerSubject(c),
        {
          source: other.source,
          level: other.state === NO_STATE ? null : other.state.level,
          expected: level,
          afterMs: other.sentMs - c.anchorMs,
        },
        [haltedState(c)?.id, other.id],
      );
      // It was still at the level when that reading was asked for before, if it ever was.
      const wasMs = reads.findLast((one) => one.sentMs < other.sentMs && one.state.level === level)?.sentMs;
      return [spanning(lower, wasMs ?? c.anchorMs, c.haltEndMs)];
    }
  }
  return [];
}

function incidents(c: TriggeredCase): Fault[] {
  const snapshots = said(within(c.store, { fromMs: c.anchorMs, toMs: c.haltEndMs }));
  return [...duplicates(c), ...(c.plan.expect.incident === 'open' ? missing(c, snapshots) : [])];
}

type Snapshot = ReturnType<typeof said<StoreSnapshot>>[number];

/** Incidents of this drill's halt that these readings hold and the baseline does not. */
function ownRows(c: CaseFile, reads: readonly Snapshot[]): Map<string, IncidentRow> {
  const known = baselineIncidents(c);
  return new Map(
    reads
      .flatMap(({ value }) => value.incidents ?? [])
      .filter((row) => !known.has(row.id) && ownIncidents(c).has(row.id))
      .map((row) => [row.id, row]),
  );
}

function duplicates(c: TriggeredCase): Fault[] {
  // One that only the undo writes down was opened by this halt too.
  const ever = [...ownRows(c, said(c.store.filter((read) => read.sentMs >= c.anchorMs))).keys()];
  if (ever.length < 2) return [];
  const second = said(c.store).find(({ value }) => value.incidents?.some((row) => row.id === ever[1]));
  return [fault('duplicate-incident', 'several', brokerSubject(c), { ids: ever }, [second?.id])];
}

function missing(c: TriggeredCase, snapshots: readonly Snapshot[]): Fault[] {
  const { level } = c.plan.expect;
  const known = baselineIncidents(c);
  const own = ownRows(c, snapshots);
  const early = snapshots.find(
    ({ value }) =>
      value.state.level === level &&
      value.incidents?.some((row) => own.has(row.id)) === true &&
      value.incidents.every((row) => !own.has(row.id) || row.resolvedAt !== null),
  );
  if (early !== undefined) {
    return [
      fault(
        'missing-incident',
        'resolved early',
        brokerSubject(c),
        { ids: [...own.keys()], afterMs: early.sentMs - c.anchorMs, level },
        [early.id],
      ),
    ];
  }
  const first = firstLifeSpan(c);
  const api = said(within(brokerAnswers(c), first)).filter((read) => read.value.level === level);
  const states = snapshots.filter((read) => read.value.state.level === level);
  // What was named once and is named no more when the halt ends, or the broker, is not there; what came later was slow to be written.
  const lasts = [snapshots.findLast((read) => read.receivedMs <= first.toMs), snapshots.at(-1)];
  const open = lasts.some((read) =>
    read?.value.incidents?.some((row) => !known.has(row.id) && row.resolvedAt === null),
  );
  const shown =
    api.at(-1)?.value.incident != null ||
    [states.findLast((read) => read.receivedMs <= first.toMs), states.at(-1)].some(
      (read) => read?.value.state.incident != null,
    ) ||
    open;
  const replied = haltAcknowledged(c) && c.trigger.reply?.state?.incident != null;
  if (shown || (api.length === 0 && states.length === 0) || (api.length === 0 && replied)) return [];
  return [
    fault('missing-incident', 'none open', brokerSubject(c), { level }, [api.at(-1)?.id, states.at(-1)?.id]),
  ];
}

/** One reading of the API between two of the store that agree with each other and not with it. */
interface Disagreement {
  readonly before: Read<StoreSnapshot>;
  readonly api: Read<BrokerState>;
  readonly said: BrokerState;
  readonly stored: BrokerState;
  readonly fields: readonly Field[];
}

// A broker that must be gone has its time until the deadline; that it answers later is no disagreement, but a stop that failed.
function split(c: TriggeredCase): Fault[] {
  const toMs = c.brokerMustStop ? Math.min(c.trigger.deadlineMs, c.haltEndMs) : c.haltEndMs;
  const all = triples(c, { fromMs: c.anchorMs, toMs });
  return FIELDS.flatMap((field) => persistent(c, all, field));
}

/** Every reading of the API with those of the store around it; null where one of the three says nothing, or they agree. */
function triples(c: CaseFile, span: { fromMs: number; toMs: number }): (Disagreement | null)[] {
  const store = within(c.store, span);
  return within(brokerAnswers(c), span).map((api) => {
    const before = store.findLast((read) => read.receivedMs <= api.sentMs);
    const after = store.find((read) => read.sentMs >= api.receivedMs);
    if (
      api.reading.kind !== 'present' ||
      before?.reading.kind !== 'present' ||
      after?.reading.kind !== 'present'
    )
      return null;
    const [left, right] = [before.reading.value.state, after.reading.value.state];
    if (FIELDS.some((field) => left[field] !== right[field])) return null;
    const fields = differing(c, api.reading.value, left);
    return fields.length === 0 ? null : { before, api, said: api.reading.value, stored: left, fields };
  });
}

// Only three store-api-store triples in a row, over a second, are more than a race between two readers.
function persistent(c: CaseFile, all: readonly (Disagreement | null)[], field: Field): Fault[] {
  let run: Disagreement[] = [];
  for (const one of all) {
    if (one === null || !isAbout(one, field)) {
      run = [];
      continue;
    }
    run.push(one);
    const [first = one] = run;
    const forMs = one.api.sentMs - first.api.receivedMs;
    if (run.length < 3 || forMs < 1000) continue;
    const fields = one.fields.filter((other) => other === field || !isAbout(one, other));
    const disagreement = fault(
      'split-state',
      'disagree',
      { ...brokerSubject(c), field },
      { forMs, api: one.said, store: one.stored, fields },
      [first.before.id, first.api.id, one.before.id, one.api.id],
    );
    return [spanning(disagreement, first.api.receivedMs, one.api.sentMs)];
  }
  return [];
}

// Where one of them knows of no halt, it has no incident, reason or asset of one either: that is one disagreement, about the level.
function isAbout({ said: api, stored, fields }: Disagreement, field: Field): boolean {
  if (!fields.includes(field)) return false;
  return field === 'level' || !fields.includes('level') || (api.level > 0 && stored.level > 0);
}

// A source that never names a field does not disagree about it.
function differing(c: CaseFile, api: BrokerState, store: BrokerState): Field[] {
  return FIELDS.filter((field) => {
    if (api[field] === store[field]) return false;
    return (
      said(brokerAnswers(c)).some(({ value }) => value[field] !== null) &&
      said(c.store).some(({ value }) => value.state[field] !== null)
    );
  });
}
