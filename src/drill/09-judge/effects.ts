import type { ExchangeBook } from '../model/broker-state.ts';
import type { EffectSummary, Finding } from '../model/verdict.ts';
import { brokerSubject, type CaseFile, type Said, said, within } from './case-file.ts';
import { finding, listed, seconds } from './finding.ts';
import { countOf, growths, hasStopped, isFlat, MISSED, rateOf } from './quiet.ts';

/** Fewer expected orders than this, and silence says nothing. */
const SEVERAL = 3;

interface Watched {
  readonly asset: string;
  readonly before: readonly Said<ExchangeBook>[];
  readonly during: readonly Said<ExchangeBook>[];
  /** Orders a millisecond, as seen at baseline, from below. */
  readonly rate: number;
}

/** Whether the halt took effect at the exchange, where the inventory names one and the drill asks for it. */
export function judgeEffects(c: CaseFile): Finding[] {
  const { effects } = c.plan;
  if (effects === null || c.trigger === null || !c.plan.sources.exchange) return [];
  return [
    ...reset(c),
    ...effects.silent.flatMap((asset) => judgeSilence(c, watch(c, asset))),
    ...effects.flat.flatMap((asset) => judgeFlat(c, watch(c, asset))),
    ...effects.active.flatMap((asset) => judgeActive(c, watch(c, asset))),
  ];
}

function watch(c: CaseFile, asset: string): Watched {
  const before = said(c.exchange.filter((read) => read.receivedMs <= c.anchorMs));
  const during = said(within(c.exchange, { fromMs: c.anchorMs, toMs: c.haltEndMs }));
  return { asset, before, during, rate: rateOf(c, asset) };
}

// Counters that fall show an exchange that began anew; what was accepted in between is not known.
function reset(c: CaseFile): Finding[] {
  const books = said(c.exchange).filter((read) => read.receivedMs <= c.haltEndMs);
  const fell = books.find((read, index) =>
    books[index - 1]?.value.accepted.some(
      (line) =>
        line.count >
        (read.value.accepted.find((l) => l.asset === line.asset && l.account === line.account)?.count ?? 0),
    ),
  );
  if (fell === undefined) return [];
  return [
    finding(
      'unreadable-exchange',
      {},
      'The count of accepted orders fell during the drill, so the exchange began anew and its silence says nothing.',
      [fell.id],
    ),
  ];
}

function judgeSilence(c: CaseFile, { asset, before, during, rate }: Watched): Finding[] {
  const deadline = c.trigger?.deadlineMs ?? 0;
  const last = during.at(-1);
  if (last === undefined || before.length === 0) return [];
  const due = during.filter((read) => read.sentMs >= deadline);
  const [reference] = due;
  const grew =
    reference === undefined
      ? undefined
      : due.find((read) => countOf(read.value, asset) > countOf(reference.value, asset));
  if (reference !== undefined && grew !== undefined) {
    const accounts = grownAccounts(reference.value, last.value, asset);
    const count = countOf(last.value, asset) - countOf(reference.value, asset);
    const orders = count === 1 ? '1 order' : `${count} orders`;
    return [
      finding(
        'order-after-halt',
        { asset },
        `${orders} for ${asset} ${count === 1 ? 'was' : 'were'} accepted after the deadline, of ${listed(accounts)}; the first was seen ${seconds(grew.receivedMs - c.anchorMs)} after T0.`,
        [reference.id, grew.id, last.id],
      ),
    ];
  }
  // Before the deadline too: what had stopped, as a halt demands, and went on again was let through.
  const broken = growths([...before.slice(-1), ...during], asset).find(({ silenceMs }) =>
    hasStopped(rate, silenceMs),
  );
  if (broken !== undefined) {
    const accounts = grownAccounts(broken.before.value, broken.read.value, asset);
    return [
      finding(
        'order-after-halt',
        { asset },
        `After ${seconds(broken.silenceMs)} of silence an order for ${asset} was accepted again, of ${listed(accounts)}, ${seconds(broken.read.receivedMs - c.anchorMs)} after T0.`,
        [broken.before.id, broken.read.id],
      ),
    ];
  }
  const around = aroundDeadline(c, during);
  if (around !== null && countOf(around[1].value, asset) > countOf(around[0].value, asset)) {
    const [lastBefore, firstAfter] = around;
    return [
      finding(
        'sampled-too-coarsely',
        { asset },
        `An order for ${asset} was accepted around the deadline; it cannot be told on which side of it.`,
        [lastBefore.id, firstAfter.id],
      ),
    ];
  }
  const silentFrom = [...before.slice(-1), ...during].find(
    (read) => countOf(read.value, asset) === countOf(last.value, asset),
  );
  const silence = last.sentMs - (silentFrom?.receivedMs ?? last.sentMs);
  if (rate * silence >= SEVERAL) return [];
  return [
    finding(
      'vacuous-target',
      { asset },
      `The silence for ${asset} says nothing: it lasted ${seconds(silence)}, and at the rate seen before the trigger ${(rate * silence).toFixed(1)} orders were to be expected in that time.`,
      [before[0]?.id, before.at(-1)?.id, last.id],
    ),
  ];
}

/** Accounts whose count for the asset grew between two looks. */
function grownAccounts(from: ExchangeBook, to: ExchangeBook, asset: string): string[] {
  return to.accepted
    .filter((line) => line.asset === asset)
    .filter(
      (line) =>
        line.count > (from.accepted.find((l) => l.asset === asset && l.account === line.account)?.count ?? 0),
    )
    .map((line) => line.account)
    .sort();
}

/** Accounts whose orders were accepted after the deadline. */
export function accountsAfterDeadline(c: CaseFile, asset: string): string[] {
  const due = watch(c, asset).during.filter((read) => read.sentMs >= (c.trigger?.deadlineMs ?? 0));
  const [first, last] = [due[0], due.at(-1)];
  return first === undefined || last === undefined ? [] : grownAccounts(first.value, last.value, asset);
}

/** Accounts whose orders were accepted about the deadline, before or after it. */
export function accountsAroundDeadline(c: CaseFile, asset: string): string[] {
  const around = aroundDeadline(c, watch(c, asset).during);
  return around === null ? [] : grownAccounts(around[0].value, around[1].value, asset);
}

/** The last look before the deadline and the first after it; null where one of them is missing. */
function aroundDeadline<T extends { readonly sentMs: number; readonly receivedMs: number }>(
  c: CaseFile,
  during: readonly T[],
): readonly [T, T] | null {
  const deadline = c.trigger?.deadlineMs ?? 0;
  const before = during.findLast((read) => read.receivedMs <= deadline);
  const after = during.find((read) => read.sentMs >= deadline);
  return before === undefined || after === undefined ? null : [before, after];
}

function judgeFlat(c: CaseFile, { asset, before, during }: Watched): Finding[] {
  const deadline = c.trigger?.deadlineMs ?? 0;
  const last = during.at(-1);
  const was = before.at(-1);
  if (last === undefined || was === undefined) return [];
  const subject = { ...brokerSubject(c), asset };
  const open = during.find((read) => read.sentMs >= deadline && !isFlat(read.value, asset));
  if (open !== undefined) {
    return [
      finding(
        'position-not-flat',
        subject,
        `${seconds(open.sentMs - c.anchorMs)} after T0 ${asset} stood at ${open.value.positions[asset] ?? 0} with ${open.value.open[asset] ?? 0} open orders.`,
        [was.id, open.id],
      ),
    ];
  }
  if ((was.value.positions[asset] ?? 0) === 0) {
    return [
      finding(
        'vacuous-target',
        subject,
        `There was no position in ${asset} before the trigger, so that it is flat says nothing.`,
        [was.id],
      ),
    ];
  }
  if (last.sentMs >= deadline) return [];
  return [
    finding(
      'cut-short',
      { asset },
      `The exchange was not looked at after the deadline, so it is not known whether ${asset} stayed flat.`,
      [last.id],
    ),
  ];
}

function judgeActive(c: CaseFile, { asset, before, during, rate }: Watched): Finding[] {
  const last = during.at(-1);
  if (last === undefined || before.length === 0) return [];
  const subject = { ...brokerSubject(c), asset };
  const still =
    [...before.slice(-1), ...during].find(
      (read) => countOf(read.value, asset) === countOf(last.value, asset),
    ) ?? last;
  const silence = last.sentMs - still.receivedMs;
  const window = last.sentMs - c.anchorMs;
  const never = countOf(last.value, asset) === countOf(before.at(-1)?.value ?? last.value, asset);
  if (rate * window < SEVERAL) {
    return [
      finding(
        'vacuous-target',
        subject,
        `Too few orders for ${asset} were seen before the trigger to tell whether they went on.`,
        [before[0]?.id, before.at(-1)?.id],
      ),
    ];
  }
  if (never || hasStopped(rate, silence)) {
    return [
      finding(
        'collateral-halt',
        subject,
        `${asset} must go on trading at this level; no order was accepted for ${seconds(silence)} before the halt ended.`,
        [still.id, last.id],
      ),
    ];
  }
  return [];
}

/** Accounts that placed orders in the asset before the trigger. */
export function accountsAtBaseline(c: CaseFile, asset: string): string[] {
  const { before } = watch(c, asset);
  const [first, last] = [before[0], before.at(-1)];
  return first === undefined || last === undefined ? [] : grownAccounts(first.value, last.value, asset);
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
  if (c.plan.effects === null || !c.plan.sources.exchange) return [];
  const { silent, flat, active } = c.plan.effects;
  return [...new Set([...silent, ...flat, ...active])].flatMap((asset) => {
    const { rate } = watch(c, asset);
    const after = said(c.exchange.filter((read) => read.sentMs >= fromMs));
    const [first, last] = [after[0], after.at(-1)];
    if (first === undefined || last === undefined || countOf(last.value, asset) > countOf(first.value, asset))
      return [];
    const forMs = last.sentMs - first.receivedMs;
    // At such a rate nobody can tell, however long the undo may take.
    if (rate * c.plan.timing.restoreWithinMs < MISSED) return [];
    return [{ asset, ids: [first.id, last.id], forMs, sure: hasStopped(rate, forMs) }];
  });
}

/** What was seen at the exchange, asset by asset. */
export function effectSummaries(c: CaseFile): EffectSummary[] {
  const { effects } = c.plan;
  if (effects === null) return [];
  const assets = [...new Set([...effects.silent, ...effects.flat, ...effects.active])];
  return assets.map((asset) => {
    const { before, during } = watch(c, asset);
    const due = during.filter((read) => read.sentMs >= (c.trigger?.deadlineMs ?? Number.POSITIVE_INFINITY));
    const grown = (reads: readonly Said<ExchangeBook>[]): number | null => {
      const [first, last] = [reads[0], reads.at(-1)];
      return first === undefined || last === undefined
        ? null
        : countOf(last.value, asset) - countOf(first.value, asset);
    };
    const [first, last] = [before.at(-1), during.at(-1)];
    return {
      asset,
      expected: expectedOf(effects, asset),
      ordersAtBaseline: grown(before) ?? 0,
      ordersAfterDeadline: grown(due),
      positionBefore: first === undefined ? null : (first.value.positions[asset] ?? 0),
      positionAfter: last === undefined ? null : (last.value.positions[asset] ?? 0),
      openAfter: last === undefined ? null : (last.value.open[asset] ?? 0),
    };
  });
}

function expectedOf(
  effects: NonNullable<CaseFile['plan']['effects']>,
  asset: string,
): EffectSummary['expected'] {
  const silent = effects.silent.includes(asset);
  if (effects.flat.includes(asset)) return silent ? 'silent and flat' : 'flat';
  return silent ? 'silent' : 'active';
}
