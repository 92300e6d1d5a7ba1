import type { FindingCode } from '../../../src/drill/model/findings.ts';
import { present } from '../../../src/drill/model/reading.ts';
import { baselineLife, type FakeLife, type halted, life, RESUME, type Scenario } from '../scenario.ts';

export type Change = (s: Scenario) => void;

/** A change to a clean drill that must yield the code, and one close to it that must not. */
export interface Case {
  readonly code: FindingCode;
  readonly about?: string;
  readonly flags: Change;
  readonly spares: Change;
  /** The near miss is allowed other findings. */
  readonly spareNotClean?: true;
}

export const hermes = (s: Scenario): FakeLife => baselineLife(s, 'hermes');
export const child = (s: Scenario, fromMs: number, toMs: number): FakeLife => {
  const made = {
    ...life('', 'tesseract', 700, fromMs, toMs),
    services: [],
    ppid: hermes(s).pid,
    pgrp: hermes(s).pid,
  };
  s.lives.push(made);
  return made;
};
export const newcomer = (s: Scenario, fromMs: number, toMs: number): FakeLife => {
  const made = life('hermes', 'tesseract', 701, fromMs, toMs);
  s.lives.push(made);
  return made;
};
export const replied = (s: Scenario): Extract<Scenario['reply'], { kind: 'present' }> => {
  if (s.reply?.kind !== 'present') throw new Error('no reply');
  return s.reply;
};
/** Has hermes stop that late, in a drill with a hold that still fits in. */
export const briefly = (s: Scenario, toMs: number): void => {
  hermes(s).toMs = toMs;
  s.plan = { ...s.plan, timing: { ...s.plan.timing, holdMs: 4000 } };
};
export const refuse: Change = (s) => {
  s.reply = present({ ...replied(s).value, status: 500, acknowledged: false, stops: null, state: null });
};
export const haltedFor = (from: number, to: number) => (ms: number) => ms >= from && ms < to;
export const incidentRow = (id: string, reason: string | null, resolvedAt: string | null) => ({
  id,
  level: 2,
  reason,
  openedAt: '2026-11-22T10:00:05Z',
  resolvedAt,
});
/** Has the API say this while halted, the crash aside. */
export const saying = (s: Scenario, when: (ms: number) => boolean, what: typeof halted): void => {
  const { api } = s;
  s.api = (ms) => (when(ms) && api(ms).kind === 'present' ? present(what) : api(ms));
};
export const holding = (s: Scenario, when: (ms: number) => boolean, what: typeof halted): void => {
  const { store } = s;
  s.store = (ms) => {
    const read = store(ms);
    return when(ms) && read.kind === 'present' ? present({ ...read.value, state: what }) : read;
  };
};
export const growing = (s: Scenario, from: number, account = 'hermes'): void => {
  const { exchange } = s;
  s.exchange = (ms) => {
    const read = exchange(ms);
    if (read.kind !== 'present' || ms < from || ms >= RESUME) return read;
    const accepted = read.value.accepted.map((line) =>
      line.account === account && line.asset === 'DOGE-USD' ? { ...line, count: line.count + 1 } : line,
    );
    return present({ ...read.value, accepted });
  };
};
