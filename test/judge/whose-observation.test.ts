import { describe, expect, it } from 'vitest';
import { judge } from '../../src/drill/09-judge/verdict/judge.ts';
import type { ExchangeBook } from '../../src/drill/model/broker-state.ts';
import { present } from '../../src/drill/model/reading.ts';
import type { Finding, Verdict } from '../../src/drill/model/verdict.ts';
import { given } from './given.ts';
import {
  BACK,
  baselineLife,
  calm,
  cleanLevel2,
  DEADLINE,
  halted,
  journalOf,
  life,
  livesOf,
  RESUME,
  type Scenario,
  T0,
} from './scenario.ts';
import type { Change } from './scenarios/case.ts';

const verdictOf = (change: Change): Verdict => given(cleanLevel2).and(change).verdict();

const codes = (verdict: Verdict): Finding['code'][] => verdict.findings.map((f) => f.code);
const isPass = { verdict: 'pass', fleet: 'restored', findings: [] };

describe('one process that two services are recognised by', () => {
  it('S13: proves for one of them at the most that it stopped', () => {
    const s = cleanLevel2();
    // Both matches fit the one process; the real shiva is no process of either.
    for (const one of s.lives) if (one.services.includes('hermes')) one.services = ['hermes', 'shiva'];
    s.lives = s.lives.filter(({ services }) => services.length !== 1 || services[0] !== 'shiva');
    const verdict = judge(journalOf(s), { today: '2026-11-22', strict: false });
    expect(verdict.verdict).toBe('inconclusive');
    expect(verdict.findings).toMatchObject([{ code: 'vacuous-target', service: 'hermes' }]);
  });
});

describe('B6: an answer is the broker’s only while a process of it is there', () => {
  /** The new life of the broker comes up only then. */
  const backAt = (s: Scenario, ms: number): void => {
    const second = livesOf(s, 'principal')[1];
    if (second !== undefined) Object.assign(second, { fromMs: ms, start: 1010 + ms });
  };
  const cached: Change = (s) => {
    const { api } = s;
    s.api = (ms) => (api(ms).kind === 'present' ? api(ms) : present(halted));
  };

  it('B6: what a cache says while no process of it is there does not show that it is back', () => {
    const verdict = verdictOf((s) => {
      cached(s);
      backAt(s, RESUME - 700);
      const { api } = s;
      // The new life itself never says a word before the resume.
      s.api = (ms) =>
        ms > RESUME - 700 && ms < RESUME ? { kind: 'unreadable', reason: 'refused' } : api(ms);
    });
    expect(verdict.verdict).not.toBe('pass');
    expect(codes(verdict)).toContain('unreadable-broker');
  });

  it('B6: the hold begins only with an answer of its own', () => {
    const verdict = verdictOf((s) => {
      cached(s);
      backAt(s, T0 + 4500);
    });
    expect(verdict.halt.heldMs).toBeLessThan(RESUME - T0 - 4500);
    expect(verdict.verdict).toBe('inconclusive');
  });

  it('B6: a cache that has forgotten the halt is no amnesia of the broker’s', () => {
    const verdict = verdictOf((s) => {
      const { api } = s;
      s.api = (ms) => (api(ms).kind === 'present' ? api(ms) : present(calm));
      backAt(s, BACK);
    });
    expect(codes(verdict)).not.toContain('amnesia-restart');
  });

  it('B6: changes nothing where the broker is no service of the fleet', () => {
    const without = (change: Change): Verdict =>
      verdictOf((s) => {
        s.plan = {
          ...s.plan,
          broker: 'the switch',
          crash: null,
          services: s.plan.services.filter(({ name }) => name !== 'principal'),
        };
        s.lives = s.lives.filter((one) => !one.services.includes('principal'));
        s.crash = null;
        change(s);
      });
    expect(without(cached)).toMatchObject({ verdict: 'pass' });
  });
});

describe('B9: the hold counts up to the last control that was seen to vanish', () => {
  const finalAt = (s: Scenario, ms: number): void => {
    for (const one of s.canaries)
      if (one.purpose === 'final') Object.assign(one, { killedMs: ms, goneMs: ms + 30 });
  };

  it('B9: a final control that is killed early vouches for nothing that follows', () => {
    const verdict = verdictOf((s) => finalAt(s, T0 + 700));
    expect(verdict.verdict).toBe('inconclusive');
    expect(verdict.coverage.targets.proven).toBe(0);
    expect(verdict.halt.heldMs).toBe(0);
  });

  it('B9: one that is killed once the hold has run in full does', () => {
    expect(verdictOf((s) => finalAt(s, BACK + 6300))).toMatchObject(isPass);
  });

  it('B9: whatever it is called', () => {
    const verdict = verdictOf((s) => {
      finalAt(s, T0 + 700);
      for (const host of ['knox', 'tesseract'])
        s.canaries.push({
          host,
          tag: `turn-${host}`,
          pid: 902,
          fromMs: T0 + 600,
          killedMs: RESUME - 300,
          goneMs: RESUME - 270,
          purpose: 'rotation',
        });
    });
    expect(verdict).toMatchObject(isPass);
  });
});

describe('B10: observation is unbroken until the undo is proven', () => {
  const gap = (host: string, from: number, to: number) =>
    verdictOf((s) => {
      s.sampling = (name, ms) => (name === host && ms > from && ms < to ? 'lost' : 'kept');
    });

  it.each(['knox', 'tesseract'])('B10: a gap of 3.5 s during the undo is no pass (%s)', (host) => {
    const verdict = gap(host, RESUME + 20, RESUME + 3520);
    expect(verdict.verdict).toBe('inconclusive');
    expect(codes(verdict)).toContain('sampled-too-coarsely');
    // What had been proven of the halt by then stays proven.
    expect(verdict.coverage.targets.proven).toBe(4);
  });

  it('B10: one that max-gap allows is', () => {
    expect(gap('tesseract', RESUME + 20, RESUME + 620)).toMatchObject(isPass);
  });
});

describe('B11: the same rule on every host', () => {
  it('B11: a crash loop on the wrong host in lives of just over max-gap', () => {
    const verdict = verdictOf((s) => {
      for (let n = 0; n < 4; n += 1)
        s.lives.push(life('hermes', 'knox', 800 + n, T0 + 1000 + n * 2000, T0 + 2050 + n * 2000));
    });
    expect(codes(verdict)).toEqual(['duplicate-instance']);
    expect(verdict.findings[0]).toMatchObject({ host: 'knox', service: 'hermes' });
  });

  it('B11: what lived no longer than max-gap is not claimed', () => {
    const verdict = verdictOf((s) => void s.lives.push(life('hermes', 'knox', 800, T0 + 1000, T0 + 1500)));
    expect(verdict).toMatchObject(isPass);
  });
});

describe('B16: a position that grows under a halt', () => {
  const positions = (s: Scenario, held: (ms: number) => number, asset = 'DOGE-USD'): void => {
    const { exchange } = s;
    s.exchange = (ms) => {
      const read = exchange(ms);
      if (read.kind !== 'present') return read;
      const book: ExchangeBook = { ...read.value, positions: { ...read.value.positions, [asset]: held(ms) } };
      return present(book);
    };
  };

  it.each([
    ['a long one', (ms: number) => (ms < T0 + 7000 ? 9 : 50)],
    ['a short one', (ms: number) => (ms < T0 + 7000 ? -9 : -50)],
    ['one from nothing', (ms: number) => (ms < T0 + 7000 ? 0 : 3)],
    ['one that changes sides', (ms: number) => (ms < T0 + 7000 ? 9 : -1)],
    ['one that had shrunk', (ms: number) => (ms < T0 + 6000 ? 9 : ms < T0 + 7000 ? 2 : 9)],
    ['one before the deadline, once the halt was complete', (ms: number) => (ms < T0 + 3000 ? 9 : 50)],
  ])('B16: %s is a finding that names the asset', (_, held) => {
    const verdict = verdictOf((s) => positions(s, held));
    expect(verdict.findings).toMatchObject([{ code: 'position-grew', asset: 'DOGE-USD', severity: 'fail' }]);
    expect(verdict.findings[0]?.message).toMatch(/^The position in DOGE-USD grew/);
  });

  it.each([
    ['a position that shrinks', (ms: number) => (ms < T0 + 7000 ? 9 : 3)],
    ['rounding', (ms: number) => (ms < T0 + 7000 ? 0.30000000000000004 : 0.3000000000000001)],
    ['a fill while the halt was still on its way', (ms: number) => (ms < T0 + 200 ? 9 : 50)],
    ['what happens after the undo', (ms: number) => (ms < RESUME + 100 ? 9 : 50)],
  ])('B16: %s is none', (_, held) => {
    expect(verdictOf((s) => positions(s, held))).toMatchObject(isPass);
  });

  it('B16: an asset that the drill does not name is none of its business', () => {
    const verdict = verdictOf((s) => positions(s, (ms) => (ms < T0 + 7000 ? 9 : 50), 'BTC-USD'));
    expect(verdict).toMatchObject(isPass);
  });
});

describe('D6: stillness is a target’s own', () => {
  const slow = (s: Scenario): void => {
    // sentinel, on the other host, had to stop too, and comes back for a moment.
    s.plan = {
      ...s.plan,
      services: s.plan.services.map((one) =>
        one.name === 'horus' ? { ...one, role: 'target' as const } : one,
      ),
    };
    baselineLife(s, 'horus').toMs = T0 + 400;
    s.lives.push(life('horus', 'knox', 130, RESUME + 500, 1_000_000));
  };

  it('D6: what another target does on another host takes nothing from it', () => {
    const verdict = verdictOf((s) => {
      slow(s);
      s.lives.push(life('horus', 'knox', 131, DEADLINE + 2000, RESUME + 300));
    });
    expect(verdict.halt.services.find(({ service }) => service === 'hermes')?.outcome).toBe('stopped');
    expect(verdict.halt.services.find(({ service }) => service === 'horus')?.outcome).toBe('running');
    expect(verdict.halt.heldMs).toBeNull();
    expect(verdict.coverage.targets).toEqual({ declared: 5, proven: 4 });
  });

  it('D6: nor does the last good sample of another host', () => {
    const verdict = verdictOf((s) => {
      s.sampling = (host, ms) => (host === 'knox' && ms > T0 + 3000 ? 'failed' : 'kept');
    });
    expect(verdict.coverage.targets.proven).toBe(4);
    expect(verdict.verdict).toBe('inconclusive');
  });
});
