import type { Verdict } from '../../model/verdict.ts';
import { type CaseFile, startedMs } from '../evidence/index.ts';
import { brokerBack } from './hold.ts';

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
