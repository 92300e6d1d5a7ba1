import type { Act, Entry } from '../../model/journal.ts';

/** What the runner was about to do, and what came of it. */
export interface DoneAct<Kind extends Act = Act> {
  readonly intent: Extract<Entry, { kind: 'intent' }> & { readonly act: Kind };
  readonly done: Extract<Entry, { kind: 'outcome' }> | null;
}

export type DoneStart = DoneAct<Extract<Act, { act: 'start-service' }>>;
export type DoneStep = DoneAct<Extract<Act, { act: 'manual-step' }>>;

export function isStart(one: DoneAct): one is DoneStart {
  return one.intent.act.act === 'start-service';
}

export function isManualStep(one: DoneAct): one is DoneStep {
  return one.intent.act.act === 'manual-step';
}

/** Every intent that was not withdrawn, with its outcome. */
export function doneActs(entries: readonly Entry[]): DoneAct[] {
  const outcomes = new Map<string, Extract<Entry, { kind: 'outcome' }>>();
  const withdrawn = new Set<string>();
  for (const entry of entries) {
    if (entry.kind === 'outcome') outcomes.set(entry.intent, entry);
    if (entry.kind === 'withdrawn') withdrawn.add(entry.intent);
  }
  return entries
    .filter((entry) => entry.kind === 'intent')
    .filter((entry) => !withdrawn.has(entry.id))
    .map((intent) => ({ intent, done: outcomes.get(intent.id) ?? null }));
}

/** When it began. An intent without an outcome is presumed to have been carried out at the moment it was written. */
export function startedMs({ intent, done }: DoneAct): number {
  return done?.startedMs ?? intent.atMs;
}

/** When it was over; where that is not known, when it began. */
export function endedMs({ intent, done }: DoneAct): number {
  return done?.endedMs ?? intent.atMs;
}

/** Its records: the intent, and the outcome where there is one. */
export function idsOf({ intent, done }: DoneAct): string[] {
  return done === null ? [intent.id] : [intent.id, done.id];
}
