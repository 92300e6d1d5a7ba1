import type { Entry } from '../../../src/drill/model/journal.ts';
import type { Plan } from '../../../src/drill/model/plan.ts';
import type { Sample, SeenTable } from '../../../src/drill/model/sample.ts';
import { type Seen, seenLives } from './seen.ts';

/** A journal, sorted for those who look for a proof in it. Nothing is concluded here but when the halt began and ended. */
export interface Evidence {
  readonly entries: readonly Entry[];
  readonly plan: Plan;
  readonly nonce: string;
  readonly t0: number;
  readonly deadline: number;
  /** The first act of the undo; without one, the end. */
  readonly haltEnd: number;
  /** When the last act of the undo had ended. */
  readonly undone: number | null;
  /** Samples that see everything, in order, by host. */
  readonly good: ReadonlyMap<string, readonly Sample[]>;
  readonly lives: ReadonlyMap<string, readonly Seen[]>;
  readonly found: Map<string, unknown>;
}

/** Looks for something once in a journal: what was found is kept under a name. */
export function once<T>({ found }: Evidence, name: string, look: () => T): T {
  if (!found.has(name)) found.set(name, look());
  return found.get(name) as T;
}

type Of<K extends Entry['kind']> = Extract<Entry, { kind: K }>;

export function ofKind<K extends Entry['kind']>(entries: readonly Entry[], kind: K): Of<K>[] {
  return entries.filter((entry): entry is Of<K> => entry.kind === kind);
}

export function tableOf(sample: Sample): SeenTable | null {
  return sample.seen.kind === 'present' ? sample.seen.value : null;
}

/** Pid 1 is another's process: who sees it, and is not kept from others', sees all. */
function seesAll(sample: Sample): boolean {
  const table = tableOf(sample);
  if (table === null) return false;
  const { uid, pid1, hidepid } = table.visibility;
  return pid1 && (uid === 0 || hidepid === '0' || hidepid === 'off');
}

/** Null where nothing was triggered, or nothing says what was planned. */
export function evidenceOf(entries: readonly Entry[]): Evidence | null {
  const [opened] = ofKind(entries, 'opened');
  const intents = ofKind(entries, 'intent');
  const outcomes = ofKind(entries, 'outcome');
  const trigger = intents.find(({ act }) => act.act === 'trigger');
  if (opened === undefined || trigger === undefined) return null;
  const { plan, nonce } = opened;
  const t0 = outcomes.find(({ intent }) => intent === trigger.id)?.startedMs ?? trigger.atMs;
  const undo = intents.filter(
    ({ act, atMs }) => atMs >= t0 && /^(resume|start-service|manual-step)$/.test(act.act),
  );
  const ended = outcomes.filter(({ intent }) => undo.some(({ id }) => id === intent));
  const samples = ofKind(entries, 'sample').map(({ sample }) => sample);
  const last = Math.max(t0, ...samples.map(({ receivedMs }) => receivedMs));
  const good = new Map(
    plan.hosts.map(({ name }) => {
      const own = samples.filter((sample) => sample.host === name && seesAll(sample));
      return [name, own.toSorted((a, b) => a.sentMs - b.sentMs)] as const;
    }),
  );
  return {
    entries,
    plan,
    nonce,
    t0,
    deadline: t0 + plan.timing.withinMs,
    haltEnd: Math.min(last, ...undo.map(({ atMs }) => atMs)),
    undone: undo.length === 0 ? null : Math.max(...undo.map((e) => e.atMs), ...ended.map((e) => e.endedMs)),
    good,
    lives: new Map([...good].map(([host, own]) => [host, seenLives(own)])),
    found: new Map(),
  };
}
