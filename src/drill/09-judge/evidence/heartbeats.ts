import { compareBeats, type Heartbeat } from '../../model/heartbeat.ts';
import type { PlannedService } from '../../model/plan.ts';
import type { CaseFile } from './case-file.ts';
import type { ServiceLives } from './service-lives.ts';

/** One look at a heartbeat. */
export interface Beat {
  readonly id: string;
  readonly sentMs: number;
  readonly receivedMs: number;
  /** Null where the file was not there. */
  readonly value: Heartbeat | null;
}

/** Whether it was seen to beat: two of these looks, one after the other, show that it changed. */
export function hasBeaten(beats: readonly Beat[]): boolean {
  return beats.some((beat, at) => {
    const before = beats[at - 1];
    return before !== undefined && beat.value !== null && compareBeats(before.value, beat.value) === 'other';
  });
}

/** For how long a heartbeat may stand still, in milliseconds, before it has stopped: whole tables are a second apart. */
export function limitOf({ everyMs }: NonNullable<PlannedService['heartbeat']>): number {
  return Math.max(3 * everyMs, 2000);
}

/** Heartbeats in stretches without an unreadable one in between, since nobody knows what happened there. */
export function beatsOf(c: CaseFile, service: ServiceLives): Beat[][] {
  const runs: Beat[][] = [[]];
  for (const sample of c.hosts.get(service.planned.host)?.samples ?? []) {
    if (sample.mode !== 'full') continue;
    const read = sample.table?.heartbeats[service.planned.name];
    if (read === undefined || read.kind === 'unreadable') runs.push([]);
    else
      runs.at(-1)?.push({
        id: sample.id,
        sentMs: sample.sentMs,
        receivedMs: sample.receivedMs,
        value: read.kind === 'present' ? read.value : null,
      });
  }
  return runs;
}

/** Why a heartbeat could last not be read until then; null where it could, or where its host was not read either. */
export function whyUnread(c: CaseFile, service: ServiceLives, untilMs: number): string | null {
  const { host, name } = service.planned;
  const looks = (c.hosts.get(host)?.samples ?? []).flatMap(({ sentMs, table }) => {
    const read = table?.heartbeats[name];
    return read === undefined || sentMs > untilMs ? [] : [read];
  });
  const last = looks.at(-1);
  return last?.kind === 'unreadable' ? last.reason : null;
}

/** The longest stretch of one and the same value; only what was still standing still after `sinceMs` counts. */
export function longestStill(
  run: readonly Beat[],
  sinceMs: number,
): { readonly first: Beat; readonly last: Beat } | null {
  let best: { first: Beat; last: Beat } | null = null;
  let first: Beat | undefined;
  for (const beat of run) {
    if (first === undefined || compareBeats(first.value, beat.value) !== 'same') first = beat;
    if (beat.sentMs < sinceMs) continue;
    if (best === null || beat.sentMs - first.receivedMs > best.last.sentMs - best.first.receivedMs)
      best = { first, last: beat };
  }
  return best;
}

/** Whether a heartbeat was seen to beat before the trigger. `short`: it was not watched long enough to tell. */
export function beatBefore(c: CaseFile, service: ServiceLives): 'beat' | 'still' | 'unread' | 'short' {
  const { heartbeat } = service.planned;
  const before = beatsOf(c, service)
    .flat()
    .filter((beat) => beat.receivedMs <= c.anchorMs && beat.value !== null);
  const [first, last] = [before[0], before.at(-1)];
  if (heartbeat === null || first === undefined || last === undefined) return 'unread';
  if (hasBeaten(before)) return 'beat';
  return last.sentMs - first.receivedMs > limitOf(heartbeat) ? 'still' : 'short';
}
