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
import { type Fault, finding, listed, seconds, spanning } from '../finding.ts';

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
      finding(
        'unreadable-store',
        brokerSubject(c),
        `The store was not read after the deadline, and no reading before it shows level ${level}.`,
        [halted.at(-1)?.id],
      ),
    ];
  }
  if (foreign(c, late)) return [];
  const now = levelIn(late);
  if (now !== null && now !== levelIn(before)) return [changed(c, late, before?.id)];
  return [
    finding(
      'unpersisted-halt',
      brokerSubject(c),
      `${seconds(late.sentMs - c.anchorMs)} after T0 the store of ${c.plan.broker} held what it had held before the trigger (level ${now ?? 'none'}), and where ${c.plan.broker} must be gone nothing else knows of the halt.`,
      [before?.id, late.id],
    ),
  ];
}

function changed(c: CaseFile, read: Read<StoreValue>, earlier: string | undefined): Fault {
  const now = levelIn(read);
  const fault = finding(
    'silent-downgrade',
    brokerSubject(c),
    `The store showed ${now === null ? 'no state at all' : `level ${now}`} instead of level ${c.plan.expect.level} ${seconds(read.sentMs - c.anchorMs)} after T0, and nobody had resumed.`,
    [earlier, read.id],
  );
  return spanning(fault, read.sentMs, c.haltEndMs);
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
      finding(
        'duplicate-incident',
        brokerSubject(c),
        `One trigger opened ${own.size} incidents: ${listed([...own])}.`,
        [snapshots.at(-1)?.id],
      ),
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
  return [
    finding(
      'missing-incident',
      brokerSubject(c),
      `The store of ${c.plan.broker} holds level ${level}, and no open incident that carries this drill's nonce.`,
      [last.id],
    ),
  ];
}
