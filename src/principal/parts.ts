/**
 * The seam of the broker: what it is put together from. Each part is small and replaceable; `createBroker`
 * knows nothing of SQLite, SSH or HTTP.
 */

/** One daemon that a level stops: where it lives, and what its service manager calls it there. */
export interface Target {
  readonly service: string;
  readonly label: string;
  readonly host: string;
}

/**
 * What was seen after a stop. `stopped`: it ran, and its process was seen gone on its host. `not-running`: its
 * manager knows it and it had no process to begin with. `still-running`: it outlived the grace period.
 * `unknown`: the host or the answer could not be read.
 */
export type StopOutcome = 'stopped' | 'not-running' | 'still-running' | 'unknown';

/** What was seen after a start. `running`: its process was seen on its host. */
export type StartOutcome = 'running' | 'not-running' | 'unknown';

/** How a target goes down. `for-good`: its manager is told not to bring it back either, until a resume says so. */
export type StopMode = 'ordinary' | 'for-good';

/** Stops and starts daemons of one host, in bounded time. A rejection counts as `unknown`. */
export interface Stopper {
  stop(target: Target, mode?: StopMode): Promise<StopOutcome>;
  /** With `for-good` it undoes such a stop: its manager may run it again. */
  start(target: Target, mode?: StopMode): Promise<StartOutcome>;
  /** Whether commands reach the host and its service manager now, without touching anything. Left out: not known. */
  reach?(): Promise<boolean>;
  /** Takes down the process that asks, for good. Resolves once that is under way; what comes of it nobody here sees. */
  leave?(self: Target): Promise<void>;
}

/**
 * What it takes to resume a level. `reason`: that alone; `incident`: its incident's id too; `second-operator`: another
 * operator's consent too; `by-hand`: nothing over the API, only the hand tool on the broker's host.
 */
export type ResumeCost = 'reason' | 'incident' | 'second-operator' | 'by-hand';

/** What one level does. Levels are data: a fleet may have two, or six. A higher number is a wider halt. */
export interface LevelPlan {
  readonly level: number;
  /** The level halts the one asset that the request names, at the exchange. */
  readonly asset: boolean;
  /** With `destructive` the broker's own service may be among them: it goes last. */
  readonly stops: readonly Target[];
  /** What a resume costs while the halt is at this level; unless told otherwise `by-hand` if destructive, `reason` if only one asset, else `incident`. */
  readonly resume?: ResumeCost;
  /** Stops for good, and only after the phrase was given and every host of the level was seen to be reachable. */
  readonly destructive?: { readonly phrase: string };
}

/** The halt state: level 0 with everything null is normal operation. */
export interface HaltState {
  readonly level: number;
  readonly incident: string | null;
  /** Verbatim, as the request that opened the incident gave it. */
  readonly reason: string | null;
  /** Grows by one with every accepted halt and every resume. */
  readonly revision: number;
  readonly asset: string | null;
}

export const NORMAL: HaltState = { level: 0, incident: null, reason: null, revision: 0, asset: null };

export interface Incident {
  readonly id: string;
  /** The widest level it reached. */
  readonly level: number;
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly openedAt: string;
  readonly resolvedAt: string | null;
}

/** A target of the current halt and what came of its stop; `pending` until that is known. */
export interface HaltedTarget extends Target {
  readonly outcome: StopOutcome | 'pending';
  readonly mode: StopMode;
}

/** Somebody who wants the halt, and why. The fleet resumes when none is left. */
export interface Holder {
  /** 1 for the one who opened the incident, then 2, 3, … */
  readonly id: number;
  readonly who: string;
  readonly reason: string;
  /** The level that this holder asked for. */
  readonly level: number;
  /** ISO 8601, UTC. */
  readonly since: string;
}

/** All that a restarted broker has to know. */
export interface HaltRecord {
  readonly state: HaltState;
  /** The open incident, or the one that the last change resolved. */
  readonly incident: Incident | null;
  /** Targets of the current halt; empty at level 0. */
  readonly targets: readonly HaltedTarget[];
  /** Holders of the current halt, oldest first; empty at level 0. */
  readonly holders: readonly Holder[];
  /** Whether the halted asset was seen blocked and flat; false while that is not known, or no asset is halted. */
  readonly closed: boolean;
}

/** Keeps the halt state. Synchronous: when `save` returns, the record survives the end of the process. */
export interface HaltStore {
  /** The last record saved, its incident only while open; null where nothing was ever saved. Throws where unreadable. */
  load(): HaltRecord | null;
  /** Replaces state and targets, inserts or updates the incident; all in one transaction. Throws where it cannot. */
  save(record: HaltRecord): void;
  /** All incidents ever, oldest first. */
  incidents(): readonly Incident[];
  /** Whether another process (the hand tool) may have saved since this was last asked. Left out: nobody else writes. */
  changed?(): boolean;
}

export type AuditAction =
  | 'halt'
  | 'stop'
  | 'retry'
  | 'block'
  | 'flatten'
  | 'resume'
  | 'release'
  | 'start'
  | 'unblock'
  | 'resolve'
  | 'messages'
  | 'refuse';

/** One line of the audit log: what was asked, or what was seen to come of it. */
export interface AuditLine {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly actor: string;
  readonly action: AuditAction;
  /** A service, an asset, an incident, or the request that was refused. */
  readonly subject: string;
  readonly host: string | null;
  readonly outcome: string;
  /** Verbatim, where the request gave one. */
  readonly reason: string | null;
}

/** A line as it is in the log. `hash` covers the line, its number and the hash of the line before. */
export interface AuditEntry extends AuditLine {
  readonly seq: number;
  /** SHA-256 in hexadecimal. */
  readonly hash: string;
}

export interface AuditCheck {
  readonly ok: boolean;
  /** Number of lines in the log. */
  readonly entries: number;
  /** Hash of the last line: whoever has noted an earlier one can tell whether the log was cut. Null: no lines. */
  readonly head: string | null;
  /** Number of the first line that does not fit the one before; null where all do. */
  readonly brokenAt: number | null;
  /** How many lines do not fit the one before. */
  readonly breaks: number;
  /** Their numbers, the first thousand. */
  readonly broken: readonly number[];
}

/** Append-only. `append` is synchronous and throws where it cannot write. */
export interface AuditLog {
  append(line: AuditLine): void;
  /** Oldest first, numbered from 1 without gaps: those above `after`, `limit` at most. Everything unless told otherwise. */
  list(after?: number, limit?: number): readonly AuditEntry[];
  /** Reads the whole log and holds every line against the hash of the one before. */
  verify(): AuditCheck;
}

/** Whom nothing may be accepted from or delivered to, and what nothing may be said about. Both empty in normal operation. */
export interface HaltGate {
  readonly agents: ReadonlySet<string>;
  readonly asset: string | null;
}

/**
 * What becomes of the messages that a halt held, at the resume. `keep`: they stay held and shown until an operator
 * decides; `deliver`: they are delivered; `discard`: they never are, and stay on record as discarded.
 */
export type HeldDecision = 'keep' | 'deliver' | 'discard';

/** The command layer as the kill switch sees it. Delivery itself asks `Broker.gate()` each time. */
export interface MessageHold {
  /** Called in the instant that a halt is in force, before its first stop. Memory only: no disk, and no throwing. */
  halted(gate: HaltGate): void;
  /**
   * Called inside the transaction that ends the halt: everything that waits for what the gate names is marked as
   * decided. May throw: the halt then stands. Returns what is to be done once that transaction is committed.
   */
  settle(
    gate: HaltGate,
    decision: { readonly held: HeldDecision; readonly actor: string; readonly reason: string },
  ): () => void;
}

export type BlockOutcome = 'blocked' | 'unknown';
export type FlattenOutcome = 'flat' | 'not-flat' | 'unknown';
export type UnblockOutcome = 'unblocked' | 'unknown';

/** The exchange, as far as the kill switch needs it. In bounded time; a rejection counts as `unknown`. */
export interface ExchangeGate {
  block(asset: string): Promise<BlockOutcome>;
  /** Closes the position and cancels open orders; `flat` only where the book was then seen to say so. */
  flatten(asset: string): Promise<FlattenOutcome>;
  unblock(asset: string): Promise<UnblockOutcome>;
}

export interface BrokerClock {
  /** ISO 8601, UTC. */
  now(): string;
}

export interface BrokerSelf {
  readonly service: string;
  readonly host: string;
  /** This very process is that service; false for the hand tool. */
  readonly here: boolean;
}

export interface BrokerParts {
  readonly levels: readonly LevelPlan[];
  /** The broker's own service; null where it is none that a level could name. */
  readonly self: BrokerSelf | null;
  /** By host name. A target on a host without a stopper is `unknown`. */
  readonly stoppers: ReadonlyMap<string, Stopper>;
  /** Names of all services that may send and receive messages. */
  readonly agents: readonly string[];
  readonly store: HaltStore;
  readonly audit: AuditLog;
  /** Runs synchronous work on store and audit as one transaction, where they share a file; else just runs it. */
  readonly atomically: <T>(work: () => T) => T;
  readonly exchange: ExchangeGate;
  /** Left out where nothing is routed (the hand tool without a command layer). */
  readonly messages?: MessageHold;
  /** Pauses between attempts to finish an incomplete halt or to write what could not be written. */
  readonly retry: { readonly firstMs: number; readonly mostMs: number };
  readonly clock: BrokerClock;
  /** A fresh incident id. */
  readonly newIncidentId: () => string;
  /** Something the operator of the broker should read; one line. */
  readonly warn: (text: string) => void;
}

export interface HaltRequest {
  readonly level: number;
  readonly asset: string | null;
  readonly reason: string;
  /** The confirmation phrase, where the level is destructive. */
  readonly phrase?: string | null;
}

export interface ResumeRequest {
  readonly level: number;
  /** Null only where the level's resume costs no more than a reason. */
  readonly incident: string | null;
  readonly revision: number;
  readonly reason: string;
  /** Whose hold is released; the newest of the caller's own unless told otherwise. */
  readonly holder?: number | null;
  /** Name of a second operator whose token came with the request; the broker checks that it is another. */
  readonly second?: string | null;
  /** Asked for with the hand tool on the broker's host. */
  readonly byHand?: boolean;
  /** `keep` unless told otherwise. */
  readonly held?: HeldDecision;
}

export interface Status {
  readonly level: number;
  readonly asset: string | null;
  readonly revision: number;
  readonly incident: Incident | null;
  readonly holders: readonly Holder[];
  /** Everything that the halt demands was seen to be so, and is recorded. True at level 0. */
  readonly complete: boolean;
  /** Services that the halt demands down and that were not seen down. */
  readonly incomplete: readonly {
    readonly service: string;
    readonly host: string;
    readonly outcome: HaltedTarget['outcome'];
  }[];
  /** What a resume costs now; null at level 0. */
  readonly resume: ResumeCost | null;
  /** Whether this state is in the store; false where the last write of it failed. */
  readonly recorded: boolean;
}

export interface StopReport {
  readonly service: string;
  readonly host: string;
  /** `last`: the broker itself, which goes down once everything else was seen gone, after this reply. */
  readonly outcome: StopOutcome | 'last';
}

export interface StartReport {
  readonly service: string;
  readonly host: string;
  readonly outcome: StartOutcome;
}

export interface HaltReport extends Status {
  readonly stops: readonly StopReport[];
  readonly exchange: {
    readonly asset: string;
    readonly block: BlockOutcome;
    readonly flatten: FlattenOutcome;
  } | null;
}

export interface ResumeReport extends Status {
  /** `resumed`: the fleet is back. `released`: others still hold the halt. `failed`: not everything came back, and all is stopped again. */
  readonly result: 'resumed' | 'released' | 'failed';
  /** The hold that was given up; null where the resume failed. */
  readonly released: Holder | null;
  readonly starts: readonly StartReport[];
  readonly exchange: { readonly asset: string; readonly unblock: UnblockOutcome } | null;
  /** The incident that was resolved; null where the halt stands. */
  readonly resolved: Incident | null;
}

/** A request that the broker refuses: `invalid` (400), `unknown` (404), `conflict` (409), `forbidden` (403) or `unreachable` (503). */
export interface Refusal {
  readonly refused: 'invalid' | 'unknown' | 'conflict' | 'forbidden' | 'unreachable';
  readonly why: string;
}

export interface Broker {
  status(): Status;
  /** Cheap: asked for every message. */
  gate(): HaltGate;
  halt(request: HaltRequest, actor: string): Promise<HaltReport | Refusal>;
  resume(request: ResumeRequest, actor: string): Promise<ResumeReport | Refusal>;
  auditTrail(after?: number, limit?: number): readonly AuditEntry[];
  auditCheck(): AuditCheck;
  incidents(): readonly Incident[];
  /** Records a request that was refused before it got here (a role that may not halt, say). */
  refuse(actor: string, what: string, why: string): void;
  /** Puts a decision of an operator (about held messages, say) on record. */
  note(line: Omit<AuditLine, 'at'>): void;
  /** How long stops took, from the request to the process seen gone, in ms; newest last, some hundreds at most. */
  stopLatencies(): readonly { readonly service: string; readonly host: string; readonly ms: number }[];
  /** Finishes a halt that a crash of the broker cut short. Resolves after the first attempt; then it keeps trying. */
  finishHalt(): Promise<void>;
  /** Stops all trying and waits for what is under way: the store may be closed then. */
  close(): Promise<void>;
}
