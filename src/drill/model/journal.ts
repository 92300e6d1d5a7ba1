import type { AuditEntry, BrokerReply, BrokerState, ExchangeBook, StoreSnapshot } from './broker-state.ts';
import type { KnownIssue } from './known-issue.ts';
import type { Plan } from './plan.ts';
import type { Interval, Reading, Timed } from './reading.ts';
import type { HostIdentity, Sample } from './sample.ts';

/**
 * The journal: everything the drill did and saw, in order, one JSON object a line. It is written before
 * anybody judges, and it is all that the judges read. Times are the controller's monotonic clock in
 * milliseconds (`atMs`), with the wall clock beside it (`wall`, ISO 8601, UTC).
 */
export type Entry = { readonly id: string; readonly atMs: number; readonly wall: string } & EntryBody;

export type EntryBody =
  | Opened
  | HostSeen
  | SampleTaken
  | CanaryEvent
  | CrossCheck
  | StatusRead
  | StoreRead
  | AuditRead
  | ExchangeRead
  | ActIntended
  | ActWithdrawn
  | ActDone
  | StageReached
  | Interrupted;

/** First record: what is going to be done, and by whom. */
export interface Opened {
  readonly kind: 'opened';
  readonly drillId: string;
  readonly plan: Plan;
  readonly knownIssues: readonly KnownIssue[];
  readonly inventory: { readonly path: string; readonly sha256: string };
  readonly runner: string;
  /** The random word that goes into the trigger's reason and makes the halt ours. */
  readonly nonce: string;
}

/** Who answered at a host's address. */
export interface HostSeen {
  readonly kind: 'host';
  readonly host: string;
  readonly identity: Reading<HostIdentity>;
}

export interface SampleTaken {
  readonly kind: 'sample';
  readonly sample: Sample;
}

/**
 * A control: `planted` and `killed` carry the interval in which the host did it. A `killed` canary must vanish.
 * `calibration` is killed before the trigger, `rotation` during observation, `final` after the last hold sample.
 */
export interface CanaryEvent {
  readonly kind: 'canary';
  readonly host: string;
  readonly event: 'planted' | 'killed' | 'failed';
  readonly purpose: 'calibration' | 'rotation' | 'final';
  readonly tag: string;
  readonly pid: number | null;
  readonly start: number | null;
  readonly sentMs: number;
  readonly receivedMs: number;
  readonly reason?: string;
}

/** A second, unrelated reader of the local process table (ps-list): which of the pids in question it lists. */
export interface CrossCheck {
  readonly kind: 'cross-check';
  readonly host: string;
  readonly at: Interval;
  readonly asked: readonly number[];
  readonly listed: Reading<readonly number[]>;
}

/** What the broker's API says: a claim. */
export interface StatusRead {
  readonly kind: 'status';
  readonly read: Timed<BrokerState>;
}

/** What the broker's database says, read without the broker: evidence. */
export interface StoreRead {
  readonly kind: 'store';
  readonly read: Timed<StoreSnapshot>;
}

/** The broker's whole audit log: a claim. */
export interface AuditRead {
  readonly kind: 'audit';
  readonly read: Timed<readonly AuditEntry[]>;
}

export interface ExchangeRead {
  readonly kind: 'exchange';
  readonly read: Timed<ExchangeBook>;
}

/** Something the runner does to the fleet. */
export type Act =
  | {
      readonly act: 'trigger';
      readonly level: number;
      readonly asset: string | null;
      readonly reason: string;
    }
  | {
      readonly act: 'crash';
      readonly service: string;
      readonly host: string;
      readonly pid: number;
      readonly start: number;
    }
  | {
      readonly act: 'resume';
      readonly incident: string | null;
      readonly level: number;
      readonly revision: number | null;
      readonly reason: string;
    }
  | {
      readonly act: 'start-service';
      readonly service: string;
      readonly host: string;
      readonly command: readonly string[];
    }
  | {
      readonly act: 'manual-step';
      readonly host: string;
      readonly command: readonly string[];
    };

/** Written and on disk before the act. For the trigger, its `atMs` is not T0: `ActDone.startedMs` is. */
export interface ActIntended {
  readonly kind: 'intent';
  readonly act: Act;
  /** How it will be undone, in words, for whoever finds this journal. */
  readonly undo: string;
}

/** An intent that was given up before its first byte left: nothing was done. */
export interface ActWithdrawn {
  readonly kind: 'withdrawn';
  readonly intent: string;
  readonly why: string;
}

/** What came of an act. `startedMs` is the instant just before its first byte; for the trigger that is T0. */
export interface ActDone {
  readonly kind: 'outcome';
  readonly intent: string;
  readonly act: Act;
  readonly startedMs: number;
  readonly endedMs: number;
  /** For trigger and resume: the broker's reply. For crash and start-service: what the host answered. */
  readonly reply: Reading<BrokerReply> | null;
  readonly command: Reading<{ readonly exitCode: number; readonly output: string }> | null;
}

export type StageName =
  | 'baseline'
  | 'guards'
  | 'trigger'
  | 'observe'
  | 'crash'
  | 'hold'
  | 'resume'
  | 'settle';

/** The runner's own account of where it was. Judges use it for words, never as proof. */
export interface StageReached {
  readonly kind: 'stage';
  readonly stage: StageName;
  readonly event: 'begin' | 'end' | 'skipped';
  readonly note: string | null;
}

export interface Interrupted {
  readonly kind: 'interrupted';
  readonly cause: string;
}
