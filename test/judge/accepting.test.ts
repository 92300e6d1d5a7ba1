import { describe, expect, it } from 'vitest';
import { absent, present } from '../../src/drill/model/reading.ts';
import type { Verdict } from '../../src/drill/model/verdict.ts';
import { given } from './given.ts';
import {
  BACK,
  baselineLife,
  calm,
  cleanLevel2,
  DEADLINE,
  FOREVER,
  halted,
  knownIssue,
  life,
  livesOf,
  neverStops,
  RESUME,
  type Scenario,
  T0,
} from './scenario.ts';
import { child, growing, holding, newcomer, replied, saying } from './scenarios/case.ts';

/** What one accepted finding must not hide. */

const judged = (change: (s: Scenario) => void): Verdict => given(cleanLevel2).and(change).verdict();
const open = ({ findings }: Verdict): string[] =>
  findings.filter((f) => f.knownIssue === null).map((f) => `${f.code} ${f.service ?? f.host ?? '-'}`);

const accepts = (
  s: Scenario,
  code: string,
  service: string,
  part: { asset?: string; field?: string } = {},
) => {
  const host = ['principal', 'sentinel', 'horus'].includes(service) ? 'knox' : 'tesseract';
  s.knownIssues.push({ ...knownIssue(`KI-${s.knownIssues.length + 1}`, code, host, [service]), ...part });
};

describe('what is accepted hides nothing else', () => {
  it('A1: a child that was left behind, where the service itself comes back as well', () => {
    const verdict = judged((s) => {
      accepts(s, 'orphaned-children', 'hermes');
      child(s, 0, FOREVER);
      newcomer(s, T0 + 2000, FOREVER);
    });
    expect(verdict).toMatchObject({ verdict: 'fail' });
    expect(open(verdict)).toContain('respawned hermes');
  });

  it.each([
    ['missing-incident', {}],
    ['split-state', { field: 'reason' }],
  ] as const)('A2: %s, where no control vanished at the end and the hold was short', (code, part) => {
    const verdict = judged((s) => {
      accepts(s, code, 'principal', part);
      s.plan = { ...s.plan, timing: { ...s.plan.timing, holdMs: 60_000 } };
      for (const one of s.canaries) if (one.purpose === 'final') one.purpose = 'rotation';
      const nameless = {
        ...halted,
        ...(code === 'split-state' ? { reason: 'another' } : { incident: null }),
      };
      saying(s, (ms) => ms >= T0 + 50 && ms < RESUME, nameless);
      if (code === 'missing-incident') holding(s, (ms) => ms >= T0 + 50 && ms < RESUME, nameless);
    });
    expect(verdict).toMatchObject({ verdict: expect.not.stringMatching('pass') });
    expect(verdict.exitCode).not.toBe(0);
    expect(open(verdict)).toEqual(
      expect.arrayContaining(['control-missing knox', 'control-missing tesseract', 'hold-short -']),
    );
  });

  it('A3: a broker that is slow to come back, where the store could not be read from before that until the undo', () => {
    const verdict = judged((s) => {
      accepts(s, 'broker-down', 'principal');
      const { api, store } = s;
      s.api = (ms) =>
        ms >= T0 + 1500 && ms < RESUME - 400 ? { kind: 'unreadable', reason: 'refused' } : api(ms);
      s.store = (ms) => (ms >= T0 && ms < RESUME ? { kind: 'unreadable', reason: 'locked' } : store(ms));
    });
    expect(verdict.exitCode).not.toBe(0);
    expect(verdict.verdict).toBe('inconclusive');
    expect(open(verdict)).toEqual(expect.arrayContaining(['unreadable-store principal', 'hold-short -']));
  });

  it('A4: one target that does not stop, where another one comes back', () => {
    const broken = judged((s) => {
      accepts(s, 'successful-no-op', 'hermes');
      neverStops(s, 'hermes');
      s.lives.push(life('shiva', 'tesseract', 709, T0 + 3000, FOREVER));
    });
    expect(open(broken)).toContain('respawned shiva');
  });

  it('A4: the others are held and proven, and the broker is crashed, beside one that is accepted not to stop', () => {
    const verdict = judged((s) => {
      accepts(s, 'successful-no-op', 'hermes');
      neverStops(s, 'hermes');
    });
    expect(verdict).toMatchObject({
      verdict: 'pass',
      qualified: true,
      coverage: { targets: { declared: 4, proven: 3 } },
      broker: { crash: { done: true } },
    });
    expect(open(verdict)).toEqual([]);
  });

  it('A4: that the others were not held is not covered by the one', () => {
    const verdict = judged((s) => {
      accepts(s, 'successful-no-op', 'hermes');
      neverStops(s, 'hermes');
      s.plan = { ...s.plan, timing: { ...s.plan.timing, holdMs: 60_000 } };
    });
    expect(verdict.verdict).toBe('inconclusive');
    expect(open(verdict)).toContain('hold-short -');
  });

  it('A5: what concerns the undo, where the fleet is not restored', () => {
    const verdict = judged((s) => {
      accepts(s, 'collateral-stop', 'horus');
      for (const one of livesOf(s, 'horus')) one.toMs = T0 + 400;
    });
    expect(verdict).toMatchObject({ verdict: 'fail', fleet: 'halted', exitCode: 5 });
    expect(open(verdict)).toContain('unrestored-service horus');
  });

  it('A6: the rest of another asset', () => {
    const flat = (accepted: string): Verdict =>
      judged((s) => {
        accepts(s, 'position-not-flat', 'principal', { asset: accepted });
        s.plan = { ...s.plan, effects: { flat: ['DOGE-USD'], silent: [], active: [] } };
      });
    expect(open(flat('DOGE-USD'))).toEqual([]);
    expect(open(flat('BTC-USD'))).toEqual(['position-not-flat principal']);
  });

  it('A7: that API and store differ about the level as well as about the reason', () => {
    const verdict = judged((s) => {
      accepts(s, 'split-state', 'principal', { field: 'reason' });
      saying(s, (ms) => ms >= BACK && ms < RESUME, {
        ...halted,
        level: 1,
        reason: `${halted.reason}, other`,
      });
    });
    expect(verdict.verdict).toBe('fail');
    expect(verdict.findings.filter((f) => f.knownIssue === null).map((f) => f.field)).toContain('level');
    expect(verdict.findings.find((f) => f.code === 'split-state' && f.field === 'reason')?.knownIssue).toBe(
      'KI-1',
    );
  });

  it('A7: an incident that is missing, beside one that was opened twice', () => {
    const verdict = judged((s) => {
      accepts(s, 'duplicate-incident', 'principal');
      const { store } = s;
      s.store = (ms) => {
        const read = store(ms);
        if (read.kind !== 'present' || ms < T0 + 50) return read;
        const row = (read.value.incidents ?? [])[0];
        const resolved = { resolvedAt: '2026-11-22T10:00:06Z' };
        const rows =
          row === undefined
            ? []
            : [
                { ...row, ...resolved },
                { ...row, ...resolved, id: 'i-2' },
              ];
        return present({ ...read.value, incidents: rows });
      };
    });
    expect(open(verdict)).toContain('missing-incident principal');
  });

  type Accepted = readonly [code: string, service: string, part?: { asset?: string; field?: string }];
  it.each<[what: string, accepted: Accepted, change: (s: Scenario) => void, said: string]>([
    [
      'an order of one that was late, long after it was gone',
      ['late-stop', 'hermes'],
      (s) => {
        baselineLife(s, 'hermes').toMs = DEADLINE + 300;
        s.plan = { ...s.plan, timing: { ...s.plan.timing, holdMs: 1000 } };
        growing(s, DEADLINE + 2500);
      },
      'order-after-halt -',
    ],
    [
      'an order of one that is frozen',
      ['frozen-not-stopped', 'hermes'],
      (s) => {
        neverStops(s, 'hermes');
        baselineLife(s, 'hermes').state = (ms) => ({ state: ms < T0 + 100 || ms >= RESUME ? 'S' : 'T' });
        growing(s, DEADLINE + 500);
      },
      'order-after-halt -',
    ],
    [
      'a second process of it that comes and goes beside one that never stops',
      ['successful-no-op', 'hermes'],
      (s) => {
        neverStops(s, 'hermes');
        newcomer(s, T0 + 3000, T0 + 5000);
      },
      'flapped hermes',
    ],
    [
      'an end that nobody saw',
      ['wrong-host-stop', 'hermes'],
      (s) => {
        s.reply = present({
          ...replied(s).value,
          stops: [{ service: 'hermes', host: 'knox', outcome: 'stopped' }],
        });
        neverStops(s, 'hermes');
        s.plan = { ...s.plan, timing: { ...s.plan.timing, withinMs: RESUME - T0 - 99 } };
      },
      'blind-probe hermes',
    ],
    [
      'a store that is gone once a broker is back that forgets',
      ['amnesia-restart', 'principal'],
      (s) => {
        saying(s, (ms) => ms >= BACK && ms < RESUME, calm);
        const { store } = s;
        s.store = (ms) => (ms >= BACK && ms < RESUME ? absent : store(ms));
      },
      'partial-amnesia principal',
    ],
    [
      'a broker that ends once more after it has stopped itself',
      ['self-halt', 'principal'],
      (s) => {
        s.crash = null;
        for (const one of livesOf(s, 'principal')) if (one.pid === 101) one.toMs = RESUME + 600;
        s.lives.push(life('principal', 'knox', 732, RESUME + 800, FOREVER));
      },
      'survivor-restarted principal',
    ],
    [
      'a halt that is in no store, beside a broker that forgets',
      ['amnesia-restart', 'principal'],
      (s) => {
        saying(s, (ms) => ms >= BACK && ms < RESUME, calm);
        holding(s, (ms) => ms >= T0 && ms < RESUME, calm);
      },
      'unpersisted-halt principal',
    ],
  ])('pairs: %s', (_, [code, service, part], change, said) => {
    const verdict = judged((s) => {
      accepts(s, code, service, part);
      change(s);
    });
    expect(verdict.exitCode).not.toBe(0);
    expect(open(verdict)).toContain(said);
  });
});
