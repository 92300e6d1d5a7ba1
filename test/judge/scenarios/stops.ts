import type { StopConditionMet } from '../../../src/drill/model/journal.ts';
import { RESUME, type Scenario } from '../scenario.ts';

/** Nothing is undone, and the observation goes on for a while. */
function nothingUndone(s: Scenario, atMs: number, met: Omit<StopConditionMet, 'kind'>): void {
  s.also.push({ atMs, body: { kind: 'stop-condition', ...met } });
  s.resumeAt = null;
  // Before the time of the undo in a clean drill, when everything comes back.
  s.endMs = Math.min(atMs + 1600, RESUME - 100);
}

export function leftHalted(s: Scenario, atMs: number): void {
  const condition = { when: 'survivor-dies', action: 'hold' } as const;
  s.plan = { ...s.plan, stopWhen: [condition, ...s.plan.stopWhen] };
  nothingUndone(s, atMs, { condition, action: 'hold', evidence: 'horus on knox (pid 120) has ended' });
  s.interruptedAt = atMs + 1;
}

/** By a recovery, from the same journal: from then on it is judged as any other undo. */
export function leftHaltedThenResumed(s: Scenario, atMs: number): void {
  const { resumeAt, endMs } = s;
  leftHalted(s, atMs);
  Object.assign(s, { resumeAt, endMs });
}

export function endedByRule(s: Scenario, atMs: number): void {
  const condition = { when: 'host-lost', action: 'resume', forMs: 5000 } as const;
  const other = { when: 'survivor-dies', action: 'hold' } as const;
  s.plan = { ...s.plan, stopWhen: [condition, other, ...s.plan.stopWhen] };
  const evidence = 'tesseract gave no good sample for 5 s';
  s.also.push({ atMs, body: { kind: 'stop-condition', condition, action: 'resume', evidence } });
  s.interruptedAt = atMs + 1;
}

export function handsOff(s: Scenario, atMs: number): void {
  const condition = { when: 'foreign-incident', action: 'hands-off' } as const;
  const evidence = 'the broker is halted at level 3, incident i-77';
  nothingUndone(s, atMs, { condition, action: 'hands-off', evidence });
}
