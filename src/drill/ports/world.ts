import type {
  AuditEntry,
  BrokerReply,
  BrokerState,
  ExchangeBook,
  MessageRow,
  StoreSnapshot,
} from '../model/broker-state.ts';
import type { GuardRequest } from '../model/guards.ts';
import type { EntryBody } from '../model/journal.ts';
import type { ManagedReading } from '../model/manager.ts';
import type { Reading, Received } from '../model/reading.ts';
import type { HostIdentity, ProbeSample, SampleRequest } from '../model/sample.ts';

/** Everything through which the drill reaches the world. The whole drill runs in a unit test against fakes of these. */
export interface World {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly hosts: ReadonlyMap<string, HostLink>;
  /** Who is asked about the services of each host: its manager, if it has one that can be read, and cron and at. */
  readonly managers: ReadonlyMap<string, ManagerLink>;
  readonly broker: BrokerLink;
  readonly store: StoreLink;
  readonly audit: AuditLink | null;
  readonly exchange: ExchangeLink | null;
  readonly messages: MessagesLink | null;
  readonly controller: ControllerLink;
  /** A fresh random word, at least 64 bits, lower-case letters and digits. */
  readonly randomWord: () => string;
  /** Keyed hash, so that a stranger's argv can be compared without being kept. */
  readonly fingerprint: (text: string) => string;
  readonly progress: (event: Progress) => void;
  /** Asks whoever is present before each step of a manual resume; null: nobody is, and every step is run. */
  readonly confirm: Confirm | null;
  /** Aborted when somebody wants the drill to end: after the trigger it resumes first. */
  readonly stop: AbortSignal;
}

export interface Clock {
  /** The controller's monotonic clock, milliseconds. */
  nowMs(): number;
  /** The controller's wall clock, ISO 8601, UTC. */
  wall(): string;
  /** Resolves after `ms`, or at once when `until` is aborted; never rejects. */
  sleep(ms: number, until?: AbortSignal): Promise<void>;
}

export interface Journal {
  /** Appends a record and returns its id (`e-1`, `e-2`, …). Throws where it cannot be written. */
  append(body: EntryBody): string;
  /** Resolves once everything appended so far is on disk (fsync). Rejects where it is not. */
  sync(): Promise<void>;
}

/** Who answered; and the fingerprint of a host key that was refused, since it is not the one on file. */
export type Opening = Reading<HostIdentity> & { readonly strangeKey?: string };

/** One host over one connection for the whole drill. No method rejects: what could not be done is `unreadable`. */
export interface HostLink {
  readonly host: string;
  /** Connects, checks the host key, starts the probe, and asks who answers. */
  open(): Promise<Opening>;
  /** Whether nothing more will come over this link until it is opened again. */
  isLost(): boolean;
  /** One sample. Calls do not overlap. Bounded in time by the adapter (5 s), then `unreadable`. */
  sample(request: SampleRequest): Promise<Received<ProbeSample>>;
  /** Plants a canary whose argv carries the tag; it ends by itself after its lease or with the probe. */
  plantCanary(tag: string): Promise<Reading<{ readonly pid: number }>>;
  /** Ends a canary that this link planted. */
  killCanary(pid: number): Promise<Reading<true>>;
  /**
   * SIGKILL for one life of a process: boot id, pid and start time are checked in the same remote command.
   * `absent`: no such life is there, and nothing was done.
   */
  killLife(life: {
    readonly bootId: string;
    readonly pid: number;
    readonly start: number;
  }): Promise<Reading<true>>;
  /** Runs one command (argv, no shell meaning in it), at most 30 s. */
  run(argv: readonly string[]): Promise<Reading<{ readonly exitCode: number; readonly output: string }>>;
  /** Which of these pids a second, unrelated reader of the table lists; null where the host has no such reader. */
  readonly crossCheck: ((pids: readonly number[]) => Promise<Reading<readonly number[]>>) | null;
  /** Ends probe and canaries, then the connection. */
  close(): Promise<void>;
}

/** The machine that the runner itself runs on. */
export interface ControllerLink {
  /**
   * Runs one command (argv, no shell) for at most `withinMs`; then its whole process group is ended, and it is `unreadable`. Its
   * output is bounded (64 KiB). Never rejects.
   */
  run(
    argv: readonly string[],
    withinMs: number,
  ): Promise<Reading<{ readonly exitCode: number; readonly output: string }>>;
}

/** A host's service manager. It is only ever asked. */
export interface ManagerLink {
  /** What it says of these services, in one command; never rejects. */
  read(services: readonly string[]): Promise<Reading<readonly ManagedReading[]>>;
}

/** The broker's API. A request is sent once, never repeated; each is bounded in time (`timeoutMs`). */
export interface BrokerLink {
  /**
   * `unsent` where nothing of it left. `left` is told where the halt is a command that is late, and so is left running: its promise
   * resolves once that has ended, false where this can no longer be seen.
   */
  halt(
    values: { readonly level: number; readonly asset: string | null; readonly reason: string },
    timeoutMs: number,
    left?: (ended: Promise<boolean>) => void,
  ): Promise<Reading<BrokerReply>>;
  resume(
    values: {
      readonly level: number;
      readonly incident: string | null;
      readonly revision: number | null;
      readonly reason: string;
    },
    timeoutMs: number,
  ): Promise<Reading<BrokerReply>>;
  status(timeoutMs: number): Promise<Received<BrokerState>>;
  /**
   * Asks for the status by the token of that role, which tells whether it is accepted: the HTTP status of a whole answer;
   * `unreadable` where none came, or where a 2xx answer says nothing of the state.
   */
  rehearse(role: 'operator' | 'second', timeoutMs: number): Promise<Reading<{ readonly status: number }>>;
  /** Sends a request that must not do what it asks for. */
  guard(request: GuardRequest, timeoutMs: number): Promise<Reading<BrokerReply>>;
}

export interface StoreLink {
  read(): Promise<Received<StoreSnapshot>>;
}

export interface AuditLink {
  read(): Promise<Received<readonly AuditEntry[]>>;
}

export interface MessagesLink {
  /** Messages in the broker's table whose body holds `mark`; nobody else's leave the table. */
  read(mark: string): Promise<Reading<readonly MessageRow[]>>;
}

export interface ExchangeLink {
  read(timeoutMs: number): Promise<Received<ExchangeBook>>;
}

/**
 * Shows one step and waits for the answer, for as long as it takes: run it, it was done by hand, or stop here and leave the fleet
 * as it is. Never rejects.
 */
export type Confirm = (step: CheckedStep) => Promise<'run' | 'by-hand' | 'stop'>;

/** A step of the manual resume, with the exact command. */
export interface CheckedStep {
  readonly number: number;
  /** How many there are, at the most: a service that is up by then need not be started. */
  readonly of: number;
  readonly host: string;
  readonly command: readonly string[];
  /** The service that it starts; null where it is one of the inventory's own steps. */
  readonly service: string | null;
}

/** For the operator's eyes only; nothing depends on it. */
export type Progress =
  | {
      readonly kind: 'stage';
      readonly stage: string;
      readonly event: 'begin' | 'end' | 'skipped';
      readonly note: string | null;
    }
  | {
      readonly kind: 'service';
      readonly service: string;
      readonly host: string;
      readonly state: 'up' | 'down' | 'back' | 'unknown';
    }
  /** The manual resume, step by step, as it is about to be taken. */
  | { readonly kind: 'checklist'; readonly steps: readonly CheckedStep[] }
  | { readonly kind: 'note'; readonly text: string };
