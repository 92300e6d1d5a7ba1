import type { BrokerState, IncidentRow, StoreSnapshot } from '../model/broker-state.ts';
import type { Finding } from '../model/verdict.ts';
import { haltAcknowledged } from './acknowledgement.ts';
import { brokerAnswers } from './broker-answers.ts';
import { describe, FIELDS, firstLifeSpan, haltedState } from './broker-memory.ts';
import {
  brokerSubject,
  type CaseFile,
  isTriggered,
  type Read,
  said,
  type TriggeredCase,
  within,
} from './case-file.ts';
import { differ, finding, listed, seconds } from './finding.ts';
import { brokerDeaths } from './hold.ts';
import { baselineIncidents, isForeign, ownIncidents } from './ownership.ts';
import { judgeLoneIncident, judgeLoneStore } from './store-alone.ts';

/** Whether the halt is recorded as it is claimed: in the store, at its level, with its incident, and the same in both. */
export function judgeBrokerState(c: CaseFile): Finding[] {
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

function alreadyHalted(c: CaseFile): Finding[] {
  const before = storeBefore(c);
  if (levelIn(before) !== c.plan.expect.level) return [];
  return [
    finding(
      'vacuous-target',
      brokerSubject(c),
      `The store of ${c.plan.broker} held level ${c.plan.expect.level} before the trigger already.`,
      [before?.id],
    ),
  ];
}

function unpersisted(c: TriggeredCase): Finding[] {
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
  return [
    finding(
      'unpersisted-halt',
      brokerSubject(c),
      `${c.plan.broker} says ${describe(claimed.state)}; its store, read without it, still holds what it held before the trigger (level ${levelIn(late) ?? 'none'}).`,
      [claimed.id, before?.id, late.id],
    ),
  ];
}

// What never names an asset says nothing of it; a halt that is somebody else's may well be of another one.
function otherAsset(c: TriggeredCase): Finding[] {
  const { reply, outcomeId } = c.trigger;
  const own = (state: BrokerState): string | null =>
    state.level === c.plan.expect.level && !isForeign(c, state) ? state.asset : null;
  const halt = { fromMs: c.anchorMs, toMs: c.haltEndMs };
  const named = [
    { where: 'reply', id: outcomeId, asset: reply?.acknowledged === true ? reply.state?.asset : null },
    ...said(within(brokerAnswers(c), halt)).map(({ id, value }) => ({ where: 'API', id, asset: own(value) })),
    ...said(within(c.store, halt)).map(({ id, value: { state } }) => ({
      where: 'store',
      id,
      asset: own(state),
    })),
  ];
  const other = named.find(({ asset }) => (asset ?? '') !== '' && asset !== c.plan.asset);
  if (other === undefined) return [];
  return [
    finding(
      'wrong-asset',
      brokerSubject(c),
      `The drill asked for a halt of ${c.plan.asset ?? 'everything'}, and the ${other.where} of ${c.plan.broker} names ${other.asset}.`,
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

function downgraded(c: TriggeredCase): Finding[] {
  const { level } = c.plan.expect;
  const base = levelIn(storeBefore(c));
  for (const [index, span] of livesSpans(c).entries()) {
    const api = said(within(brokerAnswers(c), span)).map((read) => ({
      ...read,
      state: read.value,
      where: 'Its API',
    }));
    const store = said(within(c.store, span)).map((read) => ({
      ...read,
      state: read.value.state,
      where: 'Its store',
    }));
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
      const since = seconds(other.sentMs - c.anchorMs);
      return [
        finding(
          'silent-downgrade',
          brokerSubject(c),
          `${other.where} showed level ${other.state.level} instead of ${level} ${since} after T0, and nobody had resumed.`,
          [haltedState(c)?.id, other.id],
        ),
      ];
    }
  }
  return [];
}

function incidents(c: TriggeredCase): Finding[] {
  const span = { fromMs: c.anchorMs, toMs: c.haltEndMs };
  const { level } = c.plan.expect;
  const known = baselineIncidents(c);
  const snapshots = said(within(c.store, span));
  const rowsIn = (reads: typeof snapshots): Map<string, IncidentRow> =>
    new Map(
      reads
        .flatMap(({ value }) => value.incidents ?? [])
        .filter((row) => !known.has(row.id) && ownIncidents(c).has(row.id))
        .map((row) => [row.id, row]),
    );
  const own = rowsIn(snapshots);
  // One that only the undo writes down was opened by this halt too.
  const ever = rowsIn(said(c.store.filter((read) => read.sentMs >= c.anchorMs)));
  if (ever.size > 1) {
    return [
      finding(
        'duplicate-incident',
        brokerSubject(c),
        `One trigger opened ${ever.size} incidents: ${listed([...ever.keys()])}.`,
        [
          said(c.store).find(({ value }) => value.incidents?.some((row) => row.id === [...ever.keys()][1]))
            ?.id,
        ],
      ),
    ];
  }
  if (c.plan.expect.incident !== 'open') return [];
  const early = snapshots.find(
    ({ value }) =>
      value.state.level === level &&
      value.incidents?.some((row) => own.has(row.id)) === true &&
      value.incidents.every((row) => !own.has(row.id) || row.resolvedAt !== null),
  );
  if (early !== undefined) {
    return [
      finding(
        'missing-incident',
        brokerSubject(c),
        `Incident ${listed([...own.keys()])} was resolved in the store ${seconds(early.sentMs - c.anchorMs)} after T0, with level ${level} still in force and nobody having resumed.`,
        [early.id],
      ),
    ];
  }
  const first = firstLifeSpan(c);
  const api = said(within(brokerAnswers(c), first)).filter((read) => read.value.level === level);
  const states = snapshots.filter((read) => read.value.state.level === level);
  const open = snapshots.some(({ value }) =>
    value.incidents?.some((row) => !known.has(row.id) && row.resolvedAt === null),
  );
  const shown =
    api.some((r) => r.value.incident !== null) || states.some((r) => r.value.state.incident !== null) || open;
  const replied = haltAcknowledged(c) && c.trigger.reply?.state?.incident != null;
  if (shown || (api.length === 0 && states.length === 0) || (api.length === 0 && replied)) return [];
  return [
    finding(
      'missing-incident',
      brokerSubject(c),
      `${c.plan.broker} is at level ${level}, and neither its API nor its store has an open incident.`,
      [api.at(-1)?.id, states.at(-1)?.id],
    ),
  ];
}

interface Disagreement {
  readonly before: Read<StoreSnapshot>;
  readonly api: Read<BrokerState>;
}

// Only three store-api-store triples in a row, over a second, are more than a race between two readers.
// A broker that must be gone has its time until the deadline; that it answers later is no disagreement, but a stop that failed.
function split(c: TriggeredCase): Finding[] {
  const toMs = c.brokerMustStop ? Math.min(c.trigger.deadlineMs, c.haltEndMs) : c.haltEndMs;
  const span = { fromMs: c.anchorMs, toMs };
  const store = within(c.store, span);
  let run: Disagreement[] = [];
  for (const api of within(brokerAnswers(c), span)) {
    const before = store.findLast((read) => read.receivedMs <= api.sentMs);
    const after = store.find((read) => read.sentMs >= api.receivedMs);
    if (
      api.reading.kind !== 'present' ||
      before?.reading.kind !== 'present' ||
      after?.reading.kind !== 'present'
    ) {
      run = [];
      continue;
    }
    const [left, right] = [before.reading.value.state, after.reading.value.state];
    const settled = FIELDS.every((field) => left[field] === right[field]);
    const fields = settled ? differing(c, api.reading.value, left) : [];
    if (fields.length === 0) {
      run = [];
      continue;
    }
    const last = { before, api };
    run.push(last);
    const [first = last] = run;
    const length = api.sentMs - first.api.receivedMs;
    if (run.length >= 3 && length >= 1000) {
      return [
        finding(
          'split-state',
          brokerSubject(c),
          `For ${seconds(length)} and more the API said ${describe(api.reading.value)} and the store ${describe(left)}: ${differ(fields)}.`,
          [first.before.id, first.api.id, before.id, api.id],
        ),
      ];
    }
  }
  return [];
}

// A source that never names a field does not disagree about it.
function differing(c: CaseFile, api: BrokerState, store: BrokerState): string[] {
  return FIELDS.filter((field) => {
    if (api[field] === store[field]) return false;
    return (
      said(brokerAnswers(c)).some(({ value }) => value[field] !== null) &&
      said(c.store).some(({ value }) => value.state[field] !== null)
    );
  });
}
