import type { BrokerState } from '../../../src/drill/model/broker-state.ts';
import { guardReason } from '../../../src/drill/model/guards.ts';
import { present, type Reading } from '../../../src/drill/model/reading.ts';
import {
  auditLine,
  BACK,
  calm,
  cleanLevel2,
  type FakeGuard,
  halted,
  NONCE,
  RESUME,
  type Scenario,
  T0,
} from '../scenario.ts';
import type { Change } from './case.ts';

export const BEFORE = T0 - 700;
export const HELD = BACK + 400;

/** A clean drill with every guard that a level-2 drill can have, refused, logged, and without effect. */
export function guarded(): Scenario {
  const s = cleanLevel2();
  s.plan = {
    ...s.plan,
    guards: ['no-token', 'wrong-token', 'resume-wrong-incident', 'message-to-halted', 'repeat'],
    messages: { sender: 'sentinel', halted: 'hermes', alive: 'horus', table: true },
  };
  s.guards = [
    { guard: 'no-token', atMs: BEFORE, status: 401 },
    { guard: 'wrong-token', atMs: BEFORE + 100, status: 401 },
    { guard: 'message-to-halted', atMs: HELD, status: 201, control: true },
    { guard: 'message-to-halted', atMs: HELD + 50, status: 409 },
    { guard: 'resume-wrong-incident', atMs: HELD + 200, status: 409 },
    { guard: 'repeat', atMs: HELD + 400, status: 200 },
  ];
  s.messages = [{ atMs: HELD + 80, rows: [{ recipient: 'horus', body: `drill ${NONCE}`, state: 'queued' }] }];
  const { audit } = s;
  const refusals = [BEFORE, BEFORE + 100, HELD + 200];
  s.audit = (ms) => {
    const log = audit(ms);
    const lines = refusals
      .filter((at) => at < ms)
      .map((_, index) => ({ ...auditLine(90 + index, 'halt', null, 'no'), action: 'refuse' }));
    return log.kind === 'present' ? present([...log.value, ...lines]) : log;
  };
  s.auditAt = [BEFORE - 100, ...s.auditAt];
  return s;
}

export const answer = (s: Scenario, guard: FakeGuard['guard'], status: number | null): void => {
  for (const one of s.guards) if (one.guard === guard && one.control !== true) one.status = status;
};

/** Nothing but guards: the drill ended with them. */
export const untriggered = (s: Scenario, atMs: number): void => {
  s.triggered = false;
  s.guards = s.guards.filter((one) => one.atMs <= atMs);
  s.messages = [];
  s.crash = null;
  s.resumeAt = null;
  s.lives = s.lives.filter((one) => one.fromMs < T0);
  for (const one of s.lives) one.toMs = 1_000_000;
  s.api = () => present(calm);
  s.store = () => present({ state: calm, incidents: [], inode: 7 });
};

/** What a guard's own halt looks like, from a while after it until the undo. */
export const takesEffect = (s: Scenario, guard: FakeGuard['guard']): void => {
  untriggered(s, BEFORE);
  s.resumeAt = BEFORE + 900;
  const state = { ...halted, reason: guardReason(s.plan.drill, guard, NONCE) };
  const stands = (ms: number): boolean => ms > BEFORE + 10 && ms < BEFORE + 1000;
  s.api = (ms) => present(stands(ms) ? state : calm);
  s.store = (ms) => {
    const resolvedAt = stands(ms) ? null : '2026-11-22T10:00:06Z';
    const row = { id: 'i-1', level: 2, reason: state.reason, openedAt: '2026-11-22T10:00:05Z', resolvedAt };
    const incidents = ms > BEFORE + 10 ? [row] : [];
    return present({ state: stands(ms) ? state : calm, incidents, inode: 7 });
  };
};

export function countsRepeat(s: Scenario, by: number, fromMs = HELD + 410): void {
  const { api, store } = s;
  const counted = <T extends { revision: number | null; level: number }>(ms: number, state: T): T =>
    ms >= fromMs && state.level > 0 ? { ...state, revision: (state.revision ?? 0) + by } : state;
  s.api = (ms) => mapped(api(ms), (state) => counted(ms, state));
  s.store = (ms) => mapped(store(ms), (value) => ({ ...value, state: counted(ms, value.state) }));
}

export function mapped<T>(reading: Reading<T>, change: (value: T) => T): Reading<T> {
  return reading.kind === 'present' ? present(change(reading.value)) : reading;
}

export const repeated =
  (change: Partial<BrokerState>): Change =>
  (s) => {
    const { api, store } = s;
    const at = <T extends { level: number }>(ms: number, state: T): T =>
      ms >= HELD + 410 && state.level > 0 ? { ...state, ...change } : state;
    s.api = (ms) => mapped(api(ms), (state) => at(ms, state));
    s.store = (ms) => mapped(store(ms), (value) => ({ ...value, state: at(ms, value.state) }));
  };

/** A resume that had to be refused ends the halt, early in the hold. */
export const resumed: Change = (s) => {
  answer(s, 'resume-wrong-incident', 200);
  s.guards = s.guards.filter(({ guard }) => guard !== 'repeat');
  s.resumeAt = null;
  const over = HELD + 250;
  const { api, store } = s;
  const moved = (ms: number): number => (ms < over ? ms : ms - over + RESUME + 200);
  s.api = (ms) => api(moved(ms));
  s.store = (ms) => store(moved(ms));
  for (const process of s.lives) if (process.fromMs === RESUME + 500) process.fromMs = over + 500;
};
