import type { BrokerState, StoreSnapshot } from '../model/broker-state.ts';
import type { Verdict } from '../model/verdict.ts';
import { haltAcknowledged } from './acknowledgement.ts';
import { startedMs } from './acts.ts';
import { brokerAnswers } from './broker-answers.ts';
import {
  brokerSubject,
  type CaseFile,
  isTriggered,
  type Read,
  type Said,
  said,
  within,
} from './case-file.ts';
import { differ, type Fault, finding, seconds, spanning } from './finding.ts';
import { guardChangeMs } from './guards.ts';
import { brokerBack, brokerDeaths, brokerLives } from './hold.ts';
import { isForeign } from './ownership.ts';
import { crashedLife } from './survivors.ts';

export type Field = 'level' | 'incident' | 'reason' | 'asset';
export const FIELDS: readonly Field[] = ['level', 'incident', 'reason', 'asset'];

/** The state as somebody claimed it while the broker that took the trigger still lived. */
export interface HaltedState {
  readonly state: BrokerState;
  readonly source: 'api' | 'store' | 'reply';
  readonly id: string | null;
}

/**
 * From T0 to the first death of the broker (its latest possible instant), or to the end of the halt. A broker that must be
 * gone has no second life to tell from the first: what its store then holds is what it left there.
 */
export function firstLifeSpan(c: CaseFile): { readonly fromMs: number; readonly toMs: number } {
  if (c.brokerMustStop) return { fromMs: c.anchorMs, toMs: c.haltEndMs };
  return { fromMs: c.anchorMs, toMs: brokerDeaths(c)[0]?.death.toMs ?? c.haltEndMs };
}

/** What the broker's API showed while halted and before it ever restarted; else the store; else the halt's own reply. */
export function haltedState(c: CaseFile): HaltedState | null {
  if (!isTriggered(c)) return null;
  const span = firstLifeSpan(c);
  const { level } = c.plan.expect;
  const api = said(within(brokerAnswers(c), span)).findLast((read) => read.value.level === level);
  if (api !== undefined) return { state: api.value, source: 'api', id: api.id };
  const store = said(within(c.store, span)).findLast((read) => read.value.state.level === level);
  if (store !== undefined) return { state: store.value.state, source: 'store', id: store.id };
  if (!haltAcknowledged(c)) return null;
  const unsaid = { level, incident: null, reason: null, revision: null, asset: null };
  return { state: { ...unsaid, ...c.trigger.reply?.state }, source: 'reply', id: c.trigger.outcomeId };
}

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
  const fault = finding(
    'self-halt',
    brokerSubject(c),
    `${c.plan.broker}, which took the trigger as pid ${life.pid}, ended ${seconds(Math.max(0, death.fromMs - t0))} to ${seconds(death.toMs - t0)} after it; the drill had not touched it.`,
    [death.lastSeen.id, death.firstNot.id],
  );
  return [spanning(fault, death.fromMs, c.haltEndMs)];
}

function brokerDown(c: CaseFile): Fault[] {
  const deaths = brokerDeaths(c);
  const death = deaths.at(-1)?.death;
  if (death === undefined) return [];
  const down = (message: string, untilMs: number, ...evidence: string[]): Fault[] => [
    spanning(finding('broker-down', brokerSubject(c), message, evidence), death.fromMs, untilMs),
  ];
  if (deaths.length === brokerLives(c).length) {
    const message = `${c.plan.broker} ended during the halt, and no process of it was there when the halt ended.`;
    return down(message, Number.POSITIVE_INFINITY, death.lastSeen.id, death.firstNot.id);
  }
  const back = brokerBack(c);
  const limit = c.plan.timing.crashWithinMs;
  const waited = c.status.findLast((read) => read.receivedMs <= c.haltEndMs);
  // One that answers in riddles, or with a refusal, is up: what it cannot be asked is another judge's matter.
  const unheard = c.status.every((read) => read.sentMs < death.toMs || (read.raw?.bytes ?? 0) === 0);
  if (back === null && unheard && waited !== undefined && waited.receivedMs - death.toMs > limit) {
    const message = `${c.plan.broker} came back as a process and did not answer for ${seconds(waited.receivedMs - death.toMs)}.`;
    return down(message, Number.POSITIVE_INFINITY, death.firstNot.id, waited.id);
  }
  if (back === null || back.sentMs - death.toMs <= limit) return [];
  const message = `${c.plan.broker} answered again only ${seconds(back.sentMs - death.toMs)} after it ended; ${seconds(limit)} are allowed.`;
  return down(message, back.receivedMs, death.firstNot.id, back.id);
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
  const was = describe(before.state);
  if (forgot !== undefined) {
    const fault = finding(
      'amnesia-restart',
      brokerSubject(c),
      `${c.plan.broker} was halted (${was}, by ${SOURCE[before.source]}); restarted, it reports ${describe(forgot.value)}.`,
      [before.id, death.firstNot.id, forgot.id],
    );
    return [spanning(fault, death.fromMs, c.haltEndMs)];
  }
  const api = FIELDS.flatMap((field) => {
    const read = after.find(({ value }) => lostFields(c, before, value).includes(field));
    if (read === undefined) return [];
    const fault = finding(
      'partial-amnesia',
      { ...brokerSubject(c), field },
      `${c.plan.broker} was halted (${was}); restarted, it reports ${describe(read.value)}: ${differ([field])}.`,
      [before.id, read.id],
    );
    return [spanning(fault, death.fromMs, c.haltEndMs)];
  });
  const store = storeLoss(c, { fromMs: c.anchorMs, toMs: death.toMs }, since);
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

const SOURCE = { api: 'its API', store: 'its store', reply: 'its reply to the halt' } as const;

function lostFields(c: CaseFile, before: HaltedState, after: BrokerState): Field[] {
  return FIELDS.filter((field) => {
    if (before.state[field] === null || before.state[field] === after[field]) return false;
    return before.source === 'api' || said(brokerAnswers(c)).some(({ value }) => value[field] !== null);
  });
}

function storeLoss(
  c: CaseFile,
  halted: { fromMs: number; toMs: number },
  since: { fromMs: number; toMs: number },
): Fault[] {
  const before = said(within(c.store, halted)).findLast(
    (read) => read.value.state.level === c.plan.expect.level,
  );
  if (before === undefined) return [];
  const readings = said(within(c.store, since));
  const later = within(c.store, since).filter((read) => {
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
    const after = stateIn(read);
    const fault = finding(
      'partial-amnesia',
      { ...brokerSubject(c), field },
      `Before ${c.plan.broker} restarted, its store held ${describe(before.value.state)}; afterwards it holds ${after === null ? 'no state at all' : describe(after)}: ${differ([field])}.`,
      [before.id, read.id],
    );
    return [spanning(fault, halted.toMs, c.haltEndMs)];
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

/** `level 3, incident 7` or `level 0, no incident` */
export function describe(state: BrokerState): string {
  const asset = state.asset === null ? '' : ` for ${state.asset}`;
  return `level ${state.level}${asset}, ${state.incident === null ? 'no incident' : `incident ${state.incident}`}`;
}

/** How the crash went, for the summary. */
export function crashSummary(c: CaseFile): Verdict['broker']['crash'] {
  const act = c.crash?.intent.act;
  if (c.crash === null || act?.act !== 'crash') return { done: false, why: whyNoCrash(c) };
  const result = c.crash.done?.command;
  if (result != null && result.kind !== 'present') {
    return {
      done: false,
      why: result.kind === 'unreadable' ? result.reason : 'the process to be killed was not there',
    };
  }
  const newcomer = c.services
    .get(act.service)
    ?.newcomers.find((life) => life.pid !== act.pid || life.start !== act.start);
  const started = startedMs(c.crash);
  const back = brokerBack(c);
  return {
    done: true,
    killedPid: act.pid,
    newPid: newcomer?.pid ?? null,
    backAfterMs: back === null || back.sentMs < started ? null : Math.round(back.receivedMs - started),
  };
}

function whyNoCrash(c: CaseFile): string {
  if (c.plan.crash === null) return 'the drill does not ask for it';
  const note = c.entries.findLast(
    (entry) => entry.kind === 'stage' && entry.stage === 'crash' && entry.event === 'skipped',
  );
  if (note?.kind === 'stage' && note.note !== null) return note.note;
  return 'the drill ended before it';
}
