import { describe, expect, it } from 'vitest';
import { given } from '../../../../test/judge/given.ts';
import { journalOf, life, livesOf, NONCE, type Scenario, T0 } from '../../../../test/judge/scenario.ts';
import type { Change } from '../../../../test/judge/scenarios/case.ts';
import {
  answer,
  BEFORE,
  countsRepeat,
  guarded,
  HELD,
  mapped,
  resumed,
  takesEffect,
  untriggered,
} from '../../../../test/judge/scenarios/guards.ts';
import type { Finding, Verdict } from '../../model/verdict.ts';
import { judge } from '../verdict/judge.ts';

const verdictOf = (change: Change): Verdict => given(guarded).and(change).verdict();

const primaries = (verdict: Verdict): string[] =>
  verdict.findings.filter((f) => f.consequenceOf === null).map((f) => f.code);

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
    const verdict = verdictOf(resumed);
    expect(primaries(verdict)).toEqual(['unguarded-resume']);
    expect(verdict.findings.map((f) => f.code)).toContain('hold-short');
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

  it('have it though the next one is not clearly answered, by a broker that is no longer there', () => {
    const verdict = verdictOf((s) => {
      untriggered(s, T0);
      const broker = livesOf(s, 'principal')[0];
      if (broker !== undefined) broker.toMs = BEFORE + 60;
      s.lives.push(life('principal', 'knox', 102, BEFORE + 900, 1_000_000));
      for (const one of s.guards) if (one.guard === 'wrong-token') one.atMs = BEFORE + 700;
      answer(s, 'wrong-token', null);
    });
    expect(primaries(verdict)).toContain('guard-side-effect');
    expect(verdict.verdict).toBe('fail');
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
    expect(primaries(verdict)).toEqual(['guard-untried']);
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
