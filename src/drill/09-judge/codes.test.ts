import { describe, expect, it } from 'vitest';
import type { FindingCode } from '../model/findings.ts';
import { present } from '../model/reading.ts';
import type { Verdict } from '../model/verdict.ts';
import {
  auditLine,
  BACK,
  baselineLife,
  calm,
  cleanLevel2,
  DEADLINE,
  END,
  type FakeLife,
  FOREVER,
  halted,
  journalOf,
  life,
  livesOf,
  NONCE,
  neverStops,
  RESUME,
  type Scenario,
  T0,
} from './fixtures.ts';
import { judge } from './judge.ts';

type Change = (s: Scenario) => void;

function verdictOf(change: Change): Verdict {
  const s = cleanLevel2();
  change(s);
  return judge(journalOf(s), { today: '2026-11-22', strict: false });
}

const codesOf = (verdict: Verdict): FindingCode[] => verdict.findings.map((f) => f.code);

/** A change to a clean drill that must yield the code, and one close to it that must not. */
interface Case {
  readonly code: FindingCode;
  readonly about?: string;
  readonly flags: Change;
  readonly spares: Change;
  /** The near miss is allowed other findings. */
  readonly spareNotClean?: true;
}

const hermes = (s: Scenario): FakeLife => baselineLife(s, 'hermes');
const child = (s: Scenario, fromMs: number, toMs: number): FakeLife => {
  const made = {
    ...life('', 'tesseract', 700, fromMs, toMs),
    services: [],
    ppid: hermes(s).pid,
    pgrp: hermes(s).pid,
  };
  s.lives.push(made);
  return made;
};
const newcomer = (s: Scenario, fromMs: number, toMs: number): FakeLife => {
  const made = life('hermes', 'tesseract', 701, fromMs, toMs);
  s.lives.push(made);
  return made;
};
const replied = (s: Scenario): Extract<Scenario['reply'], { kind: 'present' }> => {
  if (s.reply?.kind !== 'present') throw new Error('no reply');
  return s.reply;
};
/** Has hermes stop that late, in a drill with a hold that still fits in. */
const briefly = (s: Scenario, toMs: number): void => {
  hermes(s).toMs = toMs;
  s.plan = { ...s.plan, timing: { ...s.plan.timing, holdMs: 4000 } };
};
const refuse: Change = (s) => {
  s.reply = present({ ...replied(s).value, status: 500, acknowledged: false, stops: null, state: null });
};
const haltedFor = (from: number, to: number) => (ms: number) => ms >= from && ms < to;
const incidentRow = (id: string, reason: string | null, resolvedAt: string | null) => ({
  id,
  level: 2,
  reason,
  openedAt: '2026-11-22T10:00:05Z',
  resolvedAt,
});
/** Has the API say this while halted, the crash aside. */
const saying = (s: Scenario, when: (ms: number) => boolean, what: typeof halted): void => {
  const { api } = s;
  s.api = (ms) => (when(ms) && api(ms).kind === 'present' ? present(what) : api(ms));
};
const holding = (s: Scenario, when: (ms: number) => boolean, what: typeof halted): void => {
  const { store } = s;
  s.store = (ms) => {
    const read = store(ms);
    return when(ms) && read.kind === 'present' ? present({ ...read.value, state: what }) : read;
  };
};
const growing = (s: Scenario, from: number, account = 'hermes'): void => {
  const { exchange } = s;
  s.exchange = (ms) => {
    const read = exchange(ms);
    if (read.kind !== 'present' || ms < from || ms >= RESUME) return read;
    const accepted = read.value.accepted.map((line) =>
      line.account === account && line.asset === 'DOGE-USD' ? { ...line, count: line.count + 1 } : line,
    );
    return present({ ...read.value, accepted });
  };
};

const cases: Case[] = [
  {
    code: 'successful-no-op',
    flags: (s) => neverStops(s, 'hermes'),
    spares: (s) => void briefly(s, DEADLINE - 500),
  },
  {
    code: 'partial-stop',
    about: 'not acknowledged',
    flags: (s) => {
      neverStops(s, 'hermes');
      refuse(s);
    },
    spares: (s) => neverStops(s, 'hermes'),
    spareNotClean: true,
  },
  {
    code: 'partial-stop',
    about: 'said to be still running',
    flags: (s) => {
      neverStops(s, 'hermes');
      s.reply = present({
        ...replied(s).value,
        stops: [{ service: 'hermes', host: 'tesseract', outcome: 'still running' }],
      });
    },
    spares: refuse,
  },
  {
    code: 'partial-stop',
    about: 'one of two instances',
    flags: (s) => {
      s.plan = {
        ...s.plan,
        services: s.plan.services.map((one) => (one.name === 'hermes' ? { ...one, instances: 2 } : one)),
      };
      s.lives.push(life('hermes', 'tesseract', 710, 0, FOREVER));
    },
    spares: (s) => {
      s.plan = {
        ...s.plan,
        services: s.plan.services.map((one) => (one.name === 'hermes' ? { ...one, instances: 2 } : one)),
      };
      s.lives.push(
        life('hermes', 'tesseract', 710, 0, T0 + 900),
        life('hermes', 'tesseract', 711, RESUME + 500, FOREVER),
      );
    },
  },
  {
    code: 'late-stop',
    flags: (s) => {
      hermes(s).toMs = DEADLINE + 700;
    },
    spares: (s) => void briefly(s, DEADLINE - 300),
  },
  {
    code: 'sampled-too-coarsely',
    about: 'a death around the deadline',
    flags: (s) => {
      hermes(s).toMs = DEADLINE - 10;
    },
    spares: (s) => void briefly(s, DEADLINE - 300),
  },
  {
    code: 'respawned',
    flags: (s) => void newcomer(s, T0 + 3000, RESUME + 100),
    spares: (s) => void newcomer(s, RESUME + 60, RESUME + 90),
  },
  {
    code: 'respawned',
    about: 'a child takes over',
    flags: (s) => Object.assign(child(s, T0 + 200, RESUME + 90), { services: ['hermes'] }),
    spares: (s) => Object.assign(child(s, T0 + 200, T0 + 500), { services: ['hermes'] }),
  },
  {
    code: 'flapped',
    flags: (s) => void newcomer(s, T0 + 3000, T0 + 3600),
    spares: (s) => void newcomer(s, T0 + 150, T0 + 350),
  },
  {
    code: 'orphaned-children',
    flags: (s) => void child(s, 0, RESUME + 90),
    spares: (s) => void child(s, 0, T0 + 1500),
  },
  {
    code: 'orphaned-children',
    about: 'declared leaves',
    flags: (s) => void child(s, T0 + 100, RESUME + 90),
    spares: (s) => Object.assign(child(s, 0, FOREVER), { leftBy: ['hermes'] }),
  },
  {
    code: 'renamed-survivor',
    flags: (s) => {
      neverStops(s, 'hermes');
      hermes(s).matchedAt = (ms) => (ms < T0 + 300 ? ['hermes'] : []);
    },
    spares: (s) => {
      hermes(s).matchedAt = (ms) => (ms < T0 + 300 ? ['hermes'] : []);
    },
  },
  {
    code: 'frozen-not-stopped',
    flags: (s) => {
      neverStops(s, 'hermes');
      hermes(s).state = (ms) => ({ state: ms < T0 + 100 ? 'S' : 'T' });
    },
    spares: (s) => {
      hermes(s).state = (ms) => ({ state: ms < T0 + 100 ? 'S' : 'T' });
    },
  },
  {
    code: 'successful-no-op',
    about: 'a zombie with living threads',
    flags: (s) => {
      neverStops(s, 'hermes');
      hermes(s).state = (ms) => (ms < T0 + 300 ? { state: 'S' } : { state: 'Z', liveThreads: 2 });
    },
    spares: (s) => {
      hermes(s).toMs = FOREVER;
      hermes(s).state = (ms) => (ms < T0 + 300 ? { state: 'S' } : { state: 'Z', liveThreads: 0 });
    },
  },
  {
    code: 'duplicate-instance',
    flags: (s) => void s.lives.push(life('hermes', 'knox', 720, 0, FOREVER)),
    spares: (s) => void s.lives.push({ ...life('hermes', 'knox', 720, T0 + 1000, T0 + 1500), ppid: 100 }),
  },
  {
    code: 'collateral-stop',
    flags: (s) => {
      baselineLife(s, 'horus').toMs = T0 + 500;
    },
    spares: () => undefined,
  },
  {
    code: 'survivor-restarted',
    flags: (s) => {
      baselineLife(s, 'horus').toMs = T0 + 500;
      s.lives.push(life('horus', 'knox', 730, T0 + 700, FOREVER));
    },
    spares: (s) =>
      void s.lives.push({ ...life('', 'knox', 731, T0 + 700, FOREVER), services: [], ppid: 120, pgrp: 120 }),
  },
  {
    code: 'survivor-restarted',
    about: 'the broker, a second time',
    flags: (s) => {
      const second = livesOf(s, 'principal')[1];
      if (second !== undefined) second.toMs = T0 + 4000;
      s.lives.push(life('principal', 'knox', 732, T0 + 4200, FOREVER));
    },
    spares: (s) =>
      void s.lives.push({ ...life('principal', 'knox', 733, BACK, BACK + 300), ppid: 101, pgrp: 101 }),
  },
  {
    code: 'survivor-stale',
    flags: (s) => {
      s.heartbeat = (_, ms) => present(String(Math.min(ms, T0 + 500)));
    },
    spares: (s) => {
      s.heartbeat = (_, ms) => present(String(Math.floor(ms / 1900)));
    },
  },
  {
    code: 'survivor-stale',
    about: 'frozen',
    flags: (s) => {
      baselineLife(s, 'horus').state = (ms) => ({ state: ms < T0 + 500 ? 'S' : 'T' });
    },
    spares: (s) => {
      baselineLife(s, 'horus').state = (ms) => ({ state: ms > T0 + 500 && ms < T0 + 700 ? 'T' : 'S' });
    },
  },
  {
    code: 'self-halt',
    flags: (s) => {
      s.crash = null;
    },
    spares: () => undefined,
  },
  {
    code: 'amnesia-restart',
    flags: (s) => saying(s, haltedFor(BACK, RESUME), calm),
    spares: (s) => saying(s, haltedFor(BACK, RESUME), { ...halted, revision: 9 }),
  },
  {
    code: 'partial-amnesia',
    flags: (s) => saying(s, haltedFor(BACK, RESUME), { ...halted, incident: null }),
    spares: (s) => saying(s, haltedFor(BACK, RESUME), { ...halted, revision: null }),
  },
  {
    code: 'partial-amnesia',
    about: 'in the store',
    flags: (s) => holding(s, haltedFor(BACK, RESUME), { ...halted, incident: null }),
    spares: () => undefined,
  },
  {
    code: 'unpersisted-halt',
    flags: (s) => holding(s, haltedFor(T0, RESUME), calm),
    spares: (s) => holding(s, haltedFor(T0, T0 + 900), calm),
  },
  {
    code: 'split-state',
    flags: (s) => saying(s, haltedFor(T0 + 3000, T0 + 5000), { ...halted, incident: null }),
    spares: (s) => saying(s, haltedFor(T0 + 3000, T0 + 3900), { ...halted, incident: null }),
    spareNotClean: true,
  },
  {
    code: 'broker-down',
    flags: (s) => {
      s.lives = s.lives.filter((one) => one.pid !== 101);
      s.lives.push(life('principal', 'knox', 740, RESUME + 100, FOREVER));
      const { api } = s;
      s.api = (ms) =>
        ms > T0 + 1500 && ms < RESUME + 300 ? { kind: 'unreadable', reason: 'refused' } : api(ms);
    },
    spares: () => undefined,
  },
  {
    code: 'silent-downgrade',
    flags: (s) => {
      saying(s, haltedFor(T0 + 6000, RESUME), { ...halted, level: 1 });
      holding(s, haltedFor(T0 + 6000, RESUME), { ...halted, level: 1 });
    },
    spares: (s) => saying(s, haltedFor(T0, T0 + 300), calm),
  },
  {
    code: 'missing-incident',
    flags: (s) => {
      saying(s, haltedFor(T0 + 50, RESUME), { ...halted, incident: null });
      s.store = (ms) =>
        present({
          state: ms >= T0 + 50 && ms < RESUME + 100 ? { ...halted, incident: null } : calm,
          incidents: [],
          inode: 7,
        });
      s.reply = present({ ...replied(s).value, state: { ...halted, incident: null } });
    },
    spares: (s) => {
      saying(s, haltedFor(T0 + 50, RESUME), { ...halted, incident: 'i-1' });
    },
  },
  {
    code: 'duplicate-incident',
    flags: (s) => {
      const { store } = s;
      s.store = (ms) => {
        const read = store(ms);
        if (read.kind !== 'present' || ms < T0 + 100) return read;
        return present({
          ...read.value,
          incidents: [
            ...(read.value.incidents ?? []),
            incidentRow('i-2', `drill ${NONCE}`, ms < RESUME + 100 ? null : 'now'),
          ],
        });
      };
    },
    spares: (s) => {
      const { store } = s;
      s.store = (ms) => {
        const read = store(ms);
        return read.kind === 'present'
          ? present({
              ...read.value,
              incidents: [incidentRow('i-0', 'an old one', 'then'), ...(read.value.incidents ?? [])],
            })
          : read;
      };
    },
  },
  {
    code: 'false-claim',
    flags: (s) => neverStops(s, 'hermes'),
    spares: (s) => {
      neverStops(s, 'hermes');
      refuse(s);
      s.audit = () =>
        present(
          [
            auditLine(1, 'principal', 'knox', 'started'),
            auditLine(2, 'foresight', null, 'stopped'),
            auditLine(3, 'shiva', null, 'stopped'),
            auditLine(4, 'leverage', null, 'stopped'),
          ].slice(0, 4),
        );
    },
    spareNotClean: true,
  },
  {
    code: 'wrong-host-stop',
    flags: (s) => {
      s.reply = present({
        ...replied(s).value,
        stops: [{ service: 'hermes', host: 'knox', outcome: 'stopped' }],
      });
    },
    spares: (s) => {
      s.reply = present({
        ...replied(s).value,
        stops: [
          { service: 'hermes', host: 'Tesseract', outcome: 'stopped' },
          { service: 'shiva', host: null, outcome: 'stopped' },
        ],
      });
    },
  },
  {
    code: 'unlogged-halt',
    flags: (s) => {
      const { audit } = s;
      s.audit = (ms) => {
        const read = audit(ms);
        return read.kind === 'present'
          ? present(read.value.filter((line) => line.subject !== 'hermes'))
          : read;
      };
    },
    spares: () => undefined,
  },
  {
    code: 'audit-tampered',
    flags: (s) => {
      const { audit } = s;
      s.audit = (ms) => {
        const read = audit(ms);
        return read.kind === 'present' && ms > RESUME
          ? present(read.value.map((line) => (line.seq === 1 ? { ...line, outcome: 'nothing' } : line)))
          : read;
      };
    },
    spares: (s) => {
      const { audit } = s;
      s.audit = (ms) => {
        const read = audit(ms);
        return read.kind === 'present' && ms > RESUME
          ? present([...read.value, auditLine(9, 'hermes', 'tesseract', 'started')])
          : read;
      };
    },
  },
  {
    code: 'false-success',
    flags: (s) => {
      s.sampling = (host, ms) =>
        host === 'tesseract' && ms >= T0 - 100 && ms < T0 + 4000 ? 'failed' : 'kept';
    },
    spares: (s) => {
      s.sampling = (host, ms) =>
        host === 'tesseract' && ms >= T0 - 100 && ms < T0 + 300 ? 'failed' : 'kept';
    },
  },
  {
    code: 'position-not-flat',
    flags: (s) => {
      s.plan = { ...s.plan, effects: { silent: [], flat: ['DOGE-USD'], active: [] } };
    },
    spares: (s) => {
      s.plan = { ...s.plan, effects: { silent: [], flat: ['DOGE-USD'], active: [] } };
      const { exchange } = s;
      s.exchange = (ms) => {
        const read = exchange(ms);
        return read.kind === 'present' && ms > T0 + 2000 ? present({ ...read.value, positions: {} }) : read;
      };
    },
  },
  {
    code: 'order-after-halt',
    flags: (s) => growing(s, DEADLINE + 500),
    spares: (s) => growing(s, DEADLINE - 700),
  },
  {
    code: 'sampled-too-coarsely',
    about: 'an order around the deadline',
    flags: (s) => growing(s, DEADLINE),
    spares: (s) => growing(s, DEADLINE - 700),
  },
  {
    code: 'collateral-halt',
    flags: (s) => {
      s.plan = { ...s.plan, effects: { silent: [], flat: [], active: ['BTC-USD'] } };
    },
    spares: (s) => {
      s.plan = { ...s.plan, effects: { silent: [], flat: [], active: ['BTC-USD'] } };
      s.exchange = (ms) =>
        present({
          positions: {},
          open: {},
          accepted: [{ asset: 'BTC-USD', account: 'x', count: Math.floor(ms / 300) }],
        });
    },
  },
  {
    code: 'vacuous-target',
    about: 'a target that was down',
    flags: (s) => {
      s.lives = s.lives.filter((one) => one.pid !== 202);
    },
    spares: () => undefined,
  },
  {
    code: 'vacuous-target',
    about: 'a quiet market',
    flags: (s) => {
      s.exchange = (ms) =>
        present({
          positions: {},
          open: {},
          accepted: [{ asset: 'DOGE-USD', account: 'hermes', count: ms < 3000 ? 0 : 1 }],
        });
    },
    spares: () => undefined,
  },
  {
    code: 'vacuous-target',
    about: 'a store that was halted before',
    flags: (s) => holding(s, (ms) => ms < RESUME, halted),
    spares: () => undefined,
  },
  {
    code: 'vacuous-target',
    about: 'a heartbeat that never beat',
    flags: (s) => {
      s.heartbeat = () => present('7');
    },
    spares: () => undefined,
  },
  {
    code: 'blind-probe',
    about: 'visibility',
    flags: (s) => {
      s.sampling = (host, ms) => (host === 'knox' && ms > 7000 && ms < 9000 ? 'blind' : 'kept');
    },
    spares: (s) => {
      s.sampling = (host, ms) => (host === 'knox' && ms > 7000 && ms < 7400 ? 'blind' : 'kept');
    },
  },
  {
    code: 'blind-probe',
    about: 'a killed canary that stays',
    flags: (s) => {
      const [first] = s.canaries;
      if (first !== undefined) first.goneMs = 6000;
    },
    spares: (s) => {
      const [first] = s.canaries;
      if (first !== undefined) first.goneMs = 4500;
    },
  },
  {
    code: 'blind-probe',
    about: 'a canary that is not seen',
    flags: (s) => {
      const rotating = s.canaries[1];
      if (rotating !== undefined) rotating.goneMs = 8000;
    },
    spares: () => undefined,
  },
  {
    code: 'blind-probe',
    about: 'no calibration',
    flags: (s) => {
      s.canaries = s.canaries.filter((one) => one.purpose !== 'calibration');
    },
    spares: () => undefined,
  },
  {
    code: 'blind-probe',
    about: 'a candidate that cannot be classified',
    flags: (s) => {
      s.lives.push({ ...life('', 'tesseract', 750, 0, FOREVER), services: [], undecided: ['hermes'] });
    },
    spares: (s) => {
      s.lives.push({
        ...life('', 'tesseract', 750, T0 + 700, T0 + 1200),
        services: [],
        undecided: ['hermes'],
      });
    },
  },
  {
    code: 'blind-probe',
    about: 'a process that was never looked at',
    flags: (s) => {
      s.lives.push({ ...life('', 'tesseract', 751, 0, FOREVER), services: [], unexamined: true });
    },
    spares: (s) => {
      s.lives.push({ ...life('', 'tesseract', 751, T0 + 800, T0 + 1100), services: [], unexamined: true });
    },
  },
  {
    code: 'blind-probe',
    about: 'a second reader that disagrees',
    flags: (s) => void s.crossChecks.push({ host: 'tesseract', atMs: 9000, asked: [202], listed: [202] }),
    spares: (s) => void s.crossChecks.push({ host: 'tesseract', atMs: 9000, asked: [202], listed: [] }),
  },
  {
    code: 'blind-probe',
    about: 'a life that one sample lacks',
    flags: (s) => {
      baselineLife(s, 'horus').missedAt = (ms) => ms > 7000 && ms < 7100;
    },
    spares: () => undefined,
  },
  {
    code: 'unrestored-service',
    about: 'an asset that stays blocked',
    flags: (s) => {
      const { exchange } = s;
      s.exchange = (ms) => exchange(Math.min(ms, RESUME));
    },
    spares: () => undefined,
  },
  {
    code: 'wrong-host-probe',
    about: 'two hosts, one machine',
    flags: (s) => {
      s.scopes.tesseract = s.scopes.knox ?? { bootId: '', pidNamespace: '' };
    },
    spares: (s) => {
      s.scopes.tesseract = s.scopes.knox ?? { bootId: '', pidNamespace: '' };
      s.plan = { ...s.plan, oneMachine: [['knox', 'tesseract']] };
      for (const one of s.lives) if (one.pid > 50) one.hosts = ['knox', 'tesseract'];
      s.lives = s.lives.filter((one) => one.pid > 50);
      for (const canary of s.canaries) if (canary.host === 'tesseract') canary.pid += 20;
    },
  },
  {
    code: 'unreachable-host',
    flags: (s) => {
      s.sampling = (host, ms) => (host === 'tesseract' && ms > 9000 && ms < 10_500 ? 'failed' : 'kept');
    },
    spares: (s) => {
      s.sampling = (host, ms) => (host === 'tesseract' && ms > 9000 && ms < 9500 ? 'failed' : 'kept');
    },
  },
  {
    code: 'unreachable-host',
    about: 'at all',
    flags: (s) => {
      s.sampling = (host) => (host === 'knox' ? 'failed' : 'kept');
    },
    spares: () => undefined,
  },
  {
    code: 'sampled-too-coarsely',
    about: 'a gap',
    flags: (s) => {
      s.sampling = (host, ms) => (host === 'tesseract' && ms > 9000 && ms < 10_200 ? 'lost' : 'kept');
    },
    spares: (s) => {
      s.sampling = (host, ms) => (host === 'tesseract' && ms > 9000 && ms < 9600 ? 'lost' : 'kept');
    },
  },
  {
    code: 'unreadable-store',
    flags: (s) => {
      const { store } = s;
      s.store = (ms) => (ms > 9000 ? { kind: 'unreadable', reason: 'locked' } : store(ms));
    },
    spares: (s) => {
      const { store } = s;
      s.store = (ms) => (ms > 9000 && ms < 9600 ? { kind: 'unreadable', reason: 'locked' } : store(ms));
    },
  },
  {
    code: 'unreadable-store',
    about: 'the audit log',
    flags: (s) => {
      s.auditAt = [T0 - 100];
    },
    spares: (s) => {
      s.auditAt = [T0 - 100, END - 100];
    },
  },
  {
    code: 'unreadable-broker',
    flags: (s) => {
      const { api } = s;
      s.api = (ms) => (ms > 10_000 && ms < RESUME ? { kind: 'unreadable', reason: '503' } : api(ms));
    },
    spares: (s) => {
      const { api } = s;
      s.api = (ms) => (ms > 10_000 && ms < 10_600 ? { kind: 'unreadable', reason: '503' } : api(ms));
    },
  },
  {
    code: 'unreadable-exchange',
    flags: (s) => {
      const { exchange } = s;
      s.exchange = (ms) => (ms > 10_000 ? { kind: 'unreadable', reason: '503' } : exchange(ms));
    },
    spares: (s) => {
      const { exchange } = s;
      s.exchange = (ms) =>
        ms > 10_000 && ms < 11_000 ? { kind: 'unreadable', reason: '503' } : exchange(ms);
    },
  },
  {
    code: 'unreadable-exchange',
    about: 'that began anew',
    flags: (s) => {
      const { exchange } = s;
      s.exchange = (ms) => {
        const read = exchange(ms);
        return read.kind === 'present' && ms > 8000 ? present({ ...read.value, accepted: [] }) : read;
      };
    },
    spares: () => undefined,
  },
  {
    code: 'clock-unreliable',
    about: 'the controller',
    flags: (s) => {
      s.wallDrift = (ms) => (ms > 8000 ? 700 : 0);
    },
    spares: (s) => {
      s.wallDrift = (ms) => (ms > 8000 ? 400 : 0);
    },
  },
  {
    code: 'clock-unreliable',
    about: 'a host',
    flags: (s) => {
      s.uptimeDrift = (host, ms) => (host === 'tesseract' && ms > 8000 ? 700 : 0);
    },
    spares: (s) => {
      s.uptimeDrift = (host, ms) => (host === 'tesseract' && ms > 8000 ? 400 : 0);
    },
  },
  {
    code: 'foreign-halt',
    flags: (s) =>
      saying(s, haltedFor(T0 + 7000, RESUME), {
        ...halted,
        level: 3,
        incident: 'i-77',
        reason: 'real trouble',
      }),
    spares: () => undefined,
  },
  {
    code: 'foreign-halt',
    about: 'somebody joined',
    flags: (s) => {
      const { store } = s;
      s.store = (ms) => {
        const read = store(ms);
        return read.kind === 'present' && ms > 9000
          ? present({
              ...read.value,
              incidents: [...(read.value.incidents ?? []), incidentRow('i-77', 'real trouble', null)],
            })
          : read;
      };
    },
    spares: () => undefined,
  },
  {
    code: 'unrestored-service',
    flags: (s) => {
      s.lives = s.lives.filter((one) => one.pid !== 302);
    },
    spares: (s) => {
      for (const one of s.lives) if (one.pid === 302) one.fromMs = RESUME + 1500;
    },
  },
  {
    code: 'unrestored-service',
    about: 'with help',
    flags: (s) => void s.starts.push({ service: 'hermes', host: 'tesseract', atMs: RESUME + 400 }),
    spares: () => undefined,
  },
  {
    code: 'unrestored-service',
    about: 'that fell again',
    flags: (s) => {
      for (const one of s.lives) if (one.pid === 302) one.toMs = RESUME + 900;
      s.lives.push(life('hermes', 'tesseract', 760, RESUME + 1100, FOREVER));
    },
    spares: () => undefined,
  },
  {
    code: 'restored-differently',
    flags: (s) => {
      for (const one of s.lives) if (one.pid === 302) one.fingerprint = 'another';
    },
    spares: () => undefined,
  },
  {
    code: 'incident-left-open',
    flags: (s) => {
      s.store = (ms) =>
        present({
          state: ms >= T0 + 50 && ms < RESUME + 100 ? halted : calm,
          incidents: ms < T0 + 50 ? [] : [incidentRow('i-1', halted.reason, null)],
          inode: 7,
        });
    },
    spares: () => undefined,
  },
  {
    code: 'incident-rewritten',
    flags: (s) => {
      const { store } = s;
      s.store = (ms) => {
        const read = store(ms);
        return read.kind === 'present' && ms > RESUME + 100
          ? present({ ...read.value, incidents: [incidentRow('i-1', 'a mere test', 'now')] })
          : read;
      };
    },
    spares: () => undefined,
  },
  {
    code: 'cut-short',
    about: 'the hold',
    flags: (s) => {
      s.plan = { ...s.plan, timing: { ...s.plan.timing, holdMs: 7200 } };
    },
    spares: (s) => {
      s.plan = { ...s.plan, timing: { ...s.plan.timing, holdMs: 7100 } };
    },
  },
  {
    code: 'cut-short',
    about: 'the final control',
    flags: (s) => {
      for (const one of s.canaries) if (one.purpose === 'final') one.purpose = 'rotation';
    },
    spares: () => undefined,
  },
  {
    code: 'cut-short',
    about: 'the settling',
    flags: (s) => {
      s.endMs = RESUME + 1800;
    },
    spares: () => undefined,
  },
];

describe.each(cases)('$code ($about)', ({ code, flags, spares, spareNotClean }) => {
  it('is found, and is no pass', () => {
    const verdict = verdictOf(flags);
    expect(codesOf(verdict)).toContain(code);
    expect(verdict.verdict).not.toBe('pass');
    expect(verdict.findings.find((f) => f.code === code)?.message).toMatch(/\.$/);
  });

  it('is not found in a near miss', () => {
    const verdict = verdictOf(spares);
    expect(codesOf(verdict)).not.toContain(code);
    if (spareNotClean !== true) expect(verdict.findings).toEqual([]);
  });
});

describe('an asset that stays blocked', () => {
  it('keeps the fleet from counting as restored', () => {
    const verdict = verdictOf((s) => {
      const { exchange } = s;
      s.exchange = (ms) => exchange(Math.min(ms, RESUME));
    });
    expect(verdict).toMatchObject({ fleet: 'halted', exitCode: 5 });
    expect(verdict.headline).toContain('THE FLEET IS NOT PROVEN RESTORED');
  });
});
