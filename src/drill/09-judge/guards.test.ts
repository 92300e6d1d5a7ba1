import { describe, expect, it } from 'vitest';
import { guardReason } from '../model/guards.ts';
import { present, type Reading } from '../model/reading.ts';
import type { Finding, Verdict } from '../model/verdict.ts';
import {
  auditLine,
  BACK,
  calm,
  cleanLevel2,
  type FakeGuard,
  halted,
  journalOf,
  life,
  livesOf,
  NONCE,
  RESUME,
  type Scenario,
  T0,
} from './fixtures.ts';
import { judge } from './judge.ts';

const BEFORE = T0 - 700;
const HELD = BACK + 400;

/** A clean drill with every guard that a level-2 drill can have, refused, logged, and without effect. */
function guarded(): Scenario {
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

type Change = (s: Scenario) => void;

function verdictOf(change: Change): Verdict {
  const s = guarded();
  change(s);
  return judge(journalOf(s), { today: '2026-11-22', strict: false });
}

const primaries = (verdict: Verdict): string[] =>
  verdict.findings.filter((f) => f.consequenceOf === null).map((f) => f.code);

const answer = (s: Scenario, guard: FakeGuard['guard'], status: number | null): void => {
  for (const one of s.guards) if (one.guard === guard && one.control !== true) one.status = status;
};

/** Nothing but guards: the drill ended with them. */
const untriggered = (s: Scenario, atMs: number): void => {
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
const takesEffect = (s: Scenario, guard: FakeGuard['guard']): void => {
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

describe('guards that are refused', () => {
  it('leave a bare pass, and are told one by one', () => {
    const verdict = verdictOf(() => undefined);
    expect(verdict.findings).toEqual([]);
    expect(verdict.verdict).toBe('pass');
    expect(verdict.guards.map(({ guard, outcome, logged }) => [guard, outcome, logged])).toEqual([
      ['no-token', 'refused', true],
      ['wrong-token', 'refused', true],
      ['resume-wrong-incident', 'refused', true],
      ['message-to-halted', 'refused', null],
      ['repeat', 'harmless', null],
    ]);
  });

  it('leave a revision that a broker counts with a repeated halt to this drill', () => {
    const verdict = verdictOf((s) => countsRepeat(s, 1));
    expect(verdict.findings).toEqual([]);
  });

  it.each([
    ['grew by more than one', (s: Scenario) => countsRepeat(s, 2)],
    [
      'grew where the repeat was refused',
      (s: Scenario) => {
        countsRepeat(s, 1);
        answer(s, 'repeat', 403);
        s.plan = { ...s.plan, sources: { ...s.plan.sources, refused: null } };
      },
    ],
    ['grew long after it', (s: Scenario) => countsRepeat(s, 1, HELD + 2500)],
  ])('leave a halt to somebody else whose revision %s', (_, change) => {
    expect(primaries(verdictOf(change))).toContain('foreign-halt');
  });
});

function countsRepeat(s: Scenario, by: number, fromMs = HELD + 410): void {
  const { api, store } = s;
  const counted = <T extends { revision: number | null; level: number }>(ms: number, state: T): T =>
    ms >= fromMs && state.level > 0 ? { ...state, revision: (state.revision ?? 0) + by } : state;
  s.api = (ms) => mapped(api(ms), (state) => counted(ms, state));
  s.store = (ms) => mapped(store(ms), (value) => ({ ...value, state: counted(ms, value.state) }));
}

function mapped<T>(reading: Reading<T>, change: (value: T) => T): Reading<T> {
  return reading.kind === 'present' ? present(change(reading.value)) : reading;
}

describe('guards that are not', () => {
  const one = (verdict: Verdict, code: string): Finding | undefined =>
    verdict.findings.find((f) => f.code === code && f.consequenceOf === null);

  it('are a failed drill though nothing was triggered, and the fleet is restored by the undo', () => {
    const verdict = verdictOf((s) => {
      takesEffect(s, 'no-token');
      answer(s, 'no-token', 200);
    });
    expect(primaries(verdict)).toEqual(['unauthenticated-trigger']);
    expect(verdict).toMatchObject({ verdict: 'fail', fleet: 'restored', exitCode: 1 });
    expect(verdict.guards[0]).toMatchObject({ guard: 'no-token', outcome: 'took effect' });
    expect(verdict.guards[1]).toMatchObject({ guard: 'wrong-token', outcome: 'not tried' });
  });

  it('are found by what they did, where the answer was a refusal', () => {
    const verdict = verdictOf((s) => takesEffect(s, 'no-token'));
    expect(primaries(verdict)).toEqual(['unauthenticated-trigger']);
    expect(one(verdict, 'unauthenticated-trigger')?.message).toContain('took effect all the same');
  });

  it('leave a fleet that is not resumed halted', () => {
    const verdict = verdictOf((s) => {
      takesEffect(s, 'no-token');
      answer(s, 'no-token', 200);
      s.resumeAt = null;
      const { api, store } = s;
      s.api = (ms) => api(Math.min(ms, BEFORE + 500));
      s.store = (ms) => store(Math.min(ms, BEFORE + 500));
    });
    expect(verdict).toMatchObject({ verdict: 'fail', fleet: 'halted', exitCode: 5 });
  });

  it('end the halt where they were a resume, and its short hold follows from it', () => {
    const verdict = verdictOf((s) => {
      answer(s, 'resume-wrong-incident', 200);
      s.guards = s.guards.filter(({ guard }) => guard !== 'repeat');
      s.resumeAt = null;
      const over = HELD + 250;
      const { api, store } = s;
      const moved = (ms: number): number => (ms < over ? ms : ms - over + RESUME + 200);
      s.api = (ms) => api(moved(ms));
      s.store = (ms) => store(moved(ms));
      for (const process of s.lives) if (process.fromMs === RESUME + 500) process.fromMs = over + 500;
    });
    expect(primaries(verdict)).toEqual(['unguarded-resume']);
    expect(verdict.findings.map((f) => f.code)).toContain('cut-short');
    expect(verdict.findings.map((f) => f.code)).not.toContain('respawned');
    expect(verdict.verdict).toBe('fail');
  });

  it('are a leak where the message was accepted, or lies in the queue of the halted agent', () => {
    expect(primaries(verdictOf((s) => answer(s, 'message-to-halted', 201)))).toEqual(['leaked-command']);
    const verdict = verdictOf((s) => {
      s.messages.push({ atMs: HELD + 90, rows: [{ recipient: 'hermes', body: NONCE, state: 'queued' }] });
    });
    expect(primaries(verdict)).toEqual(['leaked-command']);
  });

  it('are not known where the answer is no refusal', () => {
    for (const status of [404, 429, 500, null]) {
      const verdict = verdictOf((s) => answer(s, 'resume-wrong-incident', status));
      expect(primaries(verdict)).toEqual(['unreadable-broker']);
      expect(verdict.verdict).toBe('inconclusive');
    }
  });

  it('say nothing of halted agents where no message gets through at all', () => {
    const verdict = verdictOf((s) => {
      for (const guard of s.guards) if (guard.control === true) guard.status = 403;
    });
    expect(primaries(verdict)).toEqual(['vacuous-target']);
  });

  it.each([
    ['lowers the level', { level: 1 }, 'silent-downgrade'],
    ['opens another incident', { incident: 'i-2' }, 'duplicate-incident'],
    ['names an asset', { asset: 'DOGE-USD' }, 'guard-side-effect'],
  ] as const)('are found where a repeated halt %s', (_, change, code) => {
    const verdict = verdictOf((s) => {
      const { api, store } = s;
      const at = <T extends { level: number }>(ms: number, state: T): T =>
        ms >= HELD + 410 && state.level > 0 ? { ...state, ...change } : state;
      s.api = (ms) => mapped(api(ms), (state) => at(ms, state));
      s.store = (ms) => mapped(store(ms), (value) => ({ ...value, state: at(ms, value.state) }));
    });
    expect(primaries(verdict)).toEqual([code]);
  });

  it('are unlogged where the audit log lacks one', () => {
    const verdict = verdictOf((s) => {
      const { audit } = s;
      s.audit = (ms) => mapped(audit(ms), (log) => log.filter(({ seq }) => seq !== 91));
    });
    expect(primaries(verdict)).toEqual(['unlogged-refusal']);
    expect(verdict.guards.map(({ logged }) => logged)).toEqual([null, null, true, null, null]);
  });

  it('have a side effect where the broker ended, before anything was triggered', () => {
    const verdict = verdictOf((s) => {
      untriggered(s, BEFORE);
      const broker = livesOf(s, 'principal')[0];
      if (broker !== undefined) broker.toMs = BEFORE + 60;
      s.lives.push(life('principal', 'knox', 102, BEFORE + 400, 1_000_000));
    });
    expect(primaries(verdict)).toEqual(['guard-side-effect']);
    expect(verdict).toMatchObject({ verdict: 'fail', fleet: 'restored', exitCode: 1 });
  });

  it('have one where the broker ended in the hold, and its restart follows from it', () => {
    const verdict = verdictOf((s) => {
      const broker = livesOf(s, 'principal').find(({ pid }) => pid === 101);
      if (broker !== undefined) broker.toMs = HELD + 260;
      s.lives.push(life('principal', 'knox', 102, HELD + 500, 1_000_000));
    });
    expect(primaries(verdict)).toEqual(['guard-side-effect']);
  });

  it('are no matter of a drill that tried none of them, which is cut short', () => {
    const verdict = verdictOf((s) => {
      s.guards = [];
      s.messages = [];
    });
    expect(primaries(verdict)).toEqual(['cut-short']);
  });

  it('cannot be accepted as a known issue', () => {
    const verdict = verdictOf((s) => {
      answer(s, 'message-to-halted', 201);
      s.knownIssues = [
        {
          id: 'KI-001',
          title: 't',
          code: 'leaked-command',
          level: 2,
          host: 'knox',
          services: ['principal'],
          owner: 'o',
          filed: '2026-01-01',
          fix: 'f',
          expires: '2027-01-01',
        },
      ];
    });
    expect(verdict.verdict).toBe('fail');
  });
});

describe('without evidence after a guard', () => {
  it.each(['status', 'store', 'audit', 'messages'] as const)('of %s there is no pass', (kind) => {
    const entries = journalOf(guarded()).filter((entry) => {
      if (entry.kind !== kind) return true;
      const { sentMs } = (entry as { read: { sentMs: number } }).read;
      return kind === 'audit' || kind === 'messages' ? sentMs < BEFORE : sentMs < BEFORE || sentMs > T0;
    });
    expect(judge(entries, { today: '2026-11-22', strict: false }).verdict).not.toBe('pass');
  });
});
