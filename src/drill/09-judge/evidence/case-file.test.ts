import { describe, expect, it } from 'vitest';
import {
  calm,
  cleanLevel2,
  cleanLevel4,
  halted,
  journalOf,
  RESUME,
  type Scenario,
  T0,
} from '../../../../test/judge/scenario.ts';
import {
  answer,
  BEFORE,
  guarded,
  HELD,
  mapped,
  takesEffect,
  untriggered,
} from '../../../../test/judge/scenarios/guards.ts';
import { present, unreadable } from '../../model/reading.ts';
import { type CaseFile, openCase, type Read, within } from './case-file.ts';

function opened(change: (s: Scenario) => void = () => undefined, scenario = cleanLevel2): CaseFile {
  const s = scenario();
  change(s);
  return openCase(journalOf(s));
}

/** Nothing is done in the drill. */
const idle = (s: Scenario): void => {
  s.triggered = false;
  s.crash = null;
  s.resumeAt = null;
};

describe('a case', () => {
  it('is opened by the record that holds the plan, wherever it stands', () => {
    const [first, second, ...rest] = journalOf(cleanLevel2());
    const entries = [second, first, ...rest].filter((entry) => entry !== undefined);
    expect(openCase(entries).plan.drill).toBe('level-2-halt-trading');
  });

  it('has readings in the order of their questions, and then of their answers', () => {
    const c = openCase(journalOf(cleanLevel2()).reverse());
    expect(c.status.map(({ sentMs }) => sentMs)).toEqual(opened().status.map(({ sentMs }) => sentMs));
    const both = (slow: number, fast: number): number[] =>
      openCase([
        ...journalOf(cleanLevel2()),
        ...[slow, fast].map((receivedMs, index) => ({
          ...{ id: `s-${index}`, atMs: 19_500, wall: '2026-11-22T10:00:19.500Z', kind: 'status' as const },
          read: { sentMs: 19_300, receivedMs, reading: present(calm) },
        })),
      ])
        .status.slice(-2)
        .map(({ receivedMs }) => receivedMs);
    expect(both(19_450, 19_310)).toEqual([19_310, 19_450]);
    expect(both(19_310, 19_450)).toEqual([19_310, 19_450]);
  });

  it('has the canaries, and of the services that the drill demands something of the lives', () => {
    const c = opened((s) => {
      const [first, ...rest] = s.plan.services;
      if (first !== undefined) s.plan = { ...s.plan, services: [{ ...first, role: 'bystander' }, ...rest] };
    });
    expect([...new Set(c.canaries.map(({ kind }) => kind))]).toEqual(['canary']);
    expect([...c.rootsAt(T0).keys()]).toEqual(c.plan.services.slice(1).map(({ name }) => name));
  });
});

describe('the last evidence', () => {
  const last = (kind: 'status' | 'store'): number =>
    openCase(
      journalOf(cleanLevel2()).filter(
        (entry) => entry.atMs < 8000 || entry.kind === kind || entry.kind === 'opened',
      ),
    ).endMs;

  it.each([
    ['status', 18_762],
    ['store', 18_770],
  ] as const)('may be a reading of the %s', (kind, endMs) => {
    expect(last(kind)).toBe(endMs);
  });

  it('may be the outcome of the trigger', () => {
    const s = cleanLevel2();
    Object.assign(s, { crash: null, resumeAt: null, endMs: T0 });
    expect(openCase(journalOf(s)).endMs).toBe(T0 + 45);
  });

  it('is never where there is nothing', () => {
    const opening = journalOf(cleanLevel2()).filter(({ kind }) => kind === 'opened');
    expect(openCase(opening)).toMatchObject({ endMs: 0, haltEndMs: 0, anchorMs: 0, trigger: null });
  });
});

describe('the end of the halt', () => {
  it('is not a service that was started before the trigger', () => {
    const early = opened((s) => s.starts.push({ service: 'hermes', host: 'tesseract', atMs: T0 - 1000 }));
    expect(early).toMatchObject({ haltEndMs: RESUME - 3, starts: [] });
  });

  it('is one that was started as soon as the trigger was fired', () => {
    const c = opened((s) => {
      s.withOutcome = false;
      s.starts.push({ service: 'hermes', host: 'tesseract', atMs: T0 });
    });
    expect(c).toMatchObject({ anchorMs: T0 - 3, haltEndMs: T0 - 3 });
    expect(c.starts).toHaveLength(1);
  });

  it('is one that was started although nothing was triggered', () => {
    const c = opened((s) => {
      idle(s);
      s.starts.push({ service: 'hermes', host: 'tesseract', atMs: T0 });
    });
    expect(c).toMatchObject({ haltEndMs: T0 - 3, trigger: null });
  });
});

describe('a resume that had to be refused', () => {
  const end = HELD + 210;
  /** The halt ends with it, by the sources given, whatever is answered. */
  const endedBy = (...sources: readonly ('api' | 'store')[]) =>
    opened((s) => {
      const { api, store } = s;
      const over = (ms: number): boolean => ms >= end && ms < RESUME;
      if (sources.includes('api')) s.api = (ms) => (over(ms) ? present(calm) : api(ms));
      if (sources.includes('store'))
        s.store = (ms) => (over(ms) ? mapped(store(ms), (value) => ({ ...value, state: calm })) : store(ms));
    }, guarded);

  it('ends the halt where it did so by every source', () => {
    expect(endedBy('api', 'store').haltEndMs).toBe(HELD + 197);
  });

  it.each(['api', 'store'] as const)('does not where only one shows that, the %s', (source) => {
    expect(endedBy(source).haltEndMs).toBe(RESUME - 3);
  });

  it('does where nothing but the store can be read', () => {
    const c = opened((s) => {
      const { store } = s;
      s.api = () => unreadable('no route');
      s.store = (ms) =>
        ms >= end && ms < RESUME ? mapped(store(ms), (value) => ({ ...value, state: calm })) : store(ms);
    }, guarded);
    expect(c.haltEndMs).toBe(HELD + 197);
  });
});

describe('what was fired', () => {
  it('is the guard that was accepted, not the one before it', () => {
    const c = opened((s) => {
      untriggered(s, BEFORE + 100);
      answer(s, 'wrong-token', 200);
    }, guarded);
    expect(c).toMatchObject({ trigger: null, anchorMs: BEFORE + 100, fired: { t0Ms: BEFORE + 100 } });
  });

  const heard = (where: 'api' | 'store' | 'rows' | 'nowhere') =>
    opened((s) => {
      takesEffect(s, 'no-token');
      const { api, store } = s;
      if (where !== 'api') s.api = () => present(calm);
      else s.api = api;
      s.store = (ms) =>
        mapped(store(ms), ({ state, incidents, inode }) => ({
          state: where === 'store' ? state : calm,
          incidents: where === 'rows' ? incidents : where === 'store' ? null : [],
          inode,
        }));
    }, guarded);

  it.each(['api', 'store', 'rows'] as const)(
    'is one that was refused, where its reason is read: %s',
    (where) => {
      expect(heard(where).fired?.t0Ms).toBe(BEFORE);
    },
  );

  it('is nothing where all were refused, and nothing came of them', () => {
    expect(heard('nowhere').fired).toBeNull();
  });

  it('is the trigger, whatever the guards before it did', () => {
    expect(opened((s) => answer(s, 'no-token', 200), guarded).fired?.t0Ms).toBe(T0);
  });
});

describe('the trigger', () => {
  it('has its intent and its outcome for records, and no trouble with its reply', () => {
    const { trigger } = opened();
    expect(trigger?.ids).toHaveLength(2);
    expect(trigger).toMatchObject({ outcomeId: trigger?.ids[1], noReply: null, endedMs: T0 + 45 });
  });

  it('has only its intent where nobody knows how it ended', () => {
    const { trigger } = opened((s) => {
      s.withOutcome = false;
    });
    expect(trigger?.ids).toHaveLength(1);
    expect(trigger).toMatchObject({
      outcomeId: trigger?.ids[0],
      endedMs: T0 - 3,
      noReply: 'the journal has no outcome of it',
    });
  });

  it.each([
    [null, 'there was none'],
    [{ kind: 'absent' } as const, 'there was none'],
    [unreadable('socket hang up'), 'socket hang up'],
  ])('says why there is no reply: %j', (reply, noReply) => {
    const c = opened((s) => {
      s.reply = reply;
    });
    expect(c.trigger).toMatchObject({ reply: null, noReply });
  });
});

describe('a broker that must stop', () => {
  it('is a target, in a drill whose halt is lifted by hand', () => {
    expect(opened(undefined, cleanLevel4).brokerMustStop).toBe(true);
    expect(opened().brokerMustStop).toBe(false);
  });

  it('is not a survivor among targets, nor a target of an API that lifts the halt', () => {
    const kept = opened((s) => {
      s.plan = {
        ...s.plan,
        services: s.plan.services.map((one) =>
          one.name === 'principal' ? { ...one, role: 'survivor' } : one,
        ),
      };
    }, cleanLevel4);
    expect(kept.brokerMustStop).toBe(false);
    const lifted = opened((s) => {
      s.plan = { ...s.plan, resume: 'api' };
    }, cleanLevel4);
    expect(lifted.brokerMustStop).toBe(false);
  });
});

describe('a store whose file is another one than was first read', () => {
  it.each([present({ state: calm, incidents: [], inode: 7 }), unreadable('locked')])(
    'is unreadable, whatever came before the first reading',
    (first) => {
      const c = opened((s) => {
        const { store } = s;
        s.store = (ms) =>
          ms < 1010 ? first : mapped(store(ms), (value) => ({ ...value, inode: ms < T0 ? 7 : 8 }));
      });
      const since = c.store.filter(({ sentMs }) => sentMs >= T0);
      expect(new Set(since.map(({ reading }) => reading.kind))).toEqual(new Set(['unreadable']));
      expect(c.store[0]?.reading.kind).toBe(first.kind);
    },
  );
});

describe('readings within a stretch of time', () => {
  const read: Read<typeof halted> = { id: 'a', sentMs: 100, receivedMs: 110, reading: present(halted) };

  it.each([
    [100, 110, 1],
    [101, 110, 0],
    [100, 109, 0],
    [0, 99, 0],
    [111, 200, 0],
  ])('are asked and answered in it: %i to %i', (fromMs, toMs, count) => {
    expect(within([read], { fromMs, toMs })).toHaveLength(count);
  });
});
