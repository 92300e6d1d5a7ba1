import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/drill/model/verdict.ts';
import { about, given } from './given.ts';
import { baselineLife, cleanLevel2, type FakeLife, FOREVER, life, livesOf, RESUME, T0 } from './scenario.ts';
import type { Change } from './scenarios/case.ts';

const verdictOf = (change: Change): Verdict => given(cleanLevel2).and(change).verdict();

/** The life calls exec: it is another image, and no longer the service, from one time to another. */
const execs = (one: FakeLife, fromMs: number, toMs: number = FOREVER): void => {
  const isAway = (ms: number): boolean => ms >= fromMs && ms < toMs;
  one.image = (ms) => (ms < fromMs ? 'first' : isAway(ms) ? 'second' : 'third');
  one.matchedAt = (ms) => (isAway(ms) ? [] : one.services);
};

describe('S14: a survivor that becomes another program', () => {
  it('S14: was stopped, and is not there when the drill ends', () => {
    const verdict = verdictOf((s) => execs(baselineLife(s, 'horus'), T0 + 500));
    expect(about(verdict, 'horus')).toEqual(['collateral-stop', 'unrestored-service']);
    expect(verdict).toMatchObject({ verdict: 'fail', fleet: 'halted' });
    expect(verdict.findings[0]?.message).toContain('called exec');
    expect(verdict.halt.services.find(({ service }) => service === 'horus')?.outcome).toBe('changed');
  });

  it('S14: was restarted where another took its place', () => {
    const verdict = verdictOf((s) => {
      execs(baselineLife(s, 'horus'), T0 + 500);
      s.lives.push(life('horus', 'knox', 701, T0 + 900, FOREVER));
    });
    // And what it was runs on as something else.
    expect(about(verdict, 'horus')).toEqual(['survivor-restarted', 'restored-differently']);
    expect(verdict).toMatchObject({ verdict: 'fail', fleet: 'unknown' });
  });

  it('S14: was restarted where it became itself again', () => {
    const verdict = verdictOf((s) => execs(baselineLife(s, 'horus'), T0 + 500, RESUME + 500));
    expect(about(verdict, 'horus')).toEqual(['survivor-restarted']);
    expect(verdict).toMatchObject({ verdict: 'fail', fleet: 'restored' });
  });

  it('S14: was ended by the undo where it was itself during the halt', () => {
    const verdict = verdictOf((s) => execs(baselineLife(s, 'horus'), RESUME + 700));
    expect(about(verdict, 'horus')).toEqual(['survivor-restarted', 'unrestored-service']);
    expect(verdict).toMatchObject({ verdict: 'fail', fleet: 'halted' });
  });

  it('S14: is it as well where it is the broker', () => {
    const verdict = verdictOf((s) => {
      s.crash = null;
      s.plan = { ...s.plan, crash: null };
      const [first] = s.lives.filter((one) => one.services.includes('principal'));
      s.lives = s.lives.filter((one) => one === first || !one.services.includes('principal'));
      if (first === undefined) throw new Error('no broker');
      first.toMs = FOREVER;
      execs(first, T0 + 500);
    });
    expect(about(verdict, 'principal')).toContain('collateral-stop');
    expect(verdict).toMatchObject({ verdict: 'fail', fleet: 'halted' });
  });

  it('S14: is none where a bystander is another program now', () => {
    const verdict = verdictOf((s) => {
      s.plan = {
        ...s.plan,
        services: s.plan.services.map((one) =>
          one.name === 'horus' ? { ...one, role: 'bystander' as const } : one,
        ),
      };
      execs(baselineLife(s, 'horus'), T0 + 500);
    });
    expect(about(verdict, 'horus')).toEqual(['unrestored-service']);
    expect(verdict).toMatchObject({ verdict: 'fail', fleet: 'halted' });
  });
});

describe('S14: a survivor that goes on', () => {
  it.each<[string, (one: FakeLife) => void]>([
    [
      'under another title',
      (one) => {
        one.image = () => 'first';
        one.matchedAt = (ms) => (ms < T0 + 500 ? one.services : []);
      },
    ],
    [
      'as the same program, which it called by exec',
      (one) => {
        one.image = (ms) => (ms < T0 + 500 ? 'first' : 'second');
      },
    ],
    [
      'as the same program, and then under another title',
      (one) => {
        one.image = (ms) => (ms < T0 + 500 ? 'first' : 'second');
        one.matchedAt = (ms) => (ms < T0 + 2500 ? one.services : []);
      },
    ],
    [
      'where nobody may see whether it called exec',
      (one) => {
        one.matchedAt = (ms) => (ms < T0 + 500 ? one.services : []);
      },
    ],
  ])('S14: %s', (_, change) => {
    const verdict = verdictOf((s) => change(baselineLife(s, 'horus')));
    expect(verdict).toMatchObject({ verdict: 'pass', fleet: 'restored', findings: [] });
  });
});

describe('S20: a service that comes back as another user', () => {
  const back = (change: (one: FakeLife, before: FakeLife) => void): Verdict =>
    verdictOf((s) => {
      const after = livesOf(s, 'hermes').find(({ fromMs }) => fromMs > RESUME);
      if (after === undefined) throw new Error('hermes does not return');
      change(after, baselineLife(s, 'hermes'));
    });

  it('S20: is not restored as it was', () => {
    const verdict = back((one) => {
      one.uid = () => 65_534;
    });
    expect(about(verdict, 'hermes')).toEqual(['restored-differently']);
    expect(verdict.findings[0]?.message).toContain('as another user (uid 65534)');
    expect(verdict).toMatchObject({ verdict: 'fail', fleet: 'unknown' });
  });

  it('S20: goes by what it is in the end, on both sides', () => {
    const verdict = back((one, before) => {
      before.uid = (ms) => (ms < T0 - 1500 ? 0 : 1000);
      one.uid = (ms) => (ms < one.fromMs + 500 ? 0 : 1000);
    });
    expect(verdict).toMatchObject({ verdict: 'pass', fleet: 'restored', findings: [] });
  });

  it.each(['before', 'after'])('S20: says nothing where its user could not be read %s', (which) => {
    const verdict = back((one, before) => {
      (which === 'before' ? before : one).uid = () => null;
    });
    expect(verdict).toMatchObject({ verdict: 'pass', fleet: 'restored', findings: [] });
  });
});
