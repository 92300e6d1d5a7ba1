import type { RecordedDetail, Sample } from '../../../src/drill/model/sample.ts';

/** One life of a process, as the samples of one host show it. */
export interface Seen {
  readonly key: string;
  readonly pid: number;
  readonly start: number;
  /** Every sample that shows it alive, with its state there. */
  readonly sightings: { readonly sample: Sample; readonly state: string }[];
  /** Every look into it, in order: what it is counts by the last one. */
  readonly looks: { readonly sample: Sample; readonly detail: RecordedDetail }[];
  /** Its parents, process groups and sessions, as ever seen. */
  readonly kin: Set<number>;
}

/** Dead is what has no thread that runs: a zombie may have others than its main one. */
function hasEnded(state: string, liveThreads: number | undefined): boolean {
  return state === 'X' || (state === 'Z' && liveThreads === 0);
}

export function seenLives(samples: readonly Sample[]): Seen[] {
  const lives = new Map<string, Seen>();
  for (const sample of samples) {
    if (sample.seen.kind !== 'present') continue;
    const { scope, rows, details } = sample.seen.value;
    const looked = new Map(details.map((detail) => [`${detail.pid} ${detail.start}`, detail]));
    for (const row of rows) {
      if (hasEnded(row.state, row.liveThreads)) continue;
      const short = `${row.pid} ${row.start}`;
      const key = `${scope.bootId} ${scope.pidNamespace} ${short}`;
      const { pid, start } = row;
      const life = lives.get(key) ?? { key, pid, start, sightings: [], looks: [], kin: new Set<number>() };
      lives.set(key, life);
      life.sightings.push({ sample, state: row.state });
      for (const one of [row.ppid, row.pgrp, row.sid]) if (one !== row.pid) life.kin.add(one);
      const detail = looked.get(short);
      if (detail !== undefined) life.looks.push({ sample, detail });
    }
  }
  return [...lives.values()];
}

export const firstSeen = ({ sightings }: Seen): Sample => sampleAt(sightings, 0);
export const lastSeen = ({ sightings }: Seen): Sample => sampleAt(sightings, -1);

function sampleAt(sightings: Seen['sightings'], index: number): Sample {
  const sighting = sightings.at(index);
  if (sighting === undefined) throw new Error('a life that was never seen');
  return sighting.sample;
}

/** The last look by then; the first one there is where nobody had looked yet: it was the same process all along. */
export function lookAt(life: Seen, ms: number): RecordedDetail | null {
  return (life.looks.findLast(({ sample }) => sample.receivedMs <= ms) ?? life.looks[0])?.detail ?? null;
}

/** The last look by then by which it could be told what it is: who can be told no more is what he was. */
export function decidedAt(life: Seen, ms: number): RecordedDetail | null {
  const told = life.looks.filter(({ detail }) => detail.undecided.length === 0);
  return (told.findLast(({ sample }) => sample.receivedMs <= ms) ?? told[0])?.detail ?? null;
}

/** Whether it was the service at some time from then to then. */
export function wasService(life: Seen, service: string, fromMs: number, toMs: number): boolean {
  if (!life.looks.some(({ detail }) => detail.services.includes(service))) return false;
  return life.sightings.some(
    ({ sample }) =>
      sample.receivedMs >= fromMs &&
      sample.sentMs <= toMs &&
      lookAt(life, sample.receivedMs)?.services.includes(service) === true,
  );
}

/** Whether a sample would show that pid, if it were there. */
function speaksOf(sample: Sample, pid: number): boolean {
  return (
    sample.mode === 'full' || (sample.seen.kind === 'present' && sample.seen.value.watched.includes(pid))
  );
}

/** The first sample after its last sighting by then that shows it gone; null where there is none by then. */
export function goneIn(life: Seen, good: readonly Sample[], byMs: number): Sample | null {
  const last = life.sightings.findLast(({ sample }) => sample.receivedMs <= byMs)?.sample;
  if (last === undefined) return null;
  return good.find((s) => s.sentMs > last.sentMs && s.receivedMs <= byMs && speaksOf(s, life.pid)) ?? null;
}

/** Seen at the last sample before then that speaks of it. */
export function aliveAt(life: Seen, good: readonly Sample[], ms: number): boolean {
  if (firstSeen(life).receivedMs > ms) return false;
  const speaking = good.findLast((s) => s.receivedMs <= ms && speaksOf(s, life.pid));
  const last = life.sightings.findLast(({ sample }) => sample.receivedMs <= ms)?.sample;
  return last !== undefined && (speaking === undefined || speaking.sentMs <= last.sentMs);
}
