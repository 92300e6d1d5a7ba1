import { asksStatus, readsStore } from '../../model/coverage.ts';
import type { FindingCode } from '../../model/findings.ts';
import type { Interval, Reading } from '../../model/reading.ts';
import {
  brokerAnswers,
  brokerSubject,
  type CaseFile,
  endedMs,
  type Read,
  within,
} from '../evidence/index.ts';
import { type Fault, finding, spanning } from '../finding.ts';
import { brokerDeaths, brokerLives, undoneMs } from '../proofs/index.ts';

const HALT_ENDED = 'when the halt ended';
const RESTARTED = 'after the broker had restarted';
const DRILL_ENDED = 'when the drill ended';

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
  readonly when: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** An empty store is no answer then: it held something before the trigger. */
  readonly full?: boolean;
}

/** Whether store, API, audit log and exchange were readable at every moment at which the verdict needs them. */
export function judgeSources(c: CaseFile): Fault[] {
  const subject = brokerSubject(c);
  const findings: Fault[] = [];
  const demand = <T>(
    code: FindingCode,
    what: string,
    reads: readonly Read<T>[],
    needs: readonly Need[],
    about: typeof subject | object,
  ): void => {
    for (const need of needs) {
      const inside = within(reads, need);
      // An empty store is an answer; an API or an exchange that says nothing is none.
      const empty = code === 'unreadable-store' && need.full !== true;
      const answers = empty ? ['present', 'absent'] : ['present'];
      if (inside.some((read) => answers.includes(read.reading.kind))) continue;
      const failed = inside.at(-1);
      const message = `${what} could not be read ${need.when}: ${why(failed?.reading)}.`;
      const isAnswer = ({ reading }: Read<T>): boolean => answers.includes(reading.kind);
      const { fromMs, toMs } = silence(reads, isAnswer, need);
      findings.push(spanning(finding(code, about, message, [failed?.id]), fromMs, toMs));
    }
  };

  if (c.trigger === null) {
    // Nothing was triggered: what was tried and failed is worth saying, what was never tried is not.
    const ever = {
      when: 'before the trigger',
      fromMs: Number.NEGATIVE_INFINITY,
      toMs: Number.POSITIVE_INFINITY,
    };
    if (c.store.length > 0) demand('unreadable-store', 'The store', c.store, [ever], subject);
    if (c.status.length > 0) demand('unreadable-broker', 'The API', c.status, [ever], subject);
    if (c.exchange.length > 0) demand('unreadable-exchange', 'The exchange', c.exchange, [ever], {});
    return findings;
  }
  const moments = needs(c);
  if (readsStore(c.plan)) demand('unreadable-store', 'The store', c.store, moments, subject);
  const asked = c.brokerMustStop ? moments.filter((need) => need.when !== HALT_ENDED) : moments;
  if (asksStatus(c.plan) && (c.brokerMustStop || !brokerGone(c)))
    demand('unreadable-broker', 'The API', brokerAnswers(c), asked, subject);
  if (c.plan.sources.exchange && c.plan.effects !== null) {
    demand(
      'unreadable-exchange',
      'The exchange',
      c.exchange,
      moments.filter(({ when }) => when !== RESTARTED && when !== DRILL_ENDED),
      {},
    );
  }
  if (c.plan.sources.audit !== null) {
    const after = { when: 'after the trigger', fromMs: c.anchorMs, toMs: Number.POSITIVE_INFINITY };
    const before = { when: 'before the trigger', fromMs: Number.NEGATIVE_INFINITY, toMs: c.anchorMs };
    if (!findings.some((found) => found.code === 'unreadable-store')) {
      demand('unreadable-store', 'The audit log', c.audit, [before, after], subject);
    }
  }
  return findings;
}

function needs(c: CaseFile): Need[] {
  const fresh = Math.max(2000, 2 * c.plan.timing.maxGapMs);
  const list: Need[] = [
    { when: 'before the trigger', fromMs: Number.NEGATIVE_INFINITY, toMs: c.anchorMs },
    { when: HALT_ENDED, fromMs: Math.max(c.anchorMs, c.haltEndMs - fresh), toMs: c.haltEndMs },
  ];
  const last = brokerDeaths(c).at(-1);
  if (last !== undefined && !c.brokerMustStop)
    list.push({ when: RESTARTED, fromMs: last.death.toMs, toMs: c.haltEndMs });
  const ends = c.resumes.map(endedMs);
  if (ends.length > 0)
    list.push({ when: 'after the resume', fromMs: Math.max(...ends), toMs: Number.POSITIVE_INFINITY });
  if (c.plan.resume === 'manual' && c.manualSteps.length + c.starts.length > 0)
    list.push({ when: 'after the manual resume', fromMs: undoneMs(c), toMs: Number.POSITIVE_INFINITY });
  if (c.resumes.length + c.manualSteps.length + c.starts.length > 0) {
    // Once it was seen to be over, it may have begun again.
    const before = c.store.findLast(({ receivedMs }) => receivedMs <= c.anchorMs);
    list.push({
      when: DRILL_ENDED,
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

function why(reading: Reading<unknown> | undefined): string {
  if (reading?.kind === 'absent') return 'nothing was there';
  return reading?.kind === 'unreadable' ? reading.reason : 'no reading of it is in the journal';
}
