import type { ExchangeBook } from '../../model/broker-state.ts';
import { type CaseFile, type Said, said, within } from '../evidence/index.ts';

/** An asset that goes on as before has stopped once this many orders are missing in a row. */
const MISSED = 8;

/** And no sooner than this, since a busy machine delays everybody's orders. */
const STILL_MS = 2_000;

/** Orders accepted ever in an asset, of all accounts. */
export function countOf(book: ExchangeBook, asset: string): number {
  return book.accepted.reduce((sum, line) => (line.asset === asset ? sum + line.count : sum), 0);
}

export function isFlat(book: ExchangeBook, asset: string): boolean {
  return (book.positions[asset] ?? 0) === 0 && (book.open[asset] ?? 0) === 0;
}

/** No exchange trades in units finer than 1e-8: what is smaller, in absolute terms or beside the figure itself, is rounding. */
const ROUNDING = 1e-9;

/** Whether a position is larger than it was, or on the other side: one that only shrinks stays between what it was and nothing. */
export function hasGrown(was: number, is: number): boolean {
  const slack = ROUNDING * Math.max(1, Math.abs(was));
  return is > Math.max(0, was) + slack || is < Math.min(0, was) - slack;
}

/** Whether so long a silence, at the rate seen before the trigger (orders a millisecond), means that trading has stopped. */
export function hasStopped(rate: number, silenceMs: number): boolean {
  return silenceMs >= STILL_MS && rate * silenceMs >= MISSED;
}

/** Looks at which more orders had been accepted than at the one before, with how long the silence before had been seen to last. */
export function growths(
  reads: readonly Said<ExchangeBook>[],
  asset: string,
): { readonly read: Said<ExchangeBook>; readonly before: Said<ExchangeBook>; readonly silenceMs: number }[] {
  let since = reads[0];
  return reads.flatMap((read, index) => {
    const before = reads[index - 1];
    if (since === undefined || before === undefined) return [];
    if (countOf(read.value, asset) <= countOf(before.value, asset)) return [];
    const silenceMs = Math.max(0, before.sentMs - since.receivedMs);
    since = read;
    return [{ read, before, silenceMs }];
  });
}

/** The first and the last of them; null where there are none. */
export function ends<T>(all: readonly T[]): readonly [T, T] | null {
  const [first] = all;
  return first === undefined ? null : [first, all.at(-1) ?? first];
}

/** Orders a millisecond, as seen before the trigger, from below. */
export function rateOf(c: CaseFile, asset: string): number {
  const before = ends(said(c.exchange.filter((read) => read.receivedMs <= c.anchorMs)));
  if (before === null) return 0;
  const [first, last] = before;
  return (countOf(last.value, asset) - countOf(first.value, asset)) / (last.receivedMs - first.sentMs);
}

/**
 * Until when, by the deadline, the exchange showed that the halt was not complete: an order in an asset that must fall silent, or
 * something left in one that must be flat. What comes later, or breaks a silence, is a finding. Null where it never showed that.
 */
export function unquietMs(c: CaseFile): number | null {
  const { effects } = c.plan;
  if (effects === null || c.trigger === null || !c.plan.sources.exchange) return null;
  const { t0Ms, deadlineMs } = c.trigger;
  const reads = said(within(c.exchange, { fromMs: t0Ms, toMs: c.haltEndMs }));
  const traded = effects.silent.flatMap((asset) =>
    growths(reads, asset).flatMap(({ read, before, silenceMs }) =>
      before.sentMs < deadlineMs && !hasStopped(rateOf(c, asset), silenceMs) ? [read.receivedMs] : [],
    ),
  );
  const held = effects.flat.flatMap((asset) => {
    const flatFrom = reads.findIndex((_, index) =>
      reads.slice(index).every(({ value }) => isFlat(value, asset)),
    );
    const [first, before] = [reads[flatFrom], reads[flatFrom - 1]];
    return first !== undefined && before !== undefined && before.sentMs < deadlineMs
      ? [first.receivedMs]
      : [];
  });
  const all = [...traded, ...held];
  return all.length === 0 ? null : Math.max(...all);
}

/**
 * Assets that were traded before the trigger and were not seen to be traded again after `fromMs`: an asset that stays blocked is
 * not restored, whoever forgot about it, and whether or not the halt had to reach it. `sure` is whether the look was long enough
 * to say so; a shorter one leaves it open.
 */
export function stillSilent(
  c: CaseFile,
  fromMs: number,
): {
  readonly asset: string;
  readonly ids: readonly string[];
  readonly forMs: number;
  readonly sure: boolean;
}[] {
  if (c.plan.effects === null) return [];
  const { silent, flat, active } = c.plan.effects;
  return [...new Set([...silent, ...flat, ...active])].flatMap((asset) => {
    const rate = rateOf(c, asset);
    const after = ends(said(c.exchange.filter((read) => read.sentMs >= fromMs)));
    if (after === null) return [];
    const [first, last] = after;
    if (countOf(last.value, asset) > countOf(first.value, asset)) return [];
    const forMs = Math.max(0, last.sentMs - first.receivedMs);
    // At such a rate nobody can tell, however long the undo may take.
    if (rate * c.plan.timing.restoreWithinMs < MISSED) return [];
    return [{ asset, ids: [first.id, last.id], forMs, sure: hasStopped(rate, forMs) }];
  });
}
