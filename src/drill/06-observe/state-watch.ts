import { type BrokerState, type ExchangeBook, ofFile, type StoreSnapshot } from '../model/broker-state.ts';
import type { IncarnationKey } from '../model/process.ts';
import { apart, type Interval, type Received, type Timed } from '../model/reading.ts';
import type { World } from '../ports/world.ts';
import { Trades } from './trades.ts';

const READ_EVERY_MS = 250;
const ANSWER_WITHIN_MS = 2_000;
/** A broker that was started longer ago than this is no longer about to open its database. */
const STARTED_WITHIN_MS = 3_000;

/** What the process tables show of the broker. */
export interface BrokerSeen {
  /** Its lives that match it, by the last good sample; null while its host cannot be read. */
  readonly lives: () => readonly IncarnationKey[] | null;
  /** Whether the drill demands that it be gone, so that nobody starts it once it is. */
  readonly mustBeDown: () => boolean;
}

/**
 * Reads the broker's store and API in the order store, API, store, so that a change between two reads is not taken for a
 * disagreement; and, beside it, the exchange. The store is left alone while the API does not answer and the broker may be starting.
 */
export class StateWatch {
  readonly #world: World;
  readonly #broker: BrokerSeen;
  /** When a life of the broker was first seen, since it last went down. Those that have answered are as old as can be. */
  #lives = new Map<IncarnationKey, number>();
  #inode: number | null = null;
  readonly #ended = new AbortController();
  #loops: Promise<unknown> = Promise.resolve();
  #restingSinceMs: number | null = null;
  #now = new AbortController();
  status: Timed<BrokerState> | null = null;
  store: Timed<StoreSnapshot> | null = null;
  exchange: Timed<ExchangeBook> | null = null;
  firstExchange: Timed<ExchangeBook> | null = null;
  readonly #trades = new Trades();

  /** What is not declared is not asked. */
  readonly #sources: { readonly status: boolean; readonly store: boolean };

  constructor(
    world: World,
    broker: BrokerSeen,
    sources: { readonly status: boolean; readonly store: boolean } = { status: true, store: true },
  ) {
    this.#world = world;
    this.#sources = sources;
    this.#broker = broker;
  }

  start(onReading: () => void): void {
    this.#loops = Promise.all([this.#watchState(onReading), this.#watchExchange(onReading)]);
  }

  async stop(): Promise<void> {
    this.#ended.abort();
    await this.#loops;
  }

  /** In which interval the last order seen in this asset was accepted; null before the first. */
  lastTrade(asset: string): Interval | null {
    return this.#trades.last(asset);
  }

  async readAudit(): Promise<void> {
    const { audit, journal } = this.#world;
    if (audit) journal.append({ kind: 'audit', read: await this.#timed(() => audit.read()) });
  }

  async readMessages(mark: string): Promise<void> {
    const { messages, journal } = this.#world;
    if (messages) journal.append({ kind: 'messages', read: await this.#timed(() => messages.read(mark)) });
  }

  /** Begins the next round of store, API, store at once. */
  readNow(): void {
    this.#now.abort();
  }

  /**
   * Leaves the store alone until the broker has answered again. The first reader after a crash recovers the write-ahead log
   * under a lock (https://sqlite.org/wal.html, "Recovery"), and a broker that is just starting must not meet it.
   */
  restStore(): void {
    this.#restingSinceMs = this.#world.clock.nowMs();
    this.#lives.clear();
  }

  #mayBeStarting(): boolean {
    const now = this.#world.clock.nowMs();
    const lives = this.#broker.lives();
    for (const key of lives ?? []) if (!this.#lives.has(key)) this.#lives.set(key, now);
    if (lives === null || lives.length === 0) return !this.#broker.mustBeDown();
    return lives.some((key) => now - (this.#lives.get(key) ?? now) < STARTED_WITHIN_MS);
  }

  #watchState(onReading: () => void): Promise<void> {
    const { broker, store, journal } = this.#world;
    const readStore = async (): Promise<void> => {
      if (!this.#sources.store) return;
      if (this.#restingSinceMs !== null && this.#mayBeStarting()) return;
      const read = await this.#timed(() => store.read());
      journal.append({ kind: 'store', read });
      if (read.reading.kind === 'present') this.#inode ??= read.reading.value.inode;
      this.store = { ...read, reading: ofFile(read.reading, this.#inode) };
    };
    const wake = (): AbortSignal => AbortSignal.any([this.#ended.signal, this.#now.signal]);
    return this.#repeat(async () => {
      // What is asked for during this round is served by the next.
      this.#now = new AbortController();
      await readStore();
      if (!this.#sources.status) {
        onReading();
        return;
      }
      const status = await this.#timed(() => broker.status(ANSWER_WITHIN_MS));
      this.status = status;
      if (status.reading.kind !== 'present') this.#restingSinceMs ??= status.sentMs;
      else if (status.sentMs > (this.#restingSinceMs ?? Number.NEGATIVE_INFINITY)) this.#answered();
      journal.append({ kind: 'status', read: status });
      await readStore();
      onReading();
    }, wake);
  }

  #answered(): void {
    this.#restingSinceMs = null;
    for (const key of this.#broker.lives() ?? []) this.#lives.set(key, Number.NEGATIVE_INFINITY);
  }

  async #watchExchange(onReading: () => void): Promise<void> {
    const { exchange, journal } = this.#world;
    if (!exchange) return;
    await this.#repeat(async () => {
      this.exchange = await this.#timed(() => exchange.read(ANSWER_WITHIN_MS));
      this.firstExchange ??= this.exchange.reading.kind === 'present' ? this.exchange : null;
      journal.append({ kind: 'exchange', read: this.exchange });
      this.#trades.note(this.exchange);
      onReading();
    });
  }

  async #repeat(
    read: () => Promise<void>,
    wake: () => AbortSignal = () => this.#ended.signal,
  ): Promise<void> {
    const { clock } = this.#world;
    while (!this.#ended.signal.aborted) {
      const beganMs = clock.nowMs();
      await read();
      await clock.sleep(Math.max(1, beganMs + READ_EVERY_MS - clock.nowMs()), wake());
    }
  }

  async #timed<T>(read: () => Promise<Received<T>>): Promise<Timed<T>> {
    const { clock } = this.#world;
    const sentMs = clock.nowMs();
    const received = await read();
    return { sentMs, receivedMs: clock.nowMs(), ...apart(received) };
  }
}
