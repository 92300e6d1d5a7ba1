import type { ExchangeBook } from '../../../src/drill/model/broker-state.ts';
import { isRefusal } from '../../../src/drill/model/guards.ts';
import { type Evidence, ofKind } from './evidence.ts';
import type { Lack } from './lack.ts';
import { missingStop } from './stops.ts';

interface Book {
  readonly sentMs: number;
  readonly receivedMs: number;
  readonly book: ExchangeBook;
}

const accepted = (book: ExchangeBook, asset: string): number =>
  book.accepted.filter((line) => line.asset === asset).reduce((sum, { count }) => sum + count, 0);

/** Silence after noise, nothing held, nothing grown, and trade where it must go on. */
export function missingEffects(e: Evidence): Lack[] {
  const { effects, sources, broker } = e.plan;
  if (effects === null || !sources.exchange) return [];
  const reads = ofKind(e.entries, 'exchange').flatMap(({ read: { sentMs, receivedMs, reading } }) =>
    reading.kind === 'present' ? [{ sentMs, receivedMs, book: reading.value }] : [],
  );
  const before = reads.filter(({ receivedMs }) => receivedMs <= e.t0);
  // A halt may be undone before its deadline: then it had to be silent as long as it was to be held.
  const silentMs = Math.min(e.deadline, e.haltEnd - e.plan.timing.holdMs);
  const late = reads.filter(({ sentMs, receivedMs }) => sentMs >= silentMs && receivedMs <= e.haltEnd);
  const host = e.plan.services.find(({ name }) => name === broker)?.host;
  const lacks: Lack[] = [];
  for (const asset of [...new Set([...effects.silent, ...effects.flat, ...effects.active])]) {
    const about = {
      part: 'effect',
      ...(host === undefined ? {} : { host }),
      service: broker,
      asset,
    } as const;
    for (const says of missingFor(e, asset, before, late)) lacks.push({ ...about, says });
  }
  return lacks;
}

const isStopped = (e: Evidence): boolean =>
  e.plan.services.every((service) => service.role !== 'target' || missingStop(e, service).length === 0);

function missingFor(e: Evidence, asset: string, before: readonly Book[], late: readonly Book[]): string[] {
  const [begin, t0, first, last] = [before[0], before.at(-1), late[0], late.at(-1)];
  if (begin === undefined || t0 === undefined) return ['the exchange was not read before the trigger'];
  if (first === undefined || last === undefined) return ['the exchange was not read after the deadline'];
  const says: string[] = [];
  const traded = accepted(t0.book, asset) - accepted(begin.book, asset);
  // A slow market is given all of the halt.
  const since = accepted(last.book, asset) - accepted(t0.book, asset);
  const during = accepted(last.book, asset) - accepted(first.book, asset);
  const { silent = [], flat = [], active = [] } = e.plan.effects ?? {};
  if (silent.includes(asset) && traded < 2) says.push('there was no trade before the trigger');
  if (silent.includes(asset) && during > 0) says.push('orders were accepted after the deadline');
  if (active.includes(asset) && since === 0) says.push('trade did not go on');
  const held = ({ book }: Book): number => Math.abs(book.positions[asset] ?? 0);
  const resting = ({ book }: Book): number => book.open[asset] ?? 0;
  if (flat.includes(asset) && held(t0) + resting(t0) === 0) says.push('there was nothing to flatten');
  if (flat.includes(asset) && late.some((one) => held(one) + resting(one) > 0)) says.push('it was not flat');
  // Orders on their way may fill by the deadline, or until all has stopped; after it nothing may grow.
  const stood = isStopped(e) ? late : late.filter(({ sentMs }) => sentMs >= e.deadline);
  const most = Math.max(held(t0), ...stood.slice(0, 1).map(held));
  if (!active.includes(asset) && stood.some((one) => held(one) > most))
    says.push('its position grew under the halt');
  return says;
}

/** Every guard of the plan was tried, and said no, or did nothing. */
export function missingGuards(e: Evidence): Lack[] {
  const tries = ofKind(e.entries, 'outcome').flatMap(({ act, reply, startedMs }) =>
    act.act === 'guard' ? [{ ...act, reply, startedMs }] : [],
  );
  const harmless = ['lower-level', 'repeat'];
  return e.plan.guards.flatMap((guard): Lack[] => {
    const own = tries.filter((one) => one.guard === guard && !one.control);
    const answered = own.flatMap(({ reply }) => (reply?.kind === 'present' ? reply.value.status : []));
    if (answered.length === 0) return [{ part: 'guard', says: `${guard} was not answered` }];
    if (harmless.includes(guard) || answered.every(isRefusal)) return [];
    return [{ part: 'guard', says: `${guard} was not refused` }];
  });
}
