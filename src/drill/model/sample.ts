import type { Heartbeat } from './heartbeat.ts';
import type { ProcessDetail, ProcessRow, TableScope } from './process.ts';
import type { Raw } from './raw.ts';
import type { Reading } from './reading.ts';

/** How a host proves which machine it is. */
export interface HostIdentity extends TableScope {
  readonly hostname: string;
  /** `/etc/machine-id`, or null where there is none. */
  readonly machineId: string | null;
  /** SHA-256 fingerprint of the ssh host key, `SHA256:…`; null for a local transport. */
  readonly hostKey: string | null;
  readonly os: string;
  /** Clock ticks per second of that host, for `start`. */
  readonly ticksPerSecond: number;
}

/**
 * What the probe is asked for in one sample. `list` names every pid and reads only `watch`;
 * `full` reads the whole table. `detail` are pids whose argv and executable are wanted.
 */
export interface SampleRequest {
  readonly nonce: string;
  readonly mode: 'list' | 'full';
  readonly watch: readonly number[];
  readonly detail: readonly number[];
}

/** One sample as the probe delivers it: complete (its end marker, carrying the nonce, was seen), or the reason why not. */
export interface ProbeSample {
  readonly scope: TableScope;
  /** The host's own clocks when the sample was taken: time since boot, null where that is not to be had, and wall time (full samples only). */
  readonly uptimeMs: number | null;
  readonly hostWallMs: number | null;
  /** Every pid that was listed. */
  readonly pids: readonly number[];
  /** `full`: every process; `list`: those of `watch` that were there. */
  readonly rows: readonly ProcessRow[];
  /** Those of `detail` that were there. */
  readonly details: readonly ProcessDetail[];
  readonly visibility: Visibility;
  /** First line of each heartbeat file, by service; only in full samples. */
  readonly heartbeats: Readonly<Record<string, Reading<string>>>;
}

/** Proof that the whole table could be seen, not just the prober's own part of it. */
export interface Visibility {
  /** The prober's own effective uid. */
  readonly uid: number;
  /** Whether pid 1 could be read. */
  readonly pid1: boolean;
  /** The `hidepid` option of the proc mount, `0` where it is not set. */
  readonly hidepid: string;
}

/** Whether a sample can vouch for an absence. */
export function seesEverything(v: Visibility): boolean {
  return v.pid1 && (v.uid === 0 || v.hidepid === '0' || v.hidepid === 'off');
}

/** A detail as it is kept: argv and executable only of candidates, strangers by a keyed fingerprint. */
export interface RecordedDetail {
  readonly pid: number;
  readonly start: number;
  readonly uid: number | null;
  readonly cgroup: string | null;
  /** Services whose match it fulfils, on whichever host they are declared. */
  readonly services: readonly string[];
  /** Services for which that could not be told, with the reason. */
  readonly undecided: readonly { readonly service: string; readonly reason: string }[];
  /** Services whose `leaves` it fulfils. */
  readonly leftBy: readonly string[];
  /** Tag of the runner's own canary or probe, or null. */
  readonly canary: string | null;
  /** Of a canary or probe of whichever drill of this fleet: that drill, and when it ends (epoch seconds of its host). */
  readonly runner?: {
    readonly kind: 'canary' | 'probe';
    readonly drillId: string;
    readonly endsS: number | null;
  };
  /** Only for candidates (some service, undecided, leftBy or canary). */
  readonly argv?: readonly string[];
  readonly exe?: string;
  readonly cwd?: string;
  /** Its pid in the pid namespace that it is in itself, where that is another than the host's: in a container. */
  readonly inner?: { readonly pid: number; readonly pidNamespace: string };
  /** Keyed hash of argv and executable. */
  readonly fingerprint: string;
  /** Keyed hash of the command name, which exec sets; left out where the sample did not read it. */
  readonly comm?: string;
  /** Keyed hash of what each exec makes another, and a new title does not; left out where the reader may not see it. */
  readonly image?: string;
  /** Its main thread has exited, or is about to, so that argv and executable could be read only by way of others, if at all. */
  readonly headless?: boolean;
}

/** One sample as evidence. */
export interface Sample {
  readonly host: string;
  /** Counted from 1 on each host. */
  readonly n: number;
  readonly nonce: string;
  readonly mode: 'list' | 'full';
  readonly sentMs: number;
  readonly receivedMs: number;
  readonly seen: Reading<SeenTable>;
  /** What the probe sent for it; left out where nothing came. */
  readonly raw?: Raw;
}

export interface SeenTable {
  readonly scope: TableScope;
  readonly uptimeMs: number | null;
  readonly hostWallMs: number | null;
  /** How many processes were listed. */
  readonly total: number;
  /** Pids that were asked for (list samples); one that is not in `rows` was not there. */
  readonly watched: readonly number[];
  readonly rows: readonly ProcessRow[];
  readonly details: readonly RecordedDetail[];
  /** Pids listed that were not in the sample before; their details follow in the next ones. */
  readonly appeared: readonly number[];
  readonly visibility: Visibility;
  /** By service; only in full samples. */
  readonly heartbeats: Readonly<Record<string, Reading<Heartbeat>>>;
}
