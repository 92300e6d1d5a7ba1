import type { Finding } from '../../model/verdict.ts';
import {
  baselineIncidents,
  brokerSubject,
  type CaseFile,
  isForeign,
  ownIncidents,
  type Read,
  said,
  type TriggeredCase,
  within,
} from '../evidence/index.ts';
import { type Fault, fault, spanning } from '../finding.ts';

// What is asked of the broker's store where the broker itself must be gone: nothing else is left to say that the fleet is
// halted, so what API and reply say counts for nothing here.

/** Whether the store came to hold the halt, and went on holding it once nobody was there to write it. */
export function judgeLoneStore(c: TriggeredCase): Fault[] {
  const { level } = c.plan.expect;
  const deadline = c.trigger.deadlineMs;
  const halted = within(c.store, { fromMs: c.anchorMs, toMs: c.haltEndMs }).filter(
    ({ reading }) => reading.kind !== 'unreadable',
  );
  const before = c.store.findLast((r) => r.receivedMs <= c.anchorMs && r.reading.kind !== 'unreadable');
  const recorded = halted.findIndex((read) => levelIn(read) === level);
  const late = halted.find((read) => read.sentMs >= deadline && levelIn(read) !== level);
  if (recorded >= 0) {
    const lost = halted.slice(recorded).find((read) => levelIn(read) !== level && !foreign(c, read));
    if (lost !== undefined) return [changed(c, lost, halted[recorded]?.id)];
    if (late === undefined || late.sentMs > (halted[recorded]?.sentMs ?? 0)) return [];
  }
  if (late === undefined) {
    // What cannot be read at all when the halt ends is the judge of sources' to say.
    if (halted.length === 0) return [];
    return [
      fault('unreadable-store', 'not after deadline', brokerSubject(c), { level }, [halted.at(-1)?.id]),
    ];
  }
  if (foreign(c, late)) return [];
  const now = levelIn(late);
  if (now !== null && now !== levelIn(before)) return [changed(c, late, before?.id)];
  return [
    fault(
      'unpersisted-halt',
      'not in lone store',
      brokerSubject(c),
      { afterMs: late.sentMs - c.anchorMs, level: now },
      [before?.id, late.id],
    ),
  ];
}

function changed(c: CaseFile, read: Read<StoreValue>, earlier: string | undefined): Fault {
  const gaveUp = fault(
    'silent-downgrade',
    'store gave up',
    brokerSubject(c),
    { level: levelIn(read), expected: c.plan.expect.level, afterMs: read.sentMs - c.anchorMs },
    [earlier, read.id],
  );
  return spanning(gaveUp, read.sentMs, c.haltEndMs);
}

type StoreValue = CaseFile['store'][number] extends Read<infer T> ? T : never;

function levelIn(read: Read<StoreValue> | undefined): number | null {
  return read?.reading.kind === 'present' ? read.reading.value.state.level : null;
}

function foreign(c: CaseFile, { reading }: Read<StoreValue>): boolean {
  return reading.kind === 'present' && isForeign(c, reading.value.state);
}

/** Whether the one incident of this halt is open in the store, with the drill's nonce, when the halt ends. */
export function judgeLoneIncident(c: CaseFile): Finding[] {
  const { level, incident } = c.plan.expect;
  const known = baselineIncidents(c);
  const snapshots = said(within(c.store, { fromMs: c.anchorMs, toMs: c.haltEndMs }));
  const own = new Set<string>();
  for (const { value } of snapshots) {
    const ids = [value.state.incident, ...(value.incidents ?? []).map((row) => row.id)];
    for (const id of ids) if (id !== null && !known.has(id) && ownIncidents(c).has(id)) own.add(id);
  }
  if (own.size > 1) {
    return [
      fault('duplicate-incident', 'several', brokerSubject(c), { ids: [...own] }, [snapshots.at(-1)?.id]),
    ];
  }
  const last = snapshots.findLast(({ value }) => value.state.level === level);
  if (incident !== 'open' || last === undefined || isForeign(c, last.value.state)) return [];
  const { state, incidents } = last.value;
  const carries = (reason: string | null): boolean => reason?.includes(c.opened.nonce) === true;
  const isOpen =
    incidents === null
      ? state.incident !== null && !known.has(state.incident) && carries(state.reason)
      : incidents.some(
          (row) =>
            !known.has(row.id) &&
            row.resolvedAt === null &&
            carries(row.reason ?? (row.id === state.incident ? state.reason : null)),
        );
  if (isOpen) return [];
  return [fault('missing-incident', 'none with nonce', brokerSubject(c), { level }, [last.id])];
}
