import { describe, expect, it } from 'vitest';
import type { PlannedService } from '../../src/drill/model/plan.ts';
import { present } from '../../src/drill/model/reading.ts';
import type { Verdict } from '../../src/drill/model/verdict.ts';
import { about, given } from './given.ts';
import {
  baselineLife,
  cleanLevel2,
  END,
  type FakeLife,
  FOREVER,
  life,
  livesOf,
  RESUME,
  type Scenario,
  T0,
} from './scenario.ts';
import type { Change } from './scenarios/case.ts';

const verdictOf = (change: Change): Verdict => given(cleanLevel2).and(change).verdict();

const returned = (s: Scenario, name: string): FakeLife => {
  const found = livesOf(s, name).find(({ fromMs }) => fromMs > RESUME);
  if (found === undefined) throw new Error(`${name} does not return`);
  return found;
};
const frozenFor =
  (from: number, to: number) =>
  (ms: number): { state: string } => ({ state: ms >= from && ms < to ? 'T' : 'S' });
/** Declares a heartbeat of that service, beside those that are. */
const beating = (s: Scenario, name: string, beat: (ms: number) => string): void => {
  const { heartbeat } = s;
  s.heartbeat = (service, ms) => (service === name ? present(beat(ms)) : heartbeat(service, ms));
  s.plan = {
    ...s.plan,
    services: s.plan.services.map((one) =>
      one.name === name ? { ...one, heartbeat: { file: `/run/${name}`, everyMs: 500 } } : one,
    ),
  };
};
const bystander = (s: Scenario, ...lives: FakeLife[]): void => {
  const one: PlannedService = {
    name: 'mercury',
    host: 'tesseract',
    role: 'bystander',
    match: { script: '/opt/invictus/bin/mercury' },
    instances: 1,
    leaves: [],
    heartbeat: null,
    start: null,
  };
  s.plan = { ...s.plan, services: [...s.plan.services, one] };
  s.lives.push(...lives);
};
const mercury = (pid: number, fromMs: number, toMs: number): FakeLife =>
  life('mercury', 'tesseract', pid, fromMs, toMs);
const lost = { exitCode: 5 };

describe('B2: what came back, or was kept, works', () => {
  it('B2: a target that comes back and is frozen to the end is not restored', () => {
    const verdict = verdictOf((s) => {
      returned(s, 'hermes').state = frozenFor(RESUME + 800, FOREVER);
    });
    expect(verdict).toMatchObject({ ...lost, fleet: 'halted', verdict: 'fail' });
    expect(about(verdict, 'hermes')).toEqual(['unrestored-service']);
  });

  it('B2: a target that was frozen only for an instant is restored', () => {
    const verdict = verdictOf((s) => {
      returned(s, 'hermes').state = frozenFor(RESUME + 1100, RESUME + 1500);
    });
    expect(verdict).toMatchObject({ verdict: 'pass', fleet: 'restored', findings: [] });
  });

  it('B2: a target that was thawed too late to be seen to stay up is not known to be restored', () => {
    const verdict = verdictOf((s) => {
      returned(s, 'hermes').state = frozenFor(RESUME + 800, END - 900);
    });
    expect(verdict).toMatchObject({ ...lost, fleet: 'unknown', verdict: 'inconclusive' });
  });

  it('B2: a survivor that is frozen from the undo on is neither kept nor restored', () => {
    const verdict = verdictOf((s) => {
      baselineLife(s, 'horus').state = frozenFor(RESUME + 50, FOREVER);
    });
    expect(verdict).toMatchObject({ ...lost, fleet: 'halted', verdict: 'fail' });
    expect(about(verdict, 'horus')).toEqual(['survivor-stale', 'unrestored-service']);
    expect(verdict.coverage.survivors.proven).toBe(2);
  });

  it('B2: a target whose heartbeat never beats again is not restored', () => {
    const verdict = verdictOf((s) => {
      beating(s, 'hermes', (ms) => String(Math.floor(Math.min(ms, T0) / 250)));
      s.endMs = END + 2500;
    });
    expect(verdict).toMatchObject({ ...lost, fleet: 'halted', verdict: 'fail' });
    expect(about(verdict, 'hermes')).toEqual(['unrestored-service']);
  });

  it('B2: a target whose heartbeat was not watched long enough is not known to be restored', () => {
    const verdict = verdictOf((s) => {
      beating(s, 'hermes', (ms) => String(Math.floor(Math.min(ms, T0) / 250)));
      s.endMs = RESUME + 2700;
    });
    expect(verdict).toMatchObject({ ...lost, fleet: 'unknown' });
    expect(about(verdict, 'hermes')).toEqual(['undo-unseen']);
  });

  it('B2: a target whose heartbeat beats again is restored', () => {
    const verdict = verdictOf((s) => {
      beating(s, 'hermes', (ms) =>
        String(ms < RESUME + 500 ? Math.floor(Math.min(ms, T0 + 400) / 250) : Math.floor(ms / 250)),
      );
    });
    expect(verdict).toMatchObject({ verdict: 'pass', fleet: 'restored', findings: [] });
  });

  it.each([
    ['another key', (ms: number) => (ms < RESUME + 1500 ? 'kept' : 'new')],
    [
      'as older journals have it, and then by its digest',
      (ms: number) => (ms < RESUME + 1500 ? null : 'new'),
    ],
  ])('S7: a heartbeat that is only written down in another way did not beat (%s)', (_, keyed) => {
    const verdict = verdictOf((s) => {
      beating(s, 'hermes', (ms) => String(Math.floor(Math.min(ms, T0) / 250)));
      s.heartbeatKey = keyed;
      s.endMs = RESUME + 2700;
    });
    expect(verdict).toMatchObject({ ...lost, fleet: 'unknown' });
    expect(about(verdict, 'hermes')).toEqual(['undo-unseen']);
  });

  it('S7: a heartbeat is judged from an older journal, which holds the line itself', () => {
    const older: Change = (s) => {
      s.heartbeatKey = () => null;
    };
    expect(verdictOf(older)).toMatchObject({ verdict: 'pass', findings: [] });
    const stopped = verdictOf((s) => {
      older(s);
      s.heartbeat = () => present('7');
    });
    expect(about(stopped, 'sentinel')).toEqual(['vacuous-target']);
  });

  it('B2: a heartbeat that did not beat before the trigger either shows nothing', () => {
    const verdict = verdictOf((s) => beating(s, 'hermes', () => 'never'));
    expect(about(verdict, 'hermes')).toEqual(['vacuous-target']);
    expect(verdict).toMatchObject({ verdict: 'inconclusive', fleet: 'restored' });
  });
});

describe('B3: a survivor goes on working', () => {
  it('B3: one that was frozen for part of the halt is stale, though it was thawed before the end', () => {
    const verdict = verdictOf((s) => {
      baselineLife(s, 'horus').state = frozenFor(T0 + 1000, T0 + 6000);
    });
    expect(about(verdict, 'horus')).toEqual(['survivor-stale']);
    expect(verdict).toMatchObject({ verdict: 'fail', fleet: 'restored' });
    expect(verdict.coverage.survivors.proven).toBe(2);
  });

  it('B3: the broker that came back from its crash too', () => {
    const verdict = verdictOf((s) => {
      const second = livesOf(s, 'principal')[1];
      if (second !== undefined) second.state = frozenFor(T0 + 4000, T0 + 6000);
    });
    expect(about(verdict, 'principal')).toContain('survivor-stale');
  });
});

describe('B7: what was up at the baseline is up at the end', () => {
  it('B7: a bystander that the halt kills and that never comes back', () => {
    const verdict = verdictOf((s) => bystander(s, mercury(400, 0, T0 + 500)));
    expect(about(verdict, 'mercury')).toEqual(['unrestored-service']);
    expect(verdict).toMatchObject({ ...lost, verdict: 'fail', fleet: 'halted' });
  });

  it('B7: one that comes back, or was never touched, is no news', () => {
    const back = verdictOf((s) =>
      bystander(s, mercury(400, 0, T0 + 500), mercury(401, RESUME + 400, FOREVER)),
    );
    const untouched = verdictOf((s) => bystander(s, mercury(400, 0, FOREVER)));
    for (const verdict of [back, untouched])
      expect(verdict).toMatchObject({ verdict: 'pass', fleet: 'restored', findings: [] });
  });
});

describe('B13: as many lives as before, each of the right kind', () => {
  it('B13: an old worker beside the new life', () => {
    const verdict = verdictOf((s) => {
      const main = baselineLife(s, 'hermes');
      s.lives.push({ ...life('', 'tesseract', 210, 0, FOREVER), services: [], ppid: main.pid });
    });
    expect(about(verdict, 'hermes')).toContain('restored-differently');
    expect(verdict).toMatchObject({ ...lost, fleet: 'unknown' });
  });

  it('B13: an old worker that bears the service’s own script, beside the new life', () => {
    const verdict = verdictOf((s) => {
      const main = baselineLife(s, 'hermes');
      s.lives.push({ ...life('hermes', 'tesseract', 210, 0, FOREVER), ppid: main.pid, pgrp: main.pid });
    });
    expect(about(verdict, 'hermes')).toContain('restored-differently');
    expect(verdict).toMatchObject({ ...lost, fleet: 'unknown' });
  });

  it('B13: an old life beside the new one', () => {
    const verdict = verdictOf((s) => {
      baselineLife(s, 'hermes').toMs = FOREVER;
    });
    expect(about(verdict, 'hermes')).toContain('restored-differently');
    expect(verdict).toMatchObject({ ...lost, fleet: 'unknown' });
  });

  it('B13: only the life that renamed itself', () => {
    const verdict = verdictOf((s) => {
      const main = baselineLife(s, 'hermes');
      s.lives = s.lives.filter((one) => one === main || !one.services.includes('hermes'));
      main.toMs = FOREVER;
      main.matchedAt = (ms) => (ms < T0 ? ['hermes'] : []);
    });
    expect(about(verdict, 'hermes')).toContain('restored-differently');
    expect(verdict).toMatchObject({ ...lost, fleet: 'unknown' });
  });

  it('B13: two of a kind where there was one of each', () => {
    const verdict = verdictOf((s) => {
      s.plan = {
        ...s.plan,
        services: s.plan.services.map((one) => (one.name === 'hermes' ? { ...one, instances: 2 } : one)),
      };
      s.lives.push({ ...life('hermes', 'tesseract', 211, 0, T0 + 400), fingerprint: 'worker' });
      s.lives.push(life('hermes', 'tesseract', 311, RESUME + 500, FOREVER));
    });
    expect(about(verdict, 'hermes')).toEqual(['restored-differently']);
    expect(verdict).toMatchObject({ ...lost, fleet: 'unknown' });
  });

  it('B13: another argv than before leaves the fleet not restored', () => {
    const verdict = verdictOf((s) => {
      returned(s, 'hermes').fingerprint = 'another';
    });
    expect(about(verdict, 'hermes')).toEqual(['restored-differently']);
    expect(verdict).toMatchObject({ ...lost, fleet: 'unknown' });
  });
});

describe('B15: what was down at the baseline', () => {
  it('B15: is not started by the resume', () => {
    const verdict = verdictOf((s) => bystander(s, mercury(401, RESUME + 400, FOREVER)));
    expect(about(verdict, 'mercury')).toEqual(['restored-differently']);
    expect(verdict).toMatchObject({ ...lost, verdict: 'fail', fleet: 'unknown' });
  });

  it('B15: may come and go', () => {
    const verdict = verdictOf((s) => bystander(s, mercury(401, RESUME + 400, RESUME + 1500)));
    expect(verdict).toMatchObject({ verdict: 'pass', fleet: 'restored', findings: [] });
  });

  it('B15: is no news where it comes and goes by itself, before the trigger too', () => {
    const verdict = verdictOf((s) =>
      bystander(s, mercury(400, T0 - 2000, T0 - 900), mercury(401, RESUME + 400, FOREVER)),
    );
    expect(verdict).toMatchObject({ verdict: 'pass', fleet: 'restored', findings: [] });
  });
});

describe('D5: only lives that ended and came back are compared', () => {
  it('D5: a survivor may change its title', () => {
    const verdict = verdictOf((s) => {
      const horus = baselineLife(s, 'horus');
      Object.defineProperty(horus, 'fingerprint', { get: () => `title-${titles++}` });
    });
    expect(verdict).toMatchObject({ verdict: 'pass', fleet: 'restored', findings: [] });
  });
});
let titles = 0;

describe('A5: the fleet', () => {
  it('A5: is not restored where a survivor never came back', () => {
    const verdict = verdictOf((s) => {
      baselineLife(s, 'horus').toMs = T0 + 500;
    });
    expect(verdict).toMatchObject({ ...lost, fleet: 'halted' });
  });

  it('A5: is not known to be restored where a host was lost at the resume', () => {
    const verdict = verdictOf((s) => {
      s.sampling = (host, ms) => (host === 'tesseract' && ms > RESUME - 50 ? 'failed' : 'kept');
    });
    expect(verdict).toMatchObject({ ...lost, fleet: 'unknown' });
  });
});

describe('C5: a journal that breaks off in the halt', () => {
  const brokenOff = (s: Scenario): void => {
    s.resumeAt = null;
    s.unclosed = true;
    s.endMs = T0 + 6000;
  };

  it('C5: says nothing of an undo that is not on record', () => {
    const verdict = verdictOf(brokenOff);
    expect(verdict).toMatchObject({ ...lost, verdict: 'inconclusive', fleet: 'unknown' });
    expect(verdict.findings.map(({ code }) => code)).toEqual([
      'hold-short',
      'control-missing',
      'control-missing',
      'journal-broken',
    ]);
    expect(JSON.stringify(verdict.findings)).not.toContain('fter the undo');
  });

  it('C5: says so where the drill did end, and left the fleet halted', () => {
    const verdict = verdictOf((s) => {
      brokenOff(s);
      delete s.unclosed;
    });
    expect(verdict).toMatchObject({ ...lost, fleet: 'halted' });
    expect(verdict.findings.map(({ code }) => code)).toContain('unrestored-service');
  });

  it('C5: does not call lost what a resume was still bringing back', () => {
    const verdict = verdictOf((s) => {
      s.unclosed = true;
      s.endMs = RESUME + 300;
    });
    expect(verdict).toMatchObject({ ...lost, verdict: 'inconclusive', fleet: 'unknown' });
    expect(verdict.findings.map(({ code }) => code)).not.toContain('unrestored-service');
  });
});
