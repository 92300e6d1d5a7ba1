import type { BrokerState, StoreSnapshot } from '../../../src/drill/model/broker-state.ts';
import type { Timed } from '../../../src/drill/model/reading.ts';
import { type Evidence, ofKind, once } from './evidence.ts';
import type { Lack } from './lack.ts';
import { wasService } from './seen.ts';

export interface Told<T> {
  readonly sentMs: number;
  readonly receivedMs: number;
  readonly value: T;
}

function told<T>(reads: readonly Timed<T>[]): Told<T>[] {
  return reads.flatMap(({ sentMs, receivedMs, reading }) =>
    reading.kind === 'present' ? [{ sentMs, receivedMs, value: reading.value }] : [],
  );
}

/** The file that was read first: what has taken its place may be anybody's. */
export function stored(e: Evidence): Told<StoreSnapshot>[] {
  const all = told(ofKind(e.entries, 'store').map(({ read }) => read));
  return all.filter(({ value }) => value.inode === all[0]?.value.inode);
}

/** Answers count only while a process of the broker is there, if it has one in the inventory. */
export function answers(e: Evidence): Told<BrokerState>[] {
  const all = told(ofKind(e.entries, 'status').map(({ read }) => read));
  const broker = e.plan.services.find(({ name }) => name === e.plan.broker);
  if (broker === undefined) return all;
  const lives = (e.lives.get(broker.host) ?? []).filter((life) => wasService(life, broker.name, 0, Infinity));
  const showing = new Set(lives.flatMap(({ sightings }) => sightings.map(({ sample }) => sample)));
  const good = e.good.get(broker.host) ?? [];
  return all.filter(({ sentMs, receivedMs }) => {
    const before = good.findLast((sample) => sample.receivedMs <= sentMs);
    const after = good.find((sample) => sample.sentMs >= receivedMs);
    return [before, after].some((sample) => sample !== undefined && showing.has(sample));
  });
}

/** When the store first held the halt; where there is no store, when the API first said so. Null: never. */
export function verifiedAt(e: Evidence): number | null {
  const { store = true, status = true } = e.plan.sources;
  const read = [
    ...(store ? stored(e).map((one) => ({ ...one, state: one.value.state })) : []),
    ...(!store && status ? answers(e).map((one) => ({ ...one, state: one.value })) : []),
  ].find((one) => one.sentMs >= e.t0 && one.receivedMs <= e.haltEnd && isOurs(e, one.state));
  return read?.receivedMs ?? null;
}

function isOurs(e: Evidence, state: BrokerState): boolean {
  return (
    state.level === e.plan.expect.level &&
    state.asset === e.plan.asset &&
    (state.reason === null || state.reason.includes(e.nonce))
  );
}

/** The kill that the drill meant; where no outcome of it is on record, what was seen must show it. */
export function killOf(e: Evidence) {
  const intent = ofKind(e.entries, 'intent').find(({ act }) => act.act === 'crash');
  if (intent?.act.act !== 'crash') return null;
  const outcome = ofKind(e.entries, 'outcome').find((one) => one.intent === intent.id);
  const command = outcome?.command;
  const done = outcome === undefined || (command?.kind === 'present' && command.value.exitCode === 0);
  const [fromMs, toMs] = [outcome?.startedMs ?? intent.atMs, outcome?.endedMs ?? intent.atMs];
  return { ...intent.act, fromMs, toMs, done };
}

/** When the broker that the drill killed answered again, and the store was read after that; null where nothing shows it. */
export function backAt(e: Evidence): number | null {
  const kill = killOf(e);
  if (kill === null) return null;
  const { host, service, pid, start } = kill;
  const fresh = (e.lives.get(host) ?? []).filter(
    (life) => (life.pid !== pid || life.start !== start) && wasService(life, service, kill.fromMs, e.haltEnd),
  );
  const born = Math.min(...fresh.map(({ sightings }) => sightings[0]?.sample.sentMs ?? Infinity));
  if (born === Infinity) return null;
  if (e.plan.sources.status === false || service !== e.plan.broker) return born;
  return (
    answers(e).find(({ sentMs, receivedMs }) => sentMs >= born && receivedMs <= e.haltEnd)?.receivedMs ?? null
  );
}

/** Before the trigger there was no halt; by the deadline there is; it says the same to its end, of whoever is asked. */
export function missingState(e: Evidence): Lack[] {
  return once(e, 'state', () => lackingState(e));
}

function lackingState(e: Evidence): Lack[] {
  const { store = true, status = true } = e.plan.sources;
  const host = e.plan.services.find(({ name }) => name === e.plan.broker)?.host;
  const about = { part: 'state', ...(host === undefined ? {} : { host }), service: e.plan.broker } as const;
  const lacks: Lack[] = [];
  if (store) {
    const own = stored(e).map(({ value, ...when }) => ({ ...when, value: value.state }));
    // A store that is not there yet holds no halt.
    const looked = ofKind(e.entries, 'store').some(
      ({ read }) => read.receivedMs <= e.t0 && read.reading.kind === 'absent',
    );
    for (const says of missingIn(e, own, looked)) lacks.push({ ...about, says: `the store ${says}` });
    lacks.push(...missingIncident(e).map((says) => ({ ...about, says })));
  }
  if (status)
    for (const says of missingIn(e, answers(e), null)) lacks.push({ ...about, says: `the API ${says}` });
  if (store && status && disagree(e)) lacks.push({ ...about, says: 'API and store disagree' });
  return lacks;
}

function missingIn(e: Evidence, reads: readonly Told<BrokerState>[], lookedBefore: boolean | null): string[] {
  const says: string[] = [];
  const before = reads.filter(({ receivedMs }) => receivedMs <= e.t0);
  if (before.length === 0 && lookedBefore !== true) says.push('was not read before the trigger');
  if (before.some(({ value }) => value.level !== 0)) says.push('had a halt before the trigger');
  const halted = reads.filter(({ sentMs, receivedMs }) => sentMs >= e.t0 && receivedMs <= e.haltEnd);
  const first = halted.find(({ value }) => value.level === e.plan.expect.level);
  // At a level that ends the broker itself, nobody may have had the time to ask it.
  const brief = e.plan.services.some(({ name, role }) => name === e.plan.broker && role === 'target');
  if (first === undefined) return brief && lookedBefore === null ? says : [...says, 'never had the halt'];
  if (first.receivedMs > e.deadline) says.push('had the halt late');
  const wrong = halted.filter(({ sentMs }) => sentMs > first.sentMs).find(({ value }) => !isOurs(e, value));
  if (wrong !== undefined) says.push(`has another state at ${wrong.sentMs}`);
  const back = e.plan.crash === null ? null : backAt(e);
  if (back !== null && !halted.some(({ sentMs }) => sentMs >= back - 300))
    says.push('was not read after the crash');
  if (!brief && !halted.some(({ sentMs }) => sentMs >= e.haltEnd - 2 * e.plan.timing.maxGapMs))
    says.push('was not read at the end of the halt');
  return says;
}

/** Incidents that were there before the trigger. */
export function oldIncidents(e: Evidence): string[] {
  return stored(e)
    .filter(({ receivedMs }) => receivedMs <= e.t0)
    .flatMap(({ value }) => (value.incidents ?? []).map(({ id }) => id));
}

function missingIncident(e: Evidence): string[] {
  if (e.plan.expect.incident !== 'open' || !e.plan.sources.incidents) return [];
  const old = new Set(oldIncidents(e));
  const during = stored(e).filter(({ sentMs, receivedMs }) => sentMs >= e.t0 && receivedMs <= e.haltEnd);
  const fresh = during.map(({ value }) =>
    (value.incidents ?? []).filter(({ id, resolvedAt }) => resolvedAt === null && !old.has(id)),
  );
  const named = answers(e).filter(({ sentMs, receivedMs }) => sentMs >= e.t0 && receivedMs <= e.haltEnd);
  const last = [fresh.at(-1)?.[0]?.id, during.at(-1)?.value.state.incident, named.at(-1)?.value.incident];
  if (last.every((id) => id === undefined || id === null || old.has(id))) return ['no incident is open'];
  const begun = fresh.findIndex((rows) => rows.length > 0);
  if (begun !== -1 && fresh.slice(begun).some((rows) => rows.length === 0)) return ['the incident is gone'];
  if (fresh.some((rows) => rows.length > 1)) return ['there is more than one incident'];
  return fresh.flat().some(({ reason }) => reason?.includes(e.nonce) === false)
    ? ['the incident is not ours']
    : [];
}

/**
 * For a second and more, by answers that lie between two readings of a store that stood still: under the halt, or to the end of the
 * drill. In between a broker may need as long to resume.
 */
function disagree(e: Evidence): boolean {
  const all = answers(e).filter(({ sentMs }) => sentMs >= e.t0);
  const halted = all.filter(({ receivedMs }) => receivedMs <= e.haltEnd);
  const rest = all.filter(({ receivedMs }) => receivedMs > e.haltEnd);
  return disagreements(e, halted).some((ms) => ms >= 1000) || (disagreements(e, rest).at(-1) ?? 0) >= 1000;
}

/** For how long they had been at odds, at each answer of which that can be told. */
function disagreements(e: Evidence, said: readonly Told<BrokerState>[]): number[] {
  const own = stored(e);
  const lasted: number[] = [];
  let since: number | null = null;
  for (const { sentMs, receivedMs, value } of said) {
    const [before, after] = [
      own.findLast((one) => one.receivedMs <= sentMs)?.value.state,
      own.find((one) => one.sentMs >= receivedMs)?.value.state,
    ];
    if (before === undefined || JSON.stringify(before) !== JSON.stringify(after)) continue;
    const other = (['level', 'incident', 'reason', 'asset'] as const).some(
      (key) =>
        value[key] !== before[key] && (key === 'level' || (value[key] !== null && before[key] !== null)),
    );
    since = other ? (since ?? receivedMs) : null;
    lasted.push(since === null ? 0 : Math.max(0, sentMs - since));
  }
  return lasted;
}
