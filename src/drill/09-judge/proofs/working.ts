import type { Idleness } from '../../model/findings/undo-words.ts';
import { compareBeats } from '../../model/heartbeat.ts';
import type { Interval } from '../../model/reading.ts';
import {
  type Beat,
  beatBefore,
  beatsOf,
  type CaseFile,
  firstSeen,
  hasBeaten,
  type Life,
  limitOf,
  type ServiceLives,
  type Sighting,
} from '../evidence/index.ts';

/** For less time than this, or in fewer samples, and being frozen is no more than a blink: a tracer attaches in no time. */
const BLINK_MS = 1000;
const BLINK_LOOKS = 3;

/** Stopped by a signal (T) or by a tracer (t), see proc_pid_stat(5). */
export function isFrozenState(state: string | undefined): boolean {
  return state === 'T' || state === 't';
}

/** Samples in a row, none missing in between, that all show a life frozen. */
export interface Freeze {
  readonly first: Sighting;
  readonly last: Sighting;
  readonly forMs: number;
}

/** Every time that a life was frozen for longer than a blink, as samples taken wholly within the span show it. */
export function freezesOf(life: Life, span: Interval): Freeze[] {
  const runs: Sighting[][] = [[]];
  for (const seen of life.seen) {
    if (seen.sample.sentMs < span.fromMs || seen.sample.receivedMs > span.toMs) continue;
    if (isFrozenState(seen.state)) runs.at(-1)?.push(seen);
    else runs.push([]);
  }
  return runs.flatMap((run) => {
    const [first, last] = [run[0], run.at(-1)];
    if (first === undefined || last === undefined || run.length < BLINK_LOOKS) return [];
    const forMs = last.sample.sentMs - first.sample.sentMs;
    return forMs >= BLINK_MS ? [{ first, last, forMs }] : [];
  });
}

/** Until when the life was last frozen for longer than a blink; null where it never was. */
export function frozenUntilMs(life: Life): number | null {
  const always = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
  return freezesOf(life, always).at(-1)?.last.sample.sentMs ?? null;
}

/** Why a service that is there is not at work, or (where not `sure`) is not known to be. */
export interface Idle {
  readonly sure: boolean;
  readonly why: Idleness;
  readonly forMs: number;
  readonly ids: readonly string[];
}

/**
 * Whether these lives of a service, which were there when the drill ended, were at work then: not frozen, and, where a heartbeat
 * is declared that did beat before the trigger, beating. One notion for what was kept and for what came back; what
 * came back must have been seen to beat since.
 */
export function idleAtEnd(c: CaseFile, service: ServiceLives, lives: readonly Life[]): Idle | null {
  for (const life of lives) {
    const last = life.seen.at(-1);
    if (last === undefined || !isFrozenState(last.state)) continue;
    const freeze = freezesOf(life, { fromMs: 0, toMs: Number.POSITIVE_INFINITY }).at(-1);
    const sure = freeze !== undefined && freeze.last === last;
    const ids = [sure ? freeze.first.sample.id : last.sample.id, last.sample.id];
    return {
      sure,
      why: { frozen: life.pid, state: last.state },
      forMs: freeze?.forMs ?? 0,
      ids,
    };
  }
  return noBeat(c, service, lives);
}

function noBeat(c: CaseFile, service: ServiceLives, lives: readonly Life[]): Idle | null {
  const { heartbeat } = service.planned;
  const before = beatBefore(c, service);
  if (heartbeat === null || before === 'still' || before === 'unread') return null;
  const limit = limitOf(heartbeat);
  const returned = lives.filter((life) => !service.roots.includes(life));
  const runs = beatsOf(c, service);
  if (returned.length === 0) return stillAtEnd(c, runs, c.anchorMs, limit);
  const sinceMs = Math.max(...returned.map((life) => firstSeen(life)?.receivedMs ?? 0));
  const beats = runs.flat().filter((beat) => beat.sentMs >= sinceMs);
  const [first, last] = [beats[0], beats.at(-1)];
  if (first === undefined || last === undefined)
    return { sure: false, why: 'heartbeat unread', forMs: 0, ids: [] };
  if (!hasBeaten(beats)) {
    const sure = last.sentMs - first.receivedMs > limit;
    return { ...(stood(first, last, 0) ?? notYet(first, last)), sure };
  }
  return stillAtEnd(c, runs, sinceMs, limit);
}

/** Whether it stood still when it was last read, or may have done so since before a gap in what was read. */
function stillAtEnd(
  c: CaseFile,
  runs: readonly (readonly Beat[])[],
  sinceMs: number,
  limit: number,
): Idle | null {
  const run = runs.at(-1) ?? [];
  const last = run.at(-1);
  const first =
    run[run.findLastIndex(({ value }) => compareBeats(value, last?.value ?? null) !== 'same') + 1];
  if (first === undefined || last === undefined || last.sentMs < sinceMs) return null;
  const sure = stood(first, last, limit);
  if (sure !== null) return sure;
  const before = runs.flat().findLast(({ receivedMs }) => receivedMs < first.sentMs);
  if (before === undefined) return null;
  const changed = compareBeats(before.value, first.value) === 'other';
  if (changed && first.sentMs - before.receivedMs <= c.plan.timing.maxGapMs) return null;
  // One look shows that it has beaten since the last one, and not when.
  const mayStandMs = first === last ? 2 * limit : limit;
  return last.sentMs - before.receivedMs > mayStandMs ? notYet(first, last) : null;
}

function stood(first: Beat, last: Beat, limit: number): Idle | null {
  const forMs = last.sentMs - first.receivedMs;
  return forMs > limit ? { sure: true, why: 'heartbeat stood still', forMs, ids: [first.id, last.id] } : null;
}

function notYet(first: Beat, last: Beat): Idle {
  return { sure: false, why: 'heartbeat not seen', forMs: 0, ids: [first.id, last.id] };
}
