import type { BrokerState, ExchangeBook, StoreSnapshot } from '../model/broker-state.ts';
import type { ManagerMoment } from '../model/journal.ts';
import type { ManagedReading } from '../model/manager.ts';
import type { IncarnationKey } from '../model/process.ts';
import type { Interval, Timed } from '../model/reading.ts';

/**
 * What the stages may ask of the observation that runs beside them. Its answers steer the drill (when to go on,
 * what to undo); they never judge it: judges read the journal.
 */
export interface Observer {
  /**
   * Connects to every host and journals who answers. Resolves with the reasons of those that did not, or are not the machine
   * that was pinned.
   */
  open(): Promise<readonly string[]>;
  /** Begins to sample. */
  start(): void;
  /** Resolves true once the condition holds, false at `untilMs` (monotonic); asked again after every piece of evidence. */
  until(condition: () => boolean, untilMs: number): Promise<boolean>;
  /** What is alive of a service on its host, by the last good sample; null while the host cannot be read. */
  livesOf(service: string): readonly SeenLife[] | null;
  /** The latest answer of each source, good or not; null before the first. */
  readonly status: Timed<BrokerState> | null;
  readonly store: Timed<StoreSnapshot> | null;
  readonly exchange: Timed<ExchangeBook> | null;
  /** The first of this run. */
  readonly firstExchange: Timed<ExchangeBook> | null;
  /** In which interval the last order seen in this asset was accepted, between two looks at the exchange; null before the first. */
  lastTrade(asset: string): Interval | null;
  /** Between which two looks the heartbeat of a service was last seen to change; null where it never was. */
  lastBeat(service: string): Interval | null;
  /** One line for each host whose table cannot be vouched for right now: unread, incompletely seen, or not yet looked through. */
  blindSpots(): readonly string[];
  /**
   * Plants a further canary on every host, kills it (not before `killAtMs` says, if that is given: it is asked again when the moment
   * comes, since it may have moved), and waits for it to vanish.
   * Resolves with the reasons of those that did not.
   */
  control(purpose: 'calibration' | 'final', killAtMs?: () => number): Promise<readonly string[]>;
  /** How often hosts are sampled from now on: `quick` while something is to happen, `steady` while a halt stands (see steadyEveryMs). */
  pace(which: 'quick' | 'steady'): void;
  /** Has every process on every host opened once more, in the samples that follow. */
  lookAgain(): void;
  /** Whether that is done, on every host that can be read. */
  lookedAgain(): boolean;
  /** Asks the second reader of each table about every life of interest, those that are gone too, and journals its answer. */
  crossCheck(): Promise<void>;
  /**
   * Asks the service managers about the targets (and, at the baseline, about the service that is to be crashed), and journals what
   * they say. Resolves with what was readable.
   */
  readManagers(moment: ManagerMoment): Promise<readonly ManagedReading[]>;
  readAudit(): Promise<void>;
  /** Journals which of the messages that carry `mark` the broker's table holds. */
  readMessages(mark: string): Promise<void>;
  /** Asks API and store now, in place of when it is their turn. */
  readStateNow(): void;
  /** Whether every host has given a good sample that was sent since. */
  sampledSince(ms: number): boolean;
  /** The broker is about to go down: its store is not read again until it has answered. */
  restStore(): void;
  /** Hosts that have given no good sample that was sent since. */
  unseenSince(ms: number): readonly string[];
  /** What is seen of other drills of this fleet: their canaries and probes, by the last good samples. */
  foreignCanaries(): readonly ForeignCanary[];
  /** Ends all sampling. The connections stay open. */
  stop(): Promise<void>;
}

/** Something that another drill of the same fleet has running on a host. */
export interface ForeignCanary {
  readonly host: string;
  readonly drillId: string;
  /** `probe` ends with its drill's connection, and soon after its drill's last word. */
  readonly kind: 'canary' | 'probe';
  readonly tag: string;
  readonly bootId: string;
  readonly pid: number;
  readonly start: number;
  /** Effective user of the process; null where that could not be read. */
  readonly uid: number | null;
  /** Effective user of this drill's own probe on that host; null before its first sample. */
  readonly proberUid: number | null;
  /** Seconds from now to the end that it names, by the host's own wall clock; null for a probe, and where either cannot be read. */
  readonly endsInS: number | null;
  /** Whether it should have ended by now, by the host's own wall clock. Never true of a probe. */
  readonly expired: boolean;
}

export interface SeenLife {
  readonly key: IncarnationKey;
  readonly bootId: string;
  readonly pid: number;
  readonly start: number;
  /** `root`: matches the service, and its parent does not. `child`: anything else of it. */
  readonly part: 'root' | 'child';
}
