import type { PlannedService } from '../../../src/drill/model/plan.ts';
import { type Evidence, tableOf } from './evidence.ts';
import type { Lack } from './lack.ts';
import { firstSeen, goneIn, lastSeen, lookAt, type Seen, wasService } from './seen.ts';
import { killOf } from './state.ts';
import { baselineOf } from './stops.ts';

/** A survivor is there throughout by the same root, works, and is no more and no fewer than it was; but for the drill's own crash. */
export function missingSurvival(e: Evidence, service: PlannedService, untilMs: number): Lack[] {
  const about = { host: service.host, service: service.name };
  const roots = steadyOf(e, service).filter((life, _, all) => !all.some(({ pid }) => life.kin.has(pid)));
  const lacks: Lack[] = [];
  if (roots.length === 0 || baselineOf(e, service).length < service.instances)
    lacks.push({ part: 'baseline', ...about, says: 'it was not there before the trigger' });
  if (e.plan.crash === service.name) return [...lacks, ...missingReturn(e, service, roots, untilMs)];
  const good = e.good.get(service.host) ?? [];
  for (const life of roots) {
    if (goneIn(life, good, untilMs) !== null)
      lacks.push({ part: 'survivor', ...about, says: `pid ${life.pid} did not stay` });
  }
  return [...lacks, ...missingWork(e, service, e.t0, untilMs)];
}

/** The lives of a service on its host that were it at some time from then to then. */
export function livesIn(e: Evidence, { name, host }: PlannedService, fromMs: number, toMs: number): Seen[] {
  return (e.lives.get(host) ?? []).filter((life) => wasService(life, name, fromMs, toMs));
}

/** What was there as the trigger left, but for a command of the same script that was there for a moment beside it. */
export function steadyOf(e: Evidence, service: PlannedService): Seen[] {
  const all = baselineOf(e, service);
  return all.filter((life) => !isBrief(e, life) || all.every((other) => isBrief(e, other)));
}

export function isBrief({ plan }: Evidence, life: Seen): boolean {
  const isLong = lastSeen(life).receivedMs - firstSeen(life).sentMs > plan.timing.maxGapMs;
  return !isLong || life.sightings.filter(({ sample }) => sample.mode === 'full').length < 2;
}

// Exactly one new life, soon after the kill, and the one that was killed was its own.
function missingReturn(
  e: Evidence,
  service: PlannedService,
  roots: readonly Seen[],
  untilMs: number,
): Lack[] {
  const about = { part: 'crash', host: service.host, service: service.name } as const;
  const kill = killOf(e);
  if (kill === null) return [{ ...about, says: 'it was not killed' }];
  const { pid, start } = kill;
  const lacks: Lack[] = [];
  if (!kill.done) lacks.push({ ...about, says: 'the kill failed' });
  if (!roots.some((life) => life.pid === pid && life.start === start))
    lacks.push({ ...about, says: `pid ${pid}, which was killed, was not it` });
  const gone = roots.flatMap((life) => goneIn(life, e.good.get(service.host) ?? [], untilMs) ?? []);
  if (gone.length < roots.length) lacks.push({ ...about, says: 'it was not seen to die' });
  if (gone.some(({ receivedMs }) => receivedMs < kill.fromMs))
    lacks.push({ ...about, says: 'it died before' });
  const lasting = livesIn(e, service, kill.fromMs, untilMs)
    .filter((life) => !roots.includes(life) && !roots.some((root) => life.kin.has(root.pid)))
    .filter((life, _, all) => !all.some(({ pid: other }) => life.kin.has(other)))
    // For a moment, beside one that stays: a status command of the same script. A second instance takes two full reads (DESIGN section 6).
    .filter((life, _, all) => !isBrief(e, life) || all.every((other) => isBrief(e, other)));
  const [back] = lasting;
  if (lasting.length !== 1 || back === undefined)
    return [
      ...lacks,
      {
        ...about,
        part: back === undefined ? 'crash' : 'elsewhere',
        says: `${lasting.length} lives came after it`,
      },
    ];
  if (firstSeen(back).receivedMs > kill.toMs + e.plan.timing.crashWithinMs)
    lacks.push({ ...about, says: 'it came back late' });
  if (goneIn(back, e.good.get(service.host) ?? [], untilMs) !== null)
    lacks.push({ ...about, says: 'it came back and went again' });
  return [...lacks, ...missingWork(e, service, firstSeen(back).receivedMs, untilMs)];
}

/** None of its lives is stopped by a signal for longer than max-gap, and where a heartbeat is declared it beats. */
export function missingWork(e: Evidence, service: PlannedService, fromMs: number, untilMs: number): Lack[] {
  const about = { part: 'survivor', host: service.host, service: service.name } as const;
  const lacks: Lack[] = [];
  for (const life of livesIn(e, service, fromMs, untilMs)) {
    let since: number | null = null;
    for (const { sample, state } of life.sightings) {
      if (sample.receivedMs < fromMs || sample.sentMs > untilMs) continue;
      const still = /^[Tt]$/.test(state) && lookAt(life, sample.receivedMs)?.services.includes(service.name);
      since = still ? (since ?? sample.sentMs) : null;
      if (since === null || sample.receivedMs - since <= e.plan.timing.maxGapMs) continue;
      lacks.push({ ...about, says: `pid ${life.pid} was frozen from ${since}` });
      break;
    }
  }
  return [...lacks, ...missingBeats(e, service, fromMs, untilMs)];
}

function missingBeats(e: Evidence, service: PlannedService, fromMs: number, untilMs: number): Lack[] {
  if (service.heartbeat === null) return [];
  const about = { part: 'survivor', host: service.host, service: service.name } as const;
  const beats = (e.good.get(service.host) ?? [])
    .filter(({ sentMs, receivedMs }) => receivedMs >= fromMs && sentMs <= untilMs)
    .flatMap((sample) => {
      const beat = tableOf(sample)?.heartbeats[service.name];
      return beat === undefined ? [] : [{ beat, sentMs: sample.sentMs }];
    });
  if (beats.every(({ beat }) => beat.kind !== 'present'))
    return [{ ...about, says: 'its heartbeat was not read' }];
  for (const [index, { beat, sentMs }] of beats.entries()) {
    const next = beats[index + 1];
    if (next?.beat.kind !== 'present' || beat.kind !== 'present') continue;
    if (
      next.sentMs - sentMs < 4 * service.heartbeat.everyMs ||
      JSON.stringify(next.beat.value) !== JSON.stringify(beat.value)
    )
      continue;
    return [{ ...about, says: `its heart did not beat from ${sentMs} to ${next.sentMs}` }];
  }
  return [];
}
