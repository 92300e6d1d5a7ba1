import type { Entry } from '../../../src/drill/model/journal.ts';
import type { Sample } from '../../../src/drill/model/sample.ts';
import { type Evidence, ofKind, once, tableOf } from './evidence.ts';
import type { Lack } from './lack.ts';

type Canary = Extract<Entry, { kind: 'canary' }>;

/** Which pids a sample of this host shows as a canary that was planted on it: by its own look into them, not by what the record says of it. */
function canariesIn(sample: Sample, planted: readonly Canary[], known: Map<string, string>): Set<string> {
  const found = new Set<string>();
  const table = tableOf(sample);
  for (const { pid, start, canary } of table?.details ?? [])
    if (canary !== null && planted.some(({ tag }) => tag === canary)) known.set(`${pid} ${start}`, canary);
  for (const { pid, start, state } of table?.rows ?? []) {
    const tag = known.get(`${pid} ${start}`);
    if (tag !== undefined && state !== 'Z' && state !== 'X') found.add(tag);
  }
  return found;
}

export interface Control {
  readonly killedMs: number;
  /** When the first sample without it had arrived. */
  readonly goneMs: number;
}

/** The canaries of a host that were seen, then killed, and then seen to be gone. What a record calls them counts for nothing. */
export function vanished(e: Evidence, host: string): Control[] {
  return once(e, `vanished ${host}`, () => lookForVanished(e, host));
}

function lookForVanished(e: Evidence, host: string): Control[] {
  const events = ofKind(e.entries, 'canary').filter((one) => one.host === host);
  const planted = events.filter(({ event }) => event === 'planted');
  const known = new Map<string, string>();
  const shown = (e.good.get(host) ?? []).map((sample) => ({
    sample,
    tags: canariesIn(sample, planted, known),
  }));
  return events.flatMap(({ event, tag, sentMs, receivedMs }) => {
    if (event !== 'killed') return [];
    const before = shown.findLast(({ sample }) => sample.receivedMs <= sentMs);
    const after = shown.find(({ sample }) => sample.sentMs >= receivedMs && !tagsAfter(shown, sample, tag));
    if (before?.tags.has(tag) !== true || after === undefined) return [];
    return [{ killedMs: sentMs, goneMs: after.sample.receivedMs }];
  });
}

function tagsAfter(
  shown: readonly { sample: Sample; tags: Set<string> }[],
  from: Sample,
  tag: string,
): boolean {
  return shown.some(({ sample, tags }) => sample.sentMs >= from.sentMs && tags.has(tag));
}

/** A control vanishes before the trigger and one after the halt began; one is there in every sample in between. */
export function missingControls(e: Evidence, host: string): Lack[] {
  const lacks: Lack[] = [];
  const seen = vanished(e, host);
  if (!seen.some(({ killedMs }) => killedMs <= e.t0))
    lacks.push({ part: 'control', host, says: 'none vanished before the trigger' });
  if (!seen.some(({ killedMs }) => killedMs > e.t0))
    lacks.push({ part: 'control', host, says: 'none vanished in the halt' });
  const planted = ofKind(e.entries, 'canary').filter((one) => one.host === host && one.event === 'planted');
  const last = Math.max(...seen.map(({ killedMs }) => killedMs));
  const known = new Map<string, string>();
  const empty = (e.good.get(host) ?? [])
    .map((sample) => ({ sample, tags: canariesIn(sample, planted, known) }))
    .filter(({ sample }) => !betweenRunners(e, host, sample.sentMs))
    .find(({ sample, tags }) => sample.sentMs >= e.t0 && sample.receivedMs <= last && tags.size === 0);
  if (empty !== undefined)
    lacks.push({ part: 'control', host, says: `none is in the sample of ${empty.sample.sentMs}` });
  return lacks;
}

// A canary ends some seconds after its runner; the one that takes over plants another first of all.
function betweenRunners(e: Evidence, host: string, ms: number): boolean {
  return ofKind(e.entries, 'taken-over').some(({ atMs }) => {
    const next = ofKind(e.entries, 'canary').find(
      (one) => one.host === host && one.event === 'planted' && one.sentMs >= atMs,
    );
    return ms > atMs - 10_000 && ms <= (next?.receivedMs ?? atMs) + e.plan.timing.sampleEveryMs;
  });
}
