import type { Entry } from './model/journal.ts';
import type { ForeignCanary } from './ports/observer.ts';

/** A runner that stopped asking is outlived by its probes and canaries for no longer than this, seconds (their lease, and the tick of its timer). */
export const LEASE_S = 30;

/** What the journal of a drill tells of the processes of its runner, and of those that took it over. */
export interface RunnerTraces {
  readonly drillId: string;
  /** Of every canary that it holds. */
  readonly tags: ReadonlySet<string>;
  /** Under which effective users its probes ran, on any host: an ordinary login, or whoever that became there. */
  readonly uids: ReadonlySet<number>;
  /** The hosts of which it holds a sample, and so such a user. */
  readonly hosts: ReadonlySet<string>;
}

export function tracesIn(entries: readonly Entry[], drillId: string): RunnerTraces {
  const samples = entries.flatMap((entry) => {
    if (entry.kind !== 'sample' || entry.sample.seen.kind !== 'present') return [];
    return [{ host: entry.sample.host, uid: entry.sample.seen.value.visibility.uid }];
  });
  return {
    drillId,
    tags: new Set(entries.flatMap((entry) => (entry.kind === 'canary' ? [entry.tag] : []))),
    uids: new Set(samples.map(({ uid }) => uid)),
    hosts: new Set(samples.map(({ host }) => host)),
  };
}

/** Whether a process has the words of this drill, or of a recovery of it, in its argv. */
export function bearsItsWords({ drillId }: ForeignCanary, traces: RunnerTraces): boolean {
  return drillId === traces.drillId || drillId.startsWith(`${traces.drillId}-recovery-`);
}

/**
 * Why a process with the words of this drill cannot be its runner's, or null where it can be. Anybody on a host can write those words
 * into an argv, and would keep a halted fleet halted.
 *
 * This lets no runner through that is alive and reaches the host. Such a runner has a probe there for as long as it has a
 * connection, and a probe is excused by one thing alone: its user, which the kernel says and its argv does not. That runner's probes
 * run under root, under a user of which the journal holds a sample, or under that of the login which looks now; where the journal holds
 * no sample of a host, or a user cannot be read, everybody's count. The tag and the end excuse canaries only, and a canary never
 * is the only trace: it is a child of its probe, which ends it when it ends. So one whose record was not written yet, or whose end
 * moved with the host's clock, is told by its probe beside it. What the look misses all the same (a runner that has no connection at
 * that moment) is refused its acts by the epoch of the folder, which the recovery takes next.
 */
export function whyNotIts(one: ForeignCanary, traces: RunnerTraces): string | null {
  const { tags, uids, hosts } = traces;
  const mayBe = one.uid === null || one.uid === 0 || one.uid === one.proberUid || uids.has(one.uid);
  if (!mayBe && hosts.has(one.host)) return 'neither root nor the login of the drill';
  if (one.kind === 'probe') return null;
  if (!tags.has(one.tag)) return 'not a canary that its journal holds';
  if (one.expired) return 'it should have ended by itself';
  return one.endsInS !== null && one.endsInS > LEASE_S ? 'no canary lives as long as it says' : null;
}
