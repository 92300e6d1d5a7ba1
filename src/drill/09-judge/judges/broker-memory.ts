import type { BrokerState, StoreSnapshot } from '../../model/broker-state.ts';
import {
  brokerAnswers,
  brokerSubject,
  type CaseFile,
  type Death,
  isForeign,
  type Read,
  type Said,
  said,
  startedMs,
  within,
} from '../evidence/index.ts';
import { type Fault, fault, spanning } from '../finding.ts';
import {
  brokerBack,
  brokerDeaths,
  brokerLives,
  crashedLife,
  FIELDS,
  type Field,
  type HaltedState,
  haltedState,
} from '../proofs/index.ts';
import { guardChangeMs } from './guards.ts';

/**
 * Whether the broker lived through the halt, and if not, whether it came back and still knew of it. Where it must be gone,
 * that it is, and stays so, is the question of the judge of targets, as for every other one.
 */
export function judgeBrokerMemory(c: CaseFile): Fault[] {
  if (c.brokerMustStop) return [];
  return [...selfHalt(c), ...brokerDown(c), ...amnesia(c)];
}

function selfHalt(c: CaseFile): Fault[] {
  const [first] = brokerDeaths(c);
  if (first === undefined || c.broker?.roots.includes(first.life) !== true) return [];
  const { life, death } = first;
  if (crashedLife(c, c.broker) === life && c.crash !== null && startedMs(c.crash) <= death.toMs) return [];
  const t0 = c.anchorMs;
  const ended = fault(
    'self-halt',
    'ended',
    brokerSubject(c),
    { pid: life.pid, fromMs: Math.max(0, death.fromMs - t0), toMs: death.toMs - t0 },
    [death.lastSeen.id, death.firstNot.id],
  );
  return [spanning(ended, death.fromMs, c.haltEndMs)];
}

function brokerDown(c: CaseFile): Fault[] {
  const deaths = brokerDeaths(c);
  const death = deaths.at(-1)?.death;
  if (death === undefined) return [];
  const subject = brokerSubject(c);
  const down = (found: Fault, untilMs: number): Fault[] => [spanning(found, death.fromMs, untilMs)];
  if (deaths.length === brokerLives(c).length) {
    const ids = [death.lastSeen.id, death.firstNot.id];
    return down(fault('broker-down', 'not there', subject, {}, ids), Number.POSITIVE_INFINITY);
  }
  const back = brokerBack(c);
  const limit = c.plan.timing.crashWithinMs;
  const waited = c.status.findLast((read) => read.receivedMs <= c.haltEndMs);
  // One that answers in riddles, or with a refusal, is up: what it cannot be asked is another judge's matter.
  const unheard = c.status.every((read) => read.sentMs < death.toMs || (read.raw?.bytes ?? 0) === 0);
  if (back === null && unheard && waited !== undefined && waited.receivedMs - death.toMs > limit) {
    const forMs = waited.receivedMs - death.toMs;
    const ids = [death.firstNot.id, waited.id];
    return down(fault('broker-down', 'not answering', subject, { forMs }, ids), Number.POSITIVE_INFINITY);
  }
  if (back === null || back.sentMs - death.toMs <= limit) return [];
  const figures = { afterMs: back.sentMs - death.toMs, allowedMs: limit };
  const ids = [death.firstNot.id, back.id];
  return down(fault('broker-down', 'back late', subject, figures, ids), back.receivedMs);
}

function amnesia(c: CaseFile): Fault[] {
  const death = brokerDeaths(c)[0]?.death;
  const before = haltedState(c);
  if (death === undefined || before === null) return [];
  const since = { fromMs: death.toMs, toMs: Math.min(c.haltEndMs, guardChangeMs(c)) };
  const after = said(within(brokerAnswers(c), since)).filter(
    (read, _, all) => !isForeign(c, read.value) && !gaveUpLater(c, read, all, (value) => value),
  );
  const forgot = after.find((read) => read.value.level === 0);
  const was = before.state;
  if (forgot !== undefined) {
    const amnesiac = fault(
      'amnesia-restart',
      'forgotten',
      brokerSubject(c),
      { was, by: before.source, is: forgot.value },
      [before.id, death.firstNot.id, forgot.id],
    );
    // A store of level 0 forgot with it; one that is gone, or that lost what else it held, is another matter.
    const known = storeLoss(c, death, since, (state) => state?.level !== 0);
    return [spanning(amnesiac, death.fromMs, c.haltEndMs), ...known];
  }
  const api = FIELDS.flatMap((field) => {
    const read = after.find(({ value }) => lostFields(c, before, value).includes(field));
    if (read === undefined) return [];
    const lost = fault(
      'partial-amnesia',
      'reports another',
      { ...brokerSubject(c), field },
      { was, is: read.value },
      [before.id, read.id],
    );
    return [spanning(lost, death.fromMs, c.haltEndMs)];
  });
  const store = storeLoss(c, death, since);
  return [...api, ...store.filter((lost) => api.every(({ field }) => field !== lost.field))];
}

// A life of the broker that did remember the level and shows another one later has forgotten nothing: that is a downgrade.
function gaveUpLater<T>(
  c: CaseFile,
  read: Said<T>,
  all: readonly Said<T>[],
  stateOf: (value: T) => BrokerState,
): boolean {
  const { level } = c.plan.expect;
  if (stateOf(read.value).level === level) return false;
  const bornMs = Math.max(
    ...brokerDeaths(c)
      .map(({ death }) => death.toMs)
      .filter((endedMs) => endedMs <= read.sentMs),
  );
  return all.some(
    (other) => other.sentMs >= bornMs && other.sentMs < read.sentMs && stateOf(other.value).level === level,
  );
}

function lostFields(c: CaseFile, before: HaltedState, after: BrokerState): Field[] {
  return FIELDS.filter((field) => {
    if (before.state[field] === null || before.state[field] === after[field]) return false;
    return before.source === 'api' || said(brokerAnswers(c)).some(({ value }) => value[field] !== null);
  });
}

function storeLoss(
  c: CaseFile,
  death: Death,
  since: { fromMs: number; toMs: number },
  speaks = (_: BrokerState | null): boolean => true,
): Fault[] {
  const halted = said(within(c.store, { fromMs: c.anchorMs, toMs: death.toMs })).filter(
    (read) => read.value.state.level === c.plan.expect.level,
  );
  // What was read as it died may have been read after that.
  const before = halted.findLast((read) => read.receivedMs <= death.fromMs) ?? halted.at(-1);
  if (before === undefined) return [];
  const readings = said(within(c.store, since));
  const later = within(c.store, since).filter((read) => {
    if (!speaks(stateIn(read))) return false;
    if (read.reading.kind !== 'present') return read.reading.kind === 'absent';
    const [spoken] = said([read]);
    return (
      !isForeign(c, read.reading.value.state) &&
      (spoken === undefined || !gaveUpLater(c, spoken, readings, ({ state }) => state))
    );
  });
  const fields = FIELDS.filter((field) => before.value.state[field] !== null);
  return fields.flatMap((field) => {
    const read = later.find((one) => isLost(field, before.value.state, stateIn(one)));
    if (read === undefined) return [];
    const lost = fault(
      'partial-amnesia',
      'stores another',
      { ...brokerSubject(c), field },
      { was: before.value.state, is: stateIn(read) },
      [before.id, read.id],
    );
    return [spanning(lost, death.toMs, c.haltEndMs)];
  });
}

function stateIn({ reading }: Read<StoreSnapshot>): BrokerState | null {
  return reading.kind === 'present' ? reading.value.state : null;
}

// Where no halt is known of any more, its incident, reason and asset went with the level.
function isLost(field: Field, before: BrokerState, after: BrokerState | null): boolean {
  if (before[field] === after?.[field]) return false;
  return field === 'level' || (after !== null && after.level > 0);
}
