import { type Reading, unreadable } from './reading.ts';

/** The broker's halt state, from its API (a claim) or from its store (evidence). What it does not say is null. */
export interface BrokerState {
  readonly level: number;
  readonly incident: string | null;
  readonly reason: string | null;
  readonly revision: number | null;
  readonly asset: string | null;
}

export interface IncidentRow {
  readonly id: string;
  readonly level: number;
  readonly reason: string | null;
  readonly openedAt: string | null;
  readonly resolvedAt: string | null;
}

/** What the database says, read without the broker. */
export interface StoreSnapshot {
  readonly state: BrokerState;
  /** Null where the broker keeps no incidents table. */
  readonly incidents: readonly IncidentRow[] | null;
  /** The file's inode, so that a file replaced under the reader is seen. */
  readonly inode: number;
}

/**
 * A reading of the store, where `inode` is that of the file that was read first: one that has taken its place may be anybody's, and
 * the broker goes on with the one that it has open. Null: no file was read before.
 */
export function ofFile(reading: Reading<StoreSnapshot>, inode: number | null): Reading<StoreSnapshot> {
  if (reading.kind !== 'present' || inode === null || reading.value.inode === inode) return reading;
  return unreadable(
    `another file has taken the place of the one that was read before (inode ${reading.value.inode}, not ${inode})`,
  );
}

/** One line of the broker's audit log: a claim. */
export interface AuditEntry {
  readonly seq: number;
  readonly at: string | null;
  readonly actor: string | null;
  readonly action: string | null;
  readonly subject: string | null;
  readonly host: string | null;
  readonly outcome: string | null;
}

/** What the broker answered to an act. `status` is the HTTP status, or the exit code where it is a command. */
export interface BrokerReply {
  readonly status: number;
  readonly by?: 'command';
  /** 2xx, exit code 0, or what the inventory expects: the broker says it did what was asked. */
  readonly acknowledged: boolean;
  /** State as its reply claims it; null where the reply says nothing about it. */
  readonly state: Partial<BrokerState> | null;
  /** What it claims to have stopped. */
  readonly stops: readonly StopClaim[] | null;
  /** Whether it says that it recorded the halt durably; null where it does not say. */
  readonly recorded: boolean | null;
  /** The body, at most 4 KiB of it, redacted. */
  readonly body: string;
}

export interface StopClaim {
  readonly service: string;
  readonly host: string | null;
  /** The broker's own word, such as `stopped`. */
  readonly outcome: string | null;
}

/** One message in the broker's table. */
export interface MessageRow {
  readonly recipient: string;
  readonly body: string;
  /** What becomes of it, in the broker's own word; null where it does not say. */
  readonly state: string | null;
}

/** One look at the exchange. */
export interface ExchangeBook {
  readonly positions: Readonly<Record<string, number>>;
  /** Open, conditional and queued orders by asset. */
  readonly open: Readonly<Record<string, number>>;
  /** Orders accepted since it began, by asset and account. */
  readonly accepted: readonly {
    readonly asset: string;
    readonly account: string;
    readonly count: number;
  }[];
}
