import type { ExchangeBook } from '../model/broker-state.ts';
import type { Interval, Timed } from '../model/reading.ts';

/** When orders were last accepted, asset by asset, from one look at the exchange to the next. */
export class Trades {
  #before: Timed<ExchangeBook> | null = null;
  readonly #last = new Map<string, Interval>();

  /** Takes in the next look. One that failed says nothing. */
  note(read: Timed<ExchangeBook>): void {
    if (read.reading.kind !== 'present') return;
    const before = this.#before;
    this.#before = read;
    if (before?.reading.kind !== 'present') return;
    for (const [asset, count] of counts(read.reading.value))
      if (count > (counts(before.reading.value).get(asset) ?? 0))
        this.#last.set(asset, { fromMs: before.sentMs, toMs: read.receivedMs });
  }

  /** In which interval, of the controller's monotonic ms, the last order seen in it was accepted; null before the first. */
  last(asset: string): Interval | null {
    return this.#last.get(asset) ?? null;
  }
}

function counts({ accepted }: ExchangeBook): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { asset, count } of accepted) sums.set(asset, (sums.get(asset) ?? 0) + count);
  return sums;
}
