import type {
  AuditEntry,
  BrokerReply,
  BrokerState,
  ExchangeBook,
  MessageRow,
  StoreSnapshot,
} from './broker-state.ts';
import type { GuardName, GuardRequest } from './guards.ts';
import type { KnownIssue } from './known-issue.ts';
import type { ManagedReading } from './manager.ts';
import type { Plan } from './plan.ts';
import type { Interval, Reading, Timed } from './reading.ts';
import type { HostIdentity, Sample } from './sample.ts';
import type { StopCondition } from './stop-condition.ts';

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
  | ManagerRead
  | StatusRead
  | StoreRead
  | AuditRead
  | ExchangeRead
  | MessagesRead
  | ActIntended
  | ActWithdrawn
  | ActDone
  | LeftRunning
  | LeftEnded
  | StageReached
  | StopConditionMet
  | Interlock
  | Interrupted
  | Failed
  | TakenOver
  | Closed;

/**
 * The form in which journals are written. What an older haltdrill would misread needs a new number; a record of a kind that it
 * does not know it refuses anyway.
 */
export const JOURNAL_FORMAT = 1;

/** First record: what is going to be done, and by whom. */
export interface Opened {
  readonly kind: 'opened';
  readonly format: number;
  readonly drillId: string;
  readonly plan: Plan;
  readonly knownIssues: readonly KnownIssue[];
  readonly inventory: { readonly path: string; readonly sha256: string };
  readonly runner: string;
  /** The random word that goes into the trigger's reason and makes the halt ours. */
  readonly nonce: string;
  readonly judging: Judging;
  /** The inventory itself, so that a recovery needs nothing but the journal: where it lay, absolute, and what it said. */
  readonly source?: { readonly file: string; readonly text: string };
  /** Digest of the drill as it was parsed. Missing in journals of versions that did not keep it. */
  readonly drillSha256?: string;
  /** Why the operator let it begin although the level below was not proven; left out where nobody did. */
  readonly gateSkipped?: string;
}

/** What a verdict depends on besides the evidence. */
export interface Judging {
  /** `YYYY-MM-DD`, UTC: what known issues expire by. */
  readonly today: string;
  /** A qualified pass exits 1. */
  readonly strict: boolean;
}

/** Who answered at a host's address. */
export interface HostSeen {
  readonly kind: 'host';
  readonly host: string;
  readonly identity: Reading<HostIdentity>;
  /** Fingerprint of a host key that was refused, since it is not the one on file. */
  readonly strangeKey?: string;
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

/** A second, unrelated reader of a process table (ps-list, or the host's ps): which of the pids in question it lists. */
export interface CrossCheck {
  readonly kind: 'cross-check';
  readonly host: string;
  readonly at: Interval;
  readonly asked: readonly number[];
  readonly listed: Reading<readonly number[]>;
}

/** What a host's service manager says of the targets: corroboration, never evidence by itself. */
export interface ManagerRead {
  readonly kind: 'manager';
  readonly host: string;
  /** `stopped`: once every target was seen gone. `held`: at the end of the hold. `restored`: after the undo. */
  readonly moment: ManagerMoment;
  readonly read: Timed<readonly ManagedReading[]>;
}

export type ManagerMoment = 'baseline' | 'stopped' | 'held' | 'restored';

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

/** The messages of this drill that the broker's own table holds, read without the broker. */
export interface MessagesRead {
  readonly kind: 'messages';
  readonly read: Timed<readonly MessageRow[]>;
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
      readonly act: 'guard';
      readonly guard: GuardName;
      /** Must be accepted: it shows that the guard beside it was refused for the reason in question. */
      readonly control: boolean;
      readonly request: GuardRequest;
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
      /** The canary of a drill that is over, past its own end. */
      readonly act: 'remove-canary';
      readonly host: string;
      readonly tag: string;
      readonly pid: number;
      readonly start: number;
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
  /** For trigger, guard and resume: the broker's reply. For crash and start-service: what the host answered. */
  readonly reply: Reading<BrokerReply> | null;
  readonly command: Reading<{ readonly exitCode: number; readonly output: string }> | null;
  /** A person says to have done it elsewhere: nobody knows of a result, and only what came of it counts. */
  readonly byHand?: true;
}

/** The command of an act had not ended when its reply was due, and was left running: until it ends, it may go on acting. */
export interface LeftRunning {
  readonly kind: 'left-running';
  readonly intent: string;
}

/** That command was seen to have ended. */
export interface LeftEnded {
  readonly kind: 'left-ended';
  readonly intent: string;
  /** When. */
  readonly endedMs: number;
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

/** A condition came true on which the drill file has the drill end early, or keep its hands off. */
export interface StopConditionMet {
  readonly kind: 'stop-condition';
  readonly condition: StopCondition;
  readonly action: StopCondition['action'];
  /** What shows that it is true, in words. */
  readonly evidence: string;
}

/** Why nothing may be triggered, by the end of the baseline. */
export interface Interlock {
  readonly kind: 'interlock';
  readonly interlock: 'other-drill' | 'crash' | 'second-operator' | 'token';
  readonly host: string | null;
  readonly service: string | null;
  readonly why: string;
}

export interface Interrupted {
  readonly kind: 'interrupted';
  readonly cause: string;
}

/** The drill ended with an error of its own: what was not written by then is not known. */
export interface Failed {
  readonly kind: 'failed';
  readonly why: string;
}

/** Another runner went on with an interrupted drill: everything after this record was done and seen by that one. */
export interface TakenOver {
  readonly kind: 'taken-over';
  /** 1 for the first recovery; the runner that began the drill had 0. */
  readonly epoch: number;
  /** Version of the program that took over. */
  readonly runner: string;
}

/** Last record of a drill that wrote down all that it did and saw. Without it a journal is a part of one, and proves nothing. */
export interface Closed {
  readonly kind: 'closed';
}

const KINDS: Readonly<Record<EntryBody['kind'], true>> = {
  opened: true,
  host: true,
  sample: true,
  canary: true,
  'cross-check': true,
  manager: true,
  status: true,
  store: true,
  audit: true,
  exchange: true,
  messages: true,
  intent: true,
  withdrawn: true,
  outcome: true,
  'left-running': true,
  'left-ended': true,
  stage: true,
  'stop-condition': true,
  interlock: true,
  interrupted: true,
  failed: true,
  'taken-over': true,
  closed: true,
};

/** Whether a record is of a kind that the judges of this version know. */
export function isKnownKind(kind: string): kind is EntryBody['kind'] {
  return Object.hasOwn(KINDS, kind);
}
