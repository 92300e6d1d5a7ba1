import type { BrokerState, ExchangeBook, StoreSnapshot } from '../model/broker-state.ts';
import type { Reading, Timed } from '../model/reading.ts';
import type { World } from '../ports/world.ts';

const READ_EVERY_MS = 250;
const ANSWER_WITHIN_MS = 2_000;

/**
 * Reads the broker's store and API in the order store, API, store, so that a change between two reads is not taken for a
 * disagreement; and, beside it, the exchange. While the API does not answer, the store is left alone.
 */
export class StateWatch {
  readonly #world: World;
  readonly #mustBeDown: () => boolean;
  readonly #ended = new AbortController();
  #loops: Promise<unknown> = Promise.resolve();
  #restingSinceMs: number | null = null;
  status: Timed<BrokerState> | null = null;
  store: Timed<StoreSnapshot> | null = null;
  exchange: Timed<ExchangeBook> | null = null;
  firstExchange: Timed<ExchangeBook> | null = null;

  /** `mustBeDown`: whether the broker is gone because the drill demands it, so that nobody is starting it. */
  constructor(world: World, mustBeDown: () => boolean) {
    this.#world = world;
    this.#mustBeDown = mustBeDown;
  }

  start(onReading: () => void): void {
    this.#loops = Promise.all([this.#watchState(onReading), this.#watchExchange(onReading)]);
  }

  async stop(): Promise<void> {
    this.#ended.abort();
    await this.#loops;
  }

  async readAudit(): Promise<void> {
    const { audit, journal } = this.#world;
    if (audit) journal.append({ kind: 'audit', read: await this.#timed(() => audit.read()) });
  }

  /**
   * Leaves the store alone until the broker has answered again. The first reader after a crash recovers the write-ahead log
   * under a lock (https://sqlite.org/wal.html, "Recovery"), and a broker that is just starting must not meet it.
   */
  restStore(): void {
    this.#restingSinceMs = this.#world.clock.nowMs();
  }

  #watchState(onReading: () => void): Promise<void> {
    const { broker, store, journal } = this.#world;
    const readStore = async (): Promise<void> => {
      if (this.#restingSinceMs !== null && !this.#mustBeDown()) return;
      this.store = await this.#timed(() => store.read());
      journal.append({ kind: 'store', read: this.store });
    };
    return this.#repeat(async () => {
      await readStore();
      const status = await this.#timed(() => broker.status(ANSWER_WITHIN_MS));
      this.status = status;
      if (status.reading.kind !== 'present') this.#restingSinceMs ??= status.sentMs;
      else if (status.sentMs > (this.#restingSinceMs ?? Number.NEGATIVE_INFINITY))
        this.#restingSinceMs = null;
      journal.append({ kind: 'status', read: status });
      await readStore();
      onReading();
    });
  }

  async #watchExchange(onReading: () => void): Promise<void> {
    const { exchange, journal } = this.#world;
    if (!exchange) return;
    await this.#repeat(async () => {
      this.exchange = await this.#timed(() => exchange.read(ANSWER_WITHIN_MS));
      this.firstExchange ??= this.exchange.reading.kind === 'present' ? this.exchange : null;
      journal.append({ kind: 'exchange', read: this.exchange });
      onReading();
    });
  }

  async #repeat(read: () => Promise<void>): Promise<void> {
    const { clock } = this.#world;
    while (!this.#ended.signal.aborted) {
      const beganMs = clock.nowMs();
      await read();
      await clock.sleep(Math.max(1, beganMs + READ_EVERY_MS - clock.nowMs()), this.#ended.signal);
    }
  }

  async #timed<T>(read: () => Promise<Reading<T>>): Promise<Timed<T>> {
    const { clock } = this.#world;
    const sentMs = clock.nowMs();
    const reading = await read();
    return { sentMs, receivedMs: clock.nowMs(), reading };
  }
}
