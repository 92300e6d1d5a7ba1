import { describe, expect, it } from 'vitest';
import { present, unreadable } from '../../src/drill/model/reading.ts';
import type { Finding, Verdict } from '../../src/drill/model/verdict.ts';
import { Given, given } from './given.ts';
import { BACK, calm, cleanLevel2, FOREVER, halted, livesOf, RESUME, type Scenario, T0 } from './scenario.ts';

const verdictOf = (s: Scenario): Verdict => new Given(s).verdict();
const told = (findings: readonly Finding[]): string[] =>
  findings.map((f) => (f.consequenceOf === null ? f.code : `${f.code} <- ${f.consequenceOf.split(' ')[0]}`));

/** The API says nothing from then on, and no resume is answered: the fleet stays halted. */
function silentFrom(s: Scenario, fromMs: number): void {
  const { api, store } = s;
  s.api = (ms) => (ms >= fromMs ? unreadable('HTTP 500') : api(ms));
  s.store = (ms) => store(Math.min(ms, RESUME));
  s.resumeReply = present({
    status: 500,
    acknowledged: false,
    state: null,
    stops: null,
    recorded: null,
    body: '',
  });
  s.lives = s.lives.filter((life) => life.fromMs < RESUME);
}

describe('a broker whose API goes silent', () => {
  it('makes inconclusive what nobody could ask it for, and the fleet is not restored', () => {
    const s = cleanLevel2();
    silentFrom(s, BACK + 1000);
    const verdict = verdictOf(s);
    expect(verdict).toMatchObject({ verdict: 'inconclusive', fleet: 'halted', exitCode: 5 });
    expect(told(verdict.findings)).toEqual(['unreadable-broker', 'undo-unseen <- unreadable-broker']);
  });

  it('has failed where it acknowledged the resume and did not do it', () => {
    const s = cleanLevel2();
    const { resumeReply } = s;
    silentFrom(s, BACK + 1000);
    s.resumeReply = resumeReply;
    const verdict = verdictOf(s);
    expect(verdict).toMatchObject({ verdict: 'fail', fleet: 'halted', exitCode: 5 });
    expect(told(verdict.findings)).toContain('unrestored-service');
    expect(told(verdict.findings)).toContain('incident-left-open');
  });

  it('has failed where it can be heard, and refuses', () => {
    const s = cleanLevel2();
    const { api } = s;
    silentFrom(s, FOREVER);
    s.api = (ms) => api(Math.min(ms, RESUME));
    expect(told(verdictOf(s).findings)).toContain('incident-left-open');
  });
});

describe('a database in whose place another file was put', () => {
  it('is no longer the broker’s store, whatever it says', () => {
    const s = cleanLevel2();
    const { store } = s;
    s.store = (ms) => {
      const reading = store(ms < BACK + 1000 ? ms : T0 - 100);
      if (reading.kind !== 'present' || ms < BACK + 1000) return reading;
      return present({ ...reading.value, inode: 8 });
    };
    const verdict = verdictOf(s);
    expect(verdict).toMatchObject({ verdict: 'inconclusive', fleet: 'unknown', exitCode: 5 });
    expect(told(verdict.findings)).toEqual(['unreadable-store']);
    expect(verdict.findings[0]?.message).toContain('inode 8, not 7');
  });
});

describe('an incident that is resolved with the halt still in force', () => {
  it('is missing from then on', () => {
    const s = cleanLevel2();
    const { store } = s;
    s.store = (ms) => {
      const reading = store(ms);
      if (reading.kind !== 'present' || ms < BACK + 2000) return reading;
      const incidents = (reading.value.incidents ?? []).map((row) => ({
        ...row,
        resolvedAt: '2026-11-22T10:00:09Z',
      }));
      return present({ ...reading.value, incidents });
    };
    const verdict = verdictOf(s);
    expect(told(verdict.findings)).toEqual(['missing-incident']);
    expect(verdict.findings[0]?.message).toContain('Incident i-1 was resolved in the store');
  });
});

describe('a halt that is recorded later than the reply says', () => {
  const recordedFrom = (fromMs: number, recorded: boolean | null): string[] => {
    const s = cleanLevel2();
    const { store, reply } = s;
    s.store = (ms) => store(ms < fromMs ? Math.min(ms, T0 - 100) : ms);
    if (reply?.kind === 'present') s.reply = present({ ...reply.value, recorded });
    return told(verdictOf(s).findings);
  };

  it('is unpersisted, though it is there by the deadline', () => {
    expect(recordedFrom(T0 + 1000, true)).toEqual(['unpersisted-halt']);
  });

  it('is in time where the reply claimed nothing of the kind', () => {
    expect(recordedFrom(T0 + 1000, null)).toEqual([]);
    expect(recordedFrom(T0 + 1000, false)).toEqual([]);
  });

  it('is in time where it was there by the time of the reply', () => {
    expect(recordedFrom(T0 + 60, true)).toEqual([]);
  });
});

describe('a source that never shows the level which the other one shows', () => {
  it('is an API that disagrees with its store, and no downgrade', () => {
    const { findings } = given(cleanLevel2)
      .crashNotDone()
      .and((s) => {
        const { api } = s;
        s.plan = { ...s.plan, crash: null };
        s.api = (ms) => (ms < T0 || ms > RESUME + 100 ? api(ms) : present(calm));
      })
      .verdict();
    expect(told(findings)).toEqual(['split-state']);
  });

  it('is a downgrade where it had shown it before', () => {
    const s = cleanLevel2();
    const { store } = s;
    s.store = (ms) => {
      const reading = store(ms);
      if (reading.kind !== 'present' || ms < BACK + 2000 || ms > RESUME) return reading;
      return present({ ...reading.value, state: calm });
    };
    const codes = told(verdictOf(s).findings);
    expect(codes).toEqual(['split-state <- silent-downgrade', 'silent-downgrade']);
  });
});

describe('a second incident after the crash', () => {
  it('is one cause: what the restarted broker then names differently follows from it', () => {
    const s = cleanLevel2();
    const { api, store } = s;
    const again = { ...halted, incident: 'i-1-again' };
    s.api = (ms) => {
      const reading = api(ms);
      return reading.kind === 'present' && reading.value.level > 0 && ms >= BACK ? present(again) : reading;
    };
    s.store = (ms) => {
      const reading = store(ms);
      if (reading.kind !== 'present' || ms < BACK) return reading;
      const [row] = reading.value.incidents ?? [];
      if (row === undefined) return reading;
      const state = reading.value.state.level > 0 ? again : reading.value.state;
      return present({ ...reading.value, state, incidents: [row, { ...row, id: 'i-1-again' }] });
    };
    expect(told(verdictOf(s).findings)).toEqual([
      'partial-amnesia <- duplicate-incident',
      'duplicate-incident',
    ]);
  });
});

describe('an audit log that loses entries', () => {
  it('is tampered with; that a stop is missing from it follows from that', () => {
    const s = cleanLevel2();
    const { audit } = s;
    s.auditAt = [T0 - 100, T0 + 1000, RESUME - 100];
    s.audit = (ms) => (ms < BACK ? audit(ms) : audit(T0 - 100));
    expect(told(verdictOf(s).findings)).toContain('audit-tampered');
  });
});

describe('a halt from which the drill keeps its hands off', () => {
  it('leaves the fleet halted, and that is no cause of its own', () => {
    const s = cleanLevel2();
    const { api, store } = s;
    const theirs = { ...halted, incident: 'i-9', reason: 'a real one', revision: 9 };
    const { exchange } = s;
    s.resumeAt = null;
    s.exchange = (ms) => exchange(Math.min(ms, RESUME));
    s.lives = s.lives.filter((life) => life.fromMs < RESUME);
    s.api = (ms) => (ms < BACK + 1000 ? api(ms) : present(theirs));
    s.store = (ms) => {
      const reading = store(Math.min(ms, RESUME));
      return reading.kind === 'present' && ms >= BACK + 1000
        ? present({ ...reading.value, state: theirs })
        : reading;
    };
    const { findings, exitCode } = verdictOf(s);
    expect(exitCode).toBe(5);
    expect(findings.filter((f) => f.consequenceOf === null).map((f) => f.code)).toEqual(['foreign-halt']);
  });
});

describe('a broker that does not come back', () => {
  it('is down; that the runner had to start it follows from that', () => {
    const s = cleanLevel2();
    const { api, store } = s;
    for (const life of livesOf(s, 'principal')) if (life.pid === 101) life.fromMs = RESUME + 200;
    s.api = (ms) => (ms > BACK - 600 && ms < RESUME + 400 ? unreadable('refused') : api(ms));
    s.store = (ms) => store(ms);
    s.starts = [{ service: 'principal', host: 'knox', atMs: RESUME + 50 }];
    const codes = told(verdictOf(s).findings);
    expect(codes).toContain('broker-down');
    expect(codes).toContain('unrestored-service <- broker-down');
  });
});
