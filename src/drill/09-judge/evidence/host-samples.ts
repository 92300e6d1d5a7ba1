import type { Entry } from '../../model/journal.ts';
import { type SeenTable, seesEverything } from '../../model/sample.ts';
import { staleSamples } from './stale-samples.ts';

/** One sample of one host; `table` is null where it could not be read, and `good` whether it can vouch for an absence. */
export interface HostSample {
  readonly id: string;
  readonly host: string;
  readonly mode: 'list' | 'full';
  readonly sentMs: number;
  readonly receivedMs: number;
  readonly table: SeenTable | null;
  readonly good: boolean;
  /** Why it is not good; null where it is. */
  readonly trouble: { readonly kind: SampleTrouble; readonly reason: string } | null;
}

/** A sample that cannot vouch for an absence. */
export type BadSample = HostSample & { readonly trouble: NonNullable<HostSample['trouble']> };

export function isBad(sample: HostSample): sample is BadSample {
  return sample.trouble !== null;
}

/**
 * `unreadable`: no whole answer came. `garbled`: one did, and it could not be understood. `blind`: it could not show everything.
 * `stale`: it showed what was no longer so.
 */
export type SampleTrouble = 'unreadable' | 'garbled' | 'blind' | 'stale';

/** Who answered, or tried to. */
type Identified = Pick<Extract<Entry, { kind: 'host' }>, 'id' | 'identity' | 'strangeKey'>;

export interface HostSamples {
  readonly name: string;
  readonly identities: readonly Identified[];
  /** By the time they were sent. */
  readonly samples: readonly HostSample[];
  readonly good: readonly HostSample[];
}

/** The evidence of each planned host; a host without any still has its (empty) place, since the plan is the denominator. */
export function samplesByHost(
  names: readonly string[],
  entries: readonly Entry[],
): ReadonlyMap<string, HostSamples> {
  const samples = new Map<string, HostSample[]>(names.map((name) => [name, []]));
  const identities = new Map<string, Identified[]>();
  for (const entry of entries) {
    if (entry.kind === 'host') {
      const known = identities.get(entry.host) ?? [];
      identities.set(entry.host, [...known, entry]);
    }
    if (entry.kind === 'sample') samples.get(entry.sample.host)?.push(toHostSample(entry.id, entry.sample));
  }
  return new Map(
    [...samples].map(([name, list]) => {
      list.sort((a, b) => a.sentMs - b.sentMs || a.receivedMs - b.receivedMs);
      const stale = staleSamples(name, list, entries);
      const fresh = list.map((sample, at) => asStale(sample, stale.get(at)));
      return [
        name,
        { name, identities: identities.get(name) ?? [], samples: fresh, good: fresh.filter((s) => s.good) },
      ];
    }),
  );
}

function asStale(sample: HostSample, reason: string | undefined): HostSample {
  if (reason === undefined) return sample;
  return { ...sample, table: null, good: false, trouble: { kind: 'stale', reason } };
}

function toHostSample(id: string, sample: Extract<Entry, { kind: 'sample' }>['sample']): HostSample {
  const { host, mode, sentMs, receivedMs, seen } = sample;
  const common = { id, host, mode, sentMs, receivedMs };
  if (seen.kind !== 'present') {
    const reason = seen.kind === 'unreadable' ? seen.reason : 'the probe answered with no table';
    const kind = sample.raw?.end == null ? 'unreadable' : 'garbled';
    return { ...common, table: null, good: false, trouble: { kind, reason } };
  }
  const table = seen.value;
  if (seesEverything(table.visibility)) return { ...common, table, good: true, trouble: null };
  const { uid, pid1, hidepid } = table.visibility;
  const reason = `the probe (uid ${uid}) could not see the whole process table: pid 1 ${pid1 ? 'was' : 'was not'} readable, hidepid=${hidepid}`;
  return { ...common, table, good: false, trouble: { kind: 'blind', reason } };
}
