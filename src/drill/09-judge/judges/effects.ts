import type { ExchangeBook } from '../../model/broker-state.ts';
import type { EffectSummary, Finding } from '../../model/verdict.ts';
import { brokerSubject, type CaseFile, type Said, said, within } from '../evidence/index.ts';
import { type Fault, fault, spanning } from '../finding.ts';
import {
  completeFromMs,
  countOf,
  ends,
  growths,
  hasGrown,
  hasStopped,
  isFlat,
  rateOf,
} from '../proofs/index.ts';

/** Fewer expected orders than this, and silence says nothing. */
const SEVERAL = 3;

type Look = Said<ExchangeBook>;

/** An asset that the exchange was asked about before the trigger and in the halt. */
interface Watched {
  readonly asset: string;
  /** The first look of all, and the last one before the trigger. */
  readonly first: Look;
  readonly was: Look;
  readonly during: readonly Look[];
  readonly last: Look;
  readonly deadlineMs: number;
  /** Orders a millisecond, as seen at baseline, from below. */
  readonly rate: number;
}

/** Whether the halt took effect at the exchange, where the inventory names one and the drill asks for it. */
export function judgeEffects(c: CaseFile): Finding[] {
  const { effects } = c.plan;
  if (effects === null || c.trigger === null) return [];
  const { deadlineMs } = c.trigger;
  const each = (assets: readonly string[], judgeOne: (watched: Watched) => Finding[]): Finding[] =>
    assets.flatMap((asset) => {
      const before = ends(looksBefore(c));
      const during = looksDuring(c);
      const last = during.at(-1);
      if (before === null || last === undefined) return [];
      const [first, was] = before;
      return judgeOne({ asset, first, was, during, last, deadlineMs, rate: rateOf(c, asset) });
    });
  return [
    ...reset(c),
    ...each(effects.silent, (watched) => judgeSilence(c, watched)),
    ...each(
      effects.silent.filter((asset) => !effects.flat.includes(asset)),
      (watched) => judgePosition(c, watched),
    ),
    ...each(effects.flat, (watched) => judgeFlat(c, watched)),
    ...each(effects.active, (watched) => judgeActive(c, watched)),
  ];
}

function looksBefore(c: CaseFile): readonly Look[] {
  return said(c.exchange.filter((read) => read.receivedMs <= c.anchorMs));
}

function looksDuring(c: CaseFile): readonly Look[] {
  return said(within(c.exchange, { fromMs: c.anchorMs, toMs: c.haltEndMs }));
}

/** Looks in the halt and after the deadline. */
function looksDue(c: CaseFile): readonly Look[] {
  return looksDuring(c).filter((read) => read.sentMs >= deadlineOf(c));
}

/** A drill that was never triggered has no deadline, and nothing comes after it. */
function deadlineOf(c: CaseFile): number {
  return c.trigger?.deadlineMs ?? Number.POSITIVE_INFINITY;
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
  return [fault('unreadable-exchange', 'began anew', {}, {}, [fell.id])];
}

function judgeSilence(c: CaseFile, watched: Watched): Fault[] {
  const { asset, first, was, during, last, deadlineMs, rate } = watched;
  const late = ordersAfter(c, watched);
  if (late !== null) return [late];
  // Before the deadline too: what had stopped, as a halt demands, and went on again was let through.
  const broken = growths([was, ...during], asset).find(({ silenceMs }) => hasStopped(rate, silenceMs));
  if (broken !== undefined) {
    const accounts = grownAccounts(broken.before.value, broken.read.value, asset);
    const { silenceMs } = broken;
    const again = fault(
      'order-after-halt',
      'after silence',
      { asset },
      { silenceMs, accounts, afterMs: broken.read.receivedMs - c.anchorMs },
      [broken.before.id, broken.read.id],
    );
    const lastGrown = growths([was, ...during], asset).at(-1) ?? broken;
    return [{ ...spanning(again, broken.before.sentMs, lastGrown.read.receivedMs), accounts }];
  }
  const around = aroundDeadline([was, ...during], deadlineMs);
  if (around !== null && countOf(around[1].value, asset) > countOf(around[0].value, asset)) {
    const [lastBefore, firstAfter] = around;
    const doubt = fault('sampled-too-coarsely', 'order around deadline', { asset }, {}, [
      lastBefore.id,
      firstAfter.id,
    ]);
    return [spanning(doubt, lastBefore.sentMs, firstAfter.receivedMs)];
  }
  const { silence } = silenceAtEnd(watched);
  if (rate * silence >= SEVERAL) return [];
  return [
    fault(
      'vacuous-target',
      'silence too short',
      { asset },
      { silenceMs: silence, expected: rate * silence },
      [first.id, was.id, last.id],
    ),
  ];
}

// Orders that rested before the halt may be filled while it stands, and no new one is accepted then. What a new one explains is told of
// that one; what must be flat is flat or not.
function judgePosition(c: CaseFile, { asset, during, deadlineMs }: Watched): Fault[] {
  const standsMs = Math.min(deadlineMs, completeFromMs(c) ?? deadlineMs);
  const looks = during.filter((read) => read.sentMs >= standsMs);
  for (const [at, now] of looks.entries()) {
    const before = looks[at - 1];
    if (before === undefined || countOf(now.value, asset) !== countOf(before.value, asset)) continue;
    const [was, is] = [before, now].map(({ value }) => value.positions[asset] ?? 0);
    if (was === undefined || is === undefined || !hasGrown(was, is)) continue;
    return [
      fault(
        'position-grew',
        'grew',
        { ...brokerSubject(c), asset },
        { was, is, afterMs: now.sentMs - c.anchorMs },
        [before.id, now.id],
      ),
    ];
  }
  return [];
}

function ordersAfter(c: CaseFile, { asset, last }: Watched): Fault | null {
  const due = looksDue(c);
  const [reference] = due;
  if (reference === undefined) return null;
  const grew = due.find((read) => countOf(read.value, asset) > countOf(reference.value, asset));
  if (grew === undefined) return null;
  const accounts = grownAccounts(reference.value, last.value, asset);
  const count = countOf(last.value, asset) - countOf(reference.value, asset);
  const late = fault(
    'order-after-halt',
    'after deadline',
    { asset },
    { count, accounts, afterMs: grew.receivedMs - c.anchorMs },
    [reference.id, grew.id, last.id],
  );
  const grown = growths(due, asset);
  const [from, to] = [grown[0]?.before ?? reference, grown.at(-1)?.read ?? last];
  return { ...spanning(late, from.sentMs, to.receivedMs), accounts };
}

/** Since which look, at the end of the halt, no order was accepted any more, and for how long. */
function silenceAtEnd({ asset, was, during, last }: Watched): {
  readonly since: Look;
  readonly silence: number;
} {
  const count = countOf(last.value, asset);
  const since = [was, ...during].find((read) => countOf(read.value, asset) === count) ?? last;
  return { since, silence: Math.max(0, last.sentMs - since.receivedMs) };
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

/** Accounts whose count for the asset grew between the first of these looks and the last. */
function grownOver(looks: readonly Look[], asset: string): string[] {
  const both = ends(looks);
  return both === null ? [] : grownAccounts(both[0].value, both[1].value, asset);
}

/** Accounts whose orders were accepted after the deadline. */
export function accountsAfterDeadline(c: CaseFile, asset: string): string[] {
  return grownOver(looksDue(c), asset);
}

/** Accounts whose orders were accepted about the deadline, before or after it. */
export function accountsAroundDeadline(c: CaseFile, asset: string): string[] {
  return grownOver(aroundDeadline([...looksBefore(c), ...looksDuring(c)], deadlineOf(c)) ?? [], asset);
}

/** Accounts that placed orders in the asset before the trigger. */
export function accountsAtBaseline(c: CaseFile, asset: string): string[] {
  return grownOver(looksBefore(c), asset);
}

/** The last look before the deadline, if need be before the trigger, and the first after it; null where one is missing. */
function aroundDeadline(looks: readonly Look[], deadlineMs: number): readonly [Look, Look] | null {
  const before = looks.findLast((read) => read.receivedMs <= deadlineMs);
  const after = looks.find((read) => read.sentMs >= deadlineMs);
  return before === undefined || after === undefined ? null : [before, after];
}

function judgeFlat(c: CaseFile, { asset, was, during, last, deadlineMs }: Watched): Finding[] {
  const subject = { ...brokerSubject(c), asset };
  const open = during.find((read) => read.sentMs >= deadlineMs && !isFlat(read.value, asset));
  if (open !== undefined) {
    return [
      fault(
        'position-not-flat',
        'not flat',
        subject,
        {
          afterMs: open.sentMs - c.anchorMs,
          position: open.value.positions[asset] ?? 0,
          open: open.value.open[asset] ?? 0,
        },
        [was.id, open.id],
      ),
    ];
  }
  if ((was.value.positions[asset] ?? 0) === 0) {
    return [fault('vacuous-target', 'no position', subject, {}, [was.id])];
  }
  if (last.sentMs >= deadlineMs) return [];
  return [fault('unreadable-exchange', 'not after deadline', { asset }, {}, [last.id])];
}

function judgeActive(c: CaseFile, watched: Watched): Finding[] {
  const { asset, first, was, last, rate } = watched;
  const subject = { ...brokerSubject(c), asset };
  const { since, silence } = silenceAtEnd(watched);
  const window = last.sentMs - c.anchorMs;
  const never = countOf(last.value, asset) === countOf(was.value, asset);
  if (rate * window < SEVERAL) {
    return [fault('vacuous-target', 'few orders', subject, {}, [first.id, was.id])];
  }
  if (never || hasStopped(rate, silence)) {
    return [fault('collateral-halt', 'no orders', subject, { silenceMs: silence }, [since.id, last.id])];
  }
  return [];
}

/** What was seen at the exchange, asset by asset. */
export function effectSummaries(c: CaseFile): EffectSummary[] {
  const { effects } = c.plan;
  if (effects === null) return [];
  const assets = [...new Set([...effects.silent, ...effects.flat, ...effects.active])];
  return assets.map((asset) => {
    const [before, due] = [looksBefore(c), looksDue(c)];
    const grown = (looks: readonly Look[]): number | null => {
      const both = ends(looks);
      return both === null ? null : countOf(both[1].value, asset) - countOf(both[0].value, asset);
    };
    const [was, last] = [before.at(-1), looksDuring(c).at(-1)];
    return {
      asset,
      expected: expectedOf(effects, asset),
      ordersAtBaseline: grown(before) ?? 0,
      ordersAfterDeadline: grown(due),
      positionBefore: was === undefined ? null : (was.value.positions[asset] ?? 0),
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
