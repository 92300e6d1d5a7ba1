import type { PlannedService } from '../../../src/drill/model/plan.ts';
import { type Evidence, ofKind } from './evidence.ts';
import type { Lack } from './lack.ts';
import { aliveAt, decidedAt, firstSeen, goneIn, type Seen } from './seen.ts';
import { answers, oldIncidents, stored } from './state.ts';
import { familyOf } from './stops.ts';
import { isBrief, livesIn, missingWork, steadyOf } from './survivors.ts';

/** When the last of what had to come back was there again, by what was seen; null where nothing was undone. */
function returnedAt(e: Evidence): number | null {
  if (e.undone === null) return null;
  const back = e.plan.services
    .filter(({ role }) => role === 'target')
    .flatMap((service) => firstLasting(e, service) ?? []);
  return Math.max(e.undone, ...back);
}

/** Until when it must be watched: back, and up for a while. */
export function provenAt(e: Evidence): number {
  return (returnedAt(e) ?? e.haltEnd) + (e.undone === null ? 0 : e.plan.timing.settleMs);
}

function firstLasting(e: Evidence, service: PlannedService): number | null {
  const end = e.good.get(service.host)?.at(-1)?.receivedMs ?? 0;
  const there = livesIn(e, service, e.haltEnd, end).filter((life) => isThere(e, service, life, end));
  const lasting = lastingOf(e, service, there);
  return lasting.length === 0 ? null : Math.max(...lasting.map((life) => firstSeen(life).sentMs));
}

// For a moment, beside all that are needed: a command of the same script (DESIGN section 6).
function lastingOf(e: Evidence, service: PlannedService, there: readonly Seen[]): readonly Seen[] {
  const before = rootsOf(steadyOf(e, service));
  const lasting = rootsOf(there).filter((life) => before.includes(life) || !isBrief(e, life));
  return lasting.length >= before.length ? lasting : rootsOf(there);
}

function isThere(e: Evidence, { host, name }: PlannedService, life: Seen, ms: number): boolean {
  return aliveAt(life, e.good.get(host) ?? [], ms) && decidedAt(life, ms)?.services.includes(name) === true;
}

// A worker that looks like its parent is none of the lives that are counted.
function rootsOf(lives: readonly Seen[]): Seen[] {
  return lives.filter((life) => !lives.some((one) => one !== life && life.kin.has(one.pid)));
}

/** As many lives of each kind as before, working, none of the old ones of a target among them; and the broker without a halt. */
export function missingRestoration(e: Evidence): Lack[] {
  const proven = provenAt(e);
  const lacks = e.plan.services.flatMap((service) => missingOf(e, service, proven));
  return e.undone === null ? lacks : [...lacks, ...missingRelease(e), ...helped(e)];
}

function missingOf(e: Evidence, service: PlannedService, provenMs: number): Lack[] {
  const about = { part: 'restored', host: service.host, service: service.name } as const;
  const good = e.good.get(service.host) ?? [];
  const end = Math.max(provenMs, good.at(-1)?.receivedMs ?? 0);
  const before = rootsOf(steadyOf(e, service));
  const there = livesIn(e, service, e.haltEnd, end).filter((life) => isThere(e, service, life, end));
  const after = lastingOf(e, service, there);
  const kinds = (lives: readonly Seen[], ms: number): string =>
    lives
      .map((life) => decidedAt(life, ms)?.fingerprint ?? '?')
      .toSorted()
      .join(' ');
  const lacks: Lack[] = [];
  if (after.length !== before.length)
    lacks.push({ ...about, says: `${before.length} of it were there, and ${after.length} are` });
  else if (kinds(before, e.t0) !== kinds(after, end))
    lacks.push({ ...about, says: 'what came back is something else' });
  if (service.role !== 'target') return lacks;
  const old = [...before, ...familyOf(e, service)];
  if (old.some((life) => aliveAt(life, good, end)))
    lacks.push({ ...about, says: 'an old life is still there' });
  const back = firstLasting(e, service);
  const { restoreWithinMs, maxGapMs } = e.plan.timing;
  if (back !== null && e.undone !== null && back - maxGapMs > e.undone + restoreWithinMs)
    lacks.push({ ...about, says: 'it came back late' });
  const fell = livesIn(e, service, e.undone ?? e.haltEnd, end).find(
    (life) =>
      !before.includes(life) &&
      !isBrief(e, life) &&
      goneIn(life, good, end) !== null &&
      firstSeen(life).sentMs >= e.haltEnd,
  );
  if (fell !== undefined) lacks.push({ ...about, says: `it came back as pid ${fell.pid}, and went again` });
  // It may have come back frozen; it has to have worked for as long as it is watched.
  const working = missingWork(e, service, Math.max(back ?? end, end - e.plan.timing.settleMs), end);
  return back === null ? lacks : [...lacks, ...working.map(asReturned)];
}

const asReturned = (lack: Lack): Lack => ({ ...lack, part: 'restored' });

function missingRelease(e: Evidence): Lack[] {
  const host = e.plan.services.find(({ name }) => name === e.plan.broker)?.host;
  const about = {
    part: 'restored',
    ...(host === undefined ? {} : { host }),
    service: e.plan.broker,
  } as const;
  const lacks: Lack[] = [];
  const [store, answer] = [stored(e).at(-1), answers(e).at(-1)];
  for (const says of missingSteps(e)) lacks.push({ ...about, says });
  const { store: reads = true, status = true } = e.plan.sources;
  const since = e.undone ?? Infinity;
  if (reads && (store === undefined || store.sentMs < since || store.value.state.level !== 0))
    lacks.push({ ...about, says: 'the store does not say that the halt is lifted' });
  if (status && (answer === undefined || answer.sentMs < since || answer.value.level !== 0))
    lacks.push({ ...about, says: 'the API does not say that the halt is lifted' });
  const rows = store?.value.incidents ?? [];
  const known = stored(e)
    .filter(({ sentMs, receivedMs }) => sentMs >= e.t0 && receivedMs <= e.haltEnd)
    .flatMap(({ value }) => value.incidents ?? []);
  const old = new Set(oldIncidents(e));
  for (const { id, level, reason } of known) {
    const now = rows.find((row) => row.id === id);
    if (now?.level !== level || now.reason !== reason) lacks.push({ ...about, says: `${id} was rewritten` });
    else if (now.resolvedAt === null && !old.has(id)) lacks.push({ ...about, says: `${id} is still open` });
  }
  return lacks.filter((lack, index) => lacks.findIndex(({ says }) => says === lack.says) === index);
}

// Each step of a resume by hand has ended well; one that a person did elsewhere shows in what came of it.
function missingSteps(e: Evidence): string[] {
  const ended = ofKind(e.entries, 'outcome').filter(
    ({ act, command, byHand }) =>
      act.act === 'manual-step' && (byHand || (command?.kind === 'present' && command.value.exitCode === 0)),
  );
  const planned = e.plan.manualResume.length;
  return e.plan.resume === 'manual' && ended.length < planned
    ? [`${ended.length} of ${planned} steps were taken`]
    : [];
}

// Where the broker resumes, what the runner had to start the broker did not.
function helped(e: Evidence): Lack[] {
  if (e.plan.resume !== 'api') return [];
  return ofKind(e.entries, 'intent').flatMap(({ act }): Lack[] =>
    act.act === 'start-service'
      ? [{ part: 'restored', host: act.host, service: act.service, says: 'the runner had to start it' }]
      : [],
  );
}
