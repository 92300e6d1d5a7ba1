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

/** Stops and starts daemons of one host, in bounded time. A rejection counts as `unknown`. */
export interface Stopper {
  stop(target: Target): Promise<StopOutcome>;
  start(target: Target): Promise<StartOutcome>;
}

/** What one level does. Levels are data: a fleet may have two, or six. A higher number is a wider halt. */
export interface LevelPlan {
  readonly level: number;
  /** The level halts the one asset that the request names, at the exchange. */
  readonly asset: boolean;
  readonly stops: readonly Target[];
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
}

/** All that a restarted broker has to know. */
export interface HaltRecord {
  readonly state: HaltState;
  /** The open incident, or the one that the last change resolved. */
  readonly incident: Incident | null;
  /** Targets of the current halt; empty at level 0. */
  readonly targets: readonly HaltedTarget[];
}

/** Keeps the halt state. Synchronous: when `save` returns, the record survives the end of the process. */
export interface HaltStore {
  /** The last record saved, its incident only while open; null where nothing was ever saved. Throws where unreadable. */
  load(): HaltRecord | null;
  /** Replaces state and targets, inserts or updates the incident; all in one transaction. Throws where it cannot. */
  save(record: HaltRecord): void;
  /** All incidents ever, oldest first. */
  incidents(): readonly Incident[];
}

export type AuditAction =
  | 'halt'
  | 'stop'
  | 'block'
  | 'flatten'
  | 'resume'
  | 'start'
  | 'unblock'
  | 'resolve'
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

/** Append-only. `append` is synchronous and throws where it cannot write. */
export interface AuditLog {
  append(line: AuditLine): void;
  /** Oldest first, numbered from 1 without gaps. */
  list(): readonly (AuditLine & { readonly seq: number })[];
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

export interface BrokerParts {
  readonly levels: readonly LevelPlan[];
  /** By host name. A target on a host without a stopper is `unknown`. */
  readonly stoppers: ReadonlyMap<string, Stopper>;
  /** Names of all services that may send and receive messages. */
  readonly agents: readonly string[];
  readonly store: HaltStore;
  readonly audit: AuditLog;
  /** Runs synchronous work on store and audit as one transaction, where they share a file; else just runs it. */
  readonly atomically: <T>(work: () => T) => T;
  readonly exchange: ExchangeGate;
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
}

export interface ResumeRequest {
  readonly level: number;
  readonly incident: string;
  readonly revision: number;
  readonly reason: string;
}

/** `seq` grows, over restarts of the broker too. */
export interface Message {
  readonly seq: number;
  readonly at: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
}

export interface Status {
  readonly level: number;
  readonly asset: string | null;
  readonly revision: number;
  readonly incident: Incident | null;
  /** Whether this state is in the store; false where the last write of it failed. */
  readonly recorded: boolean;
}

export interface StopReport {
  readonly service: string;
  readonly host: string;
  readonly outcome: StopOutcome;
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
  /** Everything that the level demands was seen to be so, and is recorded. */
  readonly complete: boolean;
}

export interface ResumeReport extends Status {
  readonly starts: readonly StartReport[];
  readonly exchange: { readonly asset: string; readonly unblock: UnblockOutcome } | null;
  /** The incident that was resolved; null where something did not come back, and the halt therefore stands. */
  readonly resolved: Incident | null;
}

/** A request that the broker refuses: `invalid` (400), `unknown` (404) or `conflict` (409) with the state it is in. */
export interface Refusal {
  readonly refused: 'invalid' | 'unknown' | 'conflict';
  readonly why: string;
}

export interface Broker {
  status(): Status;
  halt(request: HaltRequest, actor: string): Promise<HaltReport | Refusal>;
  resume(request: ResumeRequest, actor: string): Promise<ResumeReport | Refusal>;
  send(message: { readonly from: string; readonly to: string; readonly body: string }): Message | Refusal;
  /** Messages to an agent with a sequence number above `after`. */
  receive(agent: string, after: number): readonly Message[] | Refusal;
  auditTrail(): ReturnType<AuditLog['list']>;
  incidents(): readonly Incident[];
  /** Records a request that was refused before it got here (a role that may not halt, say). */
  refuse(actor: string, what: string, why: string): void;
  /** Finishes stops that a crash of the broker left pending. Does nothing where there are none. */
  finishHalt(): Promise<void>;
}
