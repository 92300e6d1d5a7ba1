import { asksStatus, readsStore } from '../../model/coverage.ts';
import type { Moment, Silence, Source } from '../../model/findings/source-words.ts';
import type { Subject } from '../../model/findings.ts';
import type { Interval, Reading } from '../../model/reading.ts';
import {
  brokerAnswers,
  brokerSubject,
  type CaseFile,
  endedMs,
  type Read,
  within,
} from '../evidence/index.ts';
import { type Fault, fault, spanning } from '../finding.ts';
import { brokerDeaths, brokerLives, undoneMs } from '../proofs/index.ts';

/**
 * The whole stretch without an answer in which a need lies: from the first failure after the last answer before it, or from that answer
 * where nothing was asked, to the last failure.
 */
function silence<T>(
  reads: readonly Read<T>[],
  isAnswer: (read: Read<T>) => boolean,
  { fromMs, toMs }: Need,
): Interval {
  // No answer lies wholly within the need, so the last one before its end began before it.
  const answer = reads.findLastIndex((read) => isAnswer(read) && read.sentMs < fromMs);
  const failed = reads.slice(answer + 1).filter((read) => read.receivedMs <= toMs);
  return {
    fromMs: failed[0]?.sentMs ?? reads[answer]?.receivedMs ?? fromMs,
    toMs: failed.at(-1)?.receivedMs ?? toMs,
  };
}

interface Need {
  readonly when: Moment;
  readonly fromMs: number;
  readonly toMs: number;
  /** An empty store is no answer then: it held something before the trigger. */
  readonly full?: boolean;
}

/** Whether store, API, audit log and exchange were readable at every moment at which the verdict needs them. */
export function judgeSources(c: CaseFile): Fault[] {
  return c.trigger === null ? everRead(c) : readWhenNeeded(c);
}

/** Nothing was triggered: what was tried and failed is worth saying, what was never tried is not. */
function everRead(c: CaseFile): Fault[] {
  const subject = brokerSubject(c);
  const ever: Need[] = [{ when: 'before', fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY }];
  return [
    ...(c.store.length > 0 ? unread('unreadable-store', 'store', c.store, ever, subject) : []),
    ...(c.status.length > 0 ? unread('unreadable-broker', 'API', c.status, ever, subject) : []),
    ...(c.exchange.length > 0 ? unread('unreadable-exchange', 'exchange', c.exchange, ever, {}) : []),
  ];
}

function readWhenNeeded(c: CaseFile): Fault[] {
  const subject = brokerSubject(c);
  const findings: Fault[] = [];
  const moments = needs(c);
  if (readsStore(c.plan)) findings.push(...unread('unreadable-store', 'store', c.store, moments, subject));
  const asked = c.brokerMustStop ? moments.filter((need) => need.when !== 'halt ended') : moments;
  if (asksStatus(c.plan) && (c.brokerMustStop || !brokerGone(c)))
    findings.push(...unread('unreadable-broker', 'API', brokerAnswers(c), asked, subject));
  if (c.plan.sources.exchange && c.plan.effects !== null) {
    const due = moments.filter(({ when }) => when !== 'restarted' && when !== 'drill ended');
    findings.push(...unread('unreadable-exchange', 'exchange', c.exchange, due, {}));
  }
  if (c.plan.sources.audit !== null) {
    const after: Need = { when: 'after', fromMs: c.anchorMs, toMs: Number.POSITIVE_INFINITY };
    const before: Need = { when: 'before', fromMs: Number.NEGATIVE_INFINITY, toMs: c.anchorMs };
    if (!findings.some((found) => found.code === 'unreadable-store')) {
      findings.push(...unread('unreadable-store', 'audit log', c.audit, [before, after], subject));
    }
  }
  return findings;
}

/** Each need at which the source gave no answer. */
function unread<T>(
  code: 'unreadable-store' | 'unreadable-broker' | 'unreadable-exchange',
  source: Source,
  reads: readonly Read<T>[],
  needs: readonly Need[],
  about: Subject,
): Fault[] {
  return needs.flatMap((need) => {
    const inside = within(reads, need);
    // An empty store is an answer; an API or an exchange that says nothing is none.
    const empty = code === 'unreadable-store' && need.full !== true;
    const answers = empty ? ['present', 'absent'] : ['present'];
    if (inside.some((read) => answers.includes(read.reading.kind))) return [];
    const failed = inside.at(-1);
    const isAnswer = ({ reading }: Read<T>): boolean => answers.includes(reading.kind);
    const { fromMs, toMs } = silence(reads, isAnswer, need);
    const figures = { source, when: need.when, why: why(failed?.reading) };
    return [spanning(fault(code, 'not read', about, figures, [failed?.id]), fromMs, toMs)];
  });
}

function needs(c: CaseFile): Need[] {
  const fresh = Math.max(2000, 2 * c.plan.timing.maxGapMs);
  const list: Need[] = [
    { when: 'before', fromMs: Number.NEGATIVE_INFINITY, toMs: c.anchorMs },
    { when: 'halt ended', fromMs: Math.max(c.anchorMs, c.haltEndMs - fresh), toMs: c.haltEndMs },
  ];
  const last = brokerDeaths(c).at(-1);
  if (last !== undefined && !c.brokerMustStop)
    list.push({ when: 'restarted', fromMs: last.death.toMs, toMs: c.haltEndMs });
  const ends = c.resumes.map(endedMs);
  if (ends.length > 0)
    list.push({ when: 'resumed', fromMs: Math.max(...ends), toMs: Number.POSITIVE_INFINITY });
  if (c.plan.resume === 'manual' && c.manualSteps.length + c.starts.length > 0)
    list.push({ when: 'resumed by hand', fromMs: undoneMs(c), toMs: Number.POSITIVE_INFINITY });
  if (c.resumes.length + c.manualSteps.length + c.starts.length > 0) {
    // Once it was seen to be over, it may have begun again.
    const before = c.store.findLast(({ receivedMs }) => receivedMs <= c.anchorMs);
    list.push({
      when: 'drill ended',
      fromMs: Math.max(undoneMs(c), c.endMs - fresh),
      toMs: Number.POSITIVE_INFINITY,
      full: before?.reading.kind === 'present',
    });
  }
  return list;
}

// With no process of it there, its silence is `broker-down`.
function brokerGone(c: CaseFile): boolean {
  const deaths = brokerDeaths(c);
  return deaths.length > 0 && deaths.length === brokerLives(c).length;
}

function why(reading: Reading<unknown> | undefined): Silence {
  if (reading?.kind === 'absent') return 'absent';
  return reading?.kind === 'unreadable' ? { reason: reading.reason } : 'never read';
}
