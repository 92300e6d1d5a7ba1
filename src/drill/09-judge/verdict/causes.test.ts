import { describe, expect, it } from 'vitest';
import {
  asFoundLevel2,
  auditLine,
  baselineLife,
  calm,
  cleanLevel2,
  FOREVER,
  halted,
  journalOf,
  life,
  livesOf,
  RESUME,
  type Scenario,
  T0,
} from '../../../../test/judge/scenario.ts';
import type { ExchangeBook } from '../../model/broker-state.ts';
import { present, type Reading } from '../../model/reading.ts';
import type { Finding } from '../../model/verdict.ts';
import { judge } from './judge.ts';

/** `code service asset`, and after an arrow the code of its cause. */
function found(s: Scenario): string[] {
  const { findings } = judge(journalOf(s), { today: '2026-11-22', strict: false });
  return findings.map(
    (f) => `${nameOf(f)}${f.consequenceOf === null ? '' : ` <- ${codeOf(f.consequenceOf)}`}`,
  );
}

const nameOf = ({ code, service, asset }: Finding): string =>
  [code, service, asset].filter((word) => word != null).join(' ');
const codeOf = (key: string): string => /[a-z-]+/.exec(key)?.[0] ?? '';

/** Stops a survivor with the halt, for good or until the runner starts it. */
function takeDown(s: Scenario, name: string, startedByRunner: boolean): void {
  const { pid, hosts } = baselineLife(s, name);
  const [host = ''] = hosts;
  for (const one of livesOf(s, name)) one.toMs = T0 + 400;
  if (!startedByRunner) return;
  s.lives.push(life(name, host, pid + 400, RESUME + 700, FOREVER));
  s.starts.push({ service: name, host, atMs: RESUME + 600 });
}

const trading = (counts: (ms: number) => Record<string, number>, position = 0) => {
  return (ms: number): Reading<ExchangeBook> =>
    present({
      positions: { 'DOGE-USD': ms < T0 + 400 ? 12 : position },
      open: {},
      accepted: Object.entries(counts(ms)).map(([key, count]) => {
        const [asset = '', account = ''] = key.split(' ');
        return { asset, account, count };
      }),
    });
};

describe('what a broker stopped that it must not stop', () => {
  it('is the cause of its not coming back', () => {
    const s = cleanLevel2();
    takeDown(s, 'horus', true);
    expect(found(s)).toContain('collateral-stop horus');
    expect(found(s)).toContain('unrestored-service horus <- collateral-stop');
  });

  it('is not the cause of what another service does', () => {
    const s = cleanLevel2();
    takeDown(s, 'horus', true);
    s.lives = s.lives.filter((one) => !(one.services.includes('hermes') && one.fromMs > T0));
    expect(found(s)).toContain('unrestored-service hermes');
  });

  it('is the cause of the quiet of the assets that it alone traded', () => {
    const quiet = (accounts: readonly string[]): string[] => {
      const s = cleanLevel2();
      const { plan } = s;
      s.plan = { ...plan, effects: { flat: [], silent: [], active: ['BTC-USD'] } };
      takeDown(s, 'horus', true);
      s.exchange = trading((ms) => {
        const count = Math.floor(Math.min(ms, T0 + 400) / 100);
        return Object.fromEntries(accounts.map((account) => [`BTC-USD ${account}`, count]));
      });
      return found(s);
    };
    expect(quiet(['horus'])).toContain('collateral-halt principal BTC-USD <- collateral-stop');
    expect(quiet(['horus', 'sentinel'])).toContain('collateral-halt principal BTC-USD');
  });
});

describe('an asset that the halt must not reach', () => {
  const left = (untilMs: number): Scenario => {
    const s = cleanLevel2();
    s.plan = { ...s.plan, effects: { flat: [], silent: ['DOGE-USD'], active: ['BTC-USD'] } };
    s.exchange = trading((ms) => {
      const halt = (toMs: number): number =>
        Math.floor((ms < T0 ? ms : ms < toMs ? T0 : ms - toMs + T0) / 100);
      return { 'DOGE-USD hermes': halt(RESUME + 600), 'BTC-USD hermes': halt(untilMs) };
    });
    return s;
  };

  it('is not restored while nothing is traded in it, and that it was reached is the cause', () => {
    expect(found(left(FOREVER))).toEqual([
      'collateral-halt principal BTC-USD',
      'unrestored-service principal BTC-USD <- collateral-halt',
    ]);
    expect(judge(journalOf(left(FOREVER)), { today: '2026-11-22', strict: false })).toMatchObject({
      fleet: 'halted',
      exitCode: 5,
    });
  });

  it('is restored once it is traded again', () => {
    expect(found(left(RESUME + 600))).toEqual(['collateral-halt principal BTC-USD']);
  });
});

describe('an order about the deadline', () => {
  const about = (account: string, diesAtMs: number): string[] => {
    const s = cleanLevel2();
    s.plan = {
      ...s.plan,
      effects: { flat: [], silent: ['DOGE-USD'], active: [] },
      timing: { ...s.plan.timing, withinMs: 1500 },
    };
    for (const one of livesOf(s, 'hermes')) if (one.fromMs < T0) one.toMs = diesAtMs;
    s.exchange = trading((ms) => ({
      [`DOGE-USD ${account}`]: Math.floor(Math.min(ms, T0 + 1500) / 100) + (ms > RESUME + 600 ? 100 : 0),
    }));
    return found(s);
  };

  it('follows from the late stop of the account that placed it', () => {
    expect(about('hermes', T0 + 1800)).toEqual([
      'late-stop hermes',
      'sampled-too-coarsely DOGE-USD <- late-stop',
    ]);
  });

  it('does not follow from the late stop of another one', () => {
    expect(about('proteus', T0 + 1800)).toEqual(['late-stop hermes', 'sampled-too-coarsely DOGE-USD']);
  });

  it('stands alone where all stopped in time', () => {
    expect(about('hermes', T0 + 400)).toEqual(['sampled-too-coarsely DOGE-USD']);
  });
});

describe('orders that go on', () => {
  const flat = (goOn: boolean): string[] => {
    const s = cleanLevel2();
    s.plan = { ...s.plan, effects: { flat: ['DOGE-USD'], silent: ['DOGE-USD'], active: [] } };
    s.exchange = trading((ms) => {
      const quiet = !goOn && ms > T0 + 400 && ms < RESUME + 600;
      return { 'DOGE-USD nobody': Math.floor((quiet ? T0 + 400 : ms) / 100) };
    }, 3);
    return found(s);
  };

  it('are the cause of a position that is not flat', () => {
    expect(flat(true)).toContain('position-not-flat principal DOGE-USD <- order-after-halt');
  });

  it('are not where there are none', () => {
    expect(flat(false)).toEqual(['position-not-flat principal DOGE-USD']);
  });
});

describe('a halt that lifts itself', () => {
  it('is the cause of what comes back, and the fleet is restored once all has', () => {
    const s = cleanLevel2();
    const liftedMs = T0 + 5000;
    const { api, store } = s;
    s.api = (ms) => (ms < liftedMs ? api(ms) : present(calm));
    s.store = (ms) => store(ms < liftedMs ? ms : RESUME + 100);
    for (const one of s.lives) if (one.fromMs > RESUME) one.fromMs = liftedMs + 200;
    s.exchange = trading((ms) => ({ 'DOGE-USD hermes': Math.floor(ms / 200) }));
    s.resumeAt = null;
    expect(found(s)).toContain('silent-downgrade principal');
    expect(found(s)).toContain('respawned hermes <- silent-downgrade');
    // It was restarted before, and remembered.
    expect(found(s).join()).not.toContain('amnesia');
    expect(judge(journalOf(s), { today: '2026-11-22', strict: false })).toMatchObject({
      fleet: 'restored',
      exitCode: 1,
    });
  });

  it('is not where the halt stands', () => {
    const s = cleanLevel2();
    const back = livesOf(s, 'hermes').find((one) => one.fromMs > T0);
    if (back !== undefined) back.fromMs = T0 + 5000;
    expect(found(s)).toContain('respawned hermes');
  });
});

describe('a halt of somebody else', () => {
  it('is the cause of what is down when the drill ends, since the runner keeps its hands off', () => {
    const s = cleanLevel2();
    const joined = { ...halted, revision: (halted.revision ?? 0) + 1 };
    const { api, store } = s;
    const joinedMs = T0 + 5000;
    s.api = (ms) => (ms < joinedMs ? api(ms) : present(joined));
    s.store = (ms) => {
      const reading = store(Math.min(ms, RESUME));
      return ms < joinedMs || reading.kind !== 'present'
        ? reading
        : present({ ...reading.value, state: joined });
    };
    s.lives = s.lives.filter((one) => !(one.fromMs > RESUME && one.services[0] !== 'principal'));
    s.resumeAt = null;
    const { exchange } = s;
    s.exchange = (ms) => exchange(Math.min(ms, RESUME));
    const all = found(s);
    expect(all).toContain('foreign-halt principal');
    expect(all).toContain('unrestored-service hermes <- foreign-halt');
    expect(all.filter((one) => !one.includes('<-'))).toEqual(['foreign-halt principal']);
  });
});

describe('a halt that nothing but the reply speaks of', () => {
  it('was not recorded because it was never begun', () => {
    const s = asFoundLevel2();
    s.api = () => present(calm);
    expect(found(s)).toContain('unpersisted-halt principal <- successful-no-op');
  });

  it('is not one that the API knows of', () => {
    expect(found(asFoundLevel2())).toContain('unpersisted-halt principal');
  });
});

describe('stops that are not in the log', () => {
  const forgetful = (recorded: boolean): Scenario => {
    const s = cleanLevel2();
    const { api } = s;
    s.api = (ms) => (ms < T0 + 2000 || ms > RESUME ? api(ms) : present(calm));
    s.store = () => present({ state: calm, incidents: [], inode: 7 });
    s.audit = () => present([auditLine(1, 'principal', 'knox', 'started')]);
    if (s.reply?.kind === 'present') s.reply = present({ ...s.reply.value, acknowledged: false, recorded });
    return s;
  };

  it('follow from a state that could not be recorded, where the broker says so', () => {
    expect(found(forgetful(false))).toContain('unlogged-halt hermes <- amnesia-restart');
  });

  it('are a finding of their own where it says that it was', () => {
    expect(found(forgetful(true))).toContain('unlogged-halt hermes');
  });
});
