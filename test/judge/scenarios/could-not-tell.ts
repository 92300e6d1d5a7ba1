import type { HostPin } from '../../../src/drill/model/pin.ts';
import { present } from '../../../src/drill/model/reading.ts';
import {
  baselineLife,
  DEADLINE,
  END,
  FOREVER,
  halted,
  life,
  RESUME,
  type Scenario,
  T0,
} from '../scenario.ts';
import { briefly, type Case, type Change, growing, hermes, holding } from './case.ts';

const neverTriggered: Change = (s) => {
  s.triggered = false;
  s.crash = null;
  s.resumeAt = null;
  s.endMs = T0;
};

/** Pins tesseract as it is, but for what is given. */
const pinned = (s: Scenario, but: Partial<HostPin>): void => {
  const pin = { machineId: 'm-tesseract', hostname: 'tesseract', hostKey: null, ...but };
  const hosts = s.plan.hosts.map((host) => (host.name === 'tesseract' ? { ...host, pin } : host));
  s.plan = { ...s.plan, hosts };
};

export const couldNotTell: readonly Case[] = [
  {
    code: 'interlock',
    flags: (s) => {
      neverTriggered(s);
      s.also.push({
        atMs: T0 - 100,
        body: {
          kind: 'interlock',
          interlock: 'crash',
          host: 'knox',
          service: 'principal',
          why: 'principal on knox: the crash would not be survivable',
        },
      });
    },
    spares: neverTriggered,
    spareNotClean: true,
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
    code: 'sampled-too-coarsely',
    about: 'an order around the deadline',
    flags: (s) => {
      s.plan = { ...s.plan, timing: { ...s.plan.timing, withinMs: 1500 } };
      growing(s, T0 + 1500);
    },
    spares: (s) => growing(s, T0 + 1000),
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
      if (first !== undefined) first.goneMs = 3090;
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
    code: 'wrong-host-probe',
    about: 'another machine than was pinned',
    flags: (s) => pinned(s, { machineId: 'm-older' }),
    spares: (s) => pinned(s, {}),
  },
  {
    code: 'wrong-host-probe',
    about: 'another name than was pinned',
    flags: (s) => pinned(s, { hostname: 'tesseract.example', hostKey: 'SHA256:older' }),
    spares: (s) => pinned(s, {}),
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
    code: 'hold-short',
    about: 'the hold',
    flags: (s) => {
      s.plan = { ...s.plan, timing: { ...s.plan.timing, holdMs: 7200 } };
    },
    spares: (s) => {
      s.plan = { ...s.plan, timing: { ...s.plan.timing, holdMs: 7100 } };
    },
  },
  {
    code: 'control-missing',
    about: 'the final control',
    flags: (s) => {
      for (const one of s.canaries) if (one.purpose === 'final') one.purpose = 'rotation';
    },
    spares: () => undefined,
  },
  {
    code: 'undo-unseen',
    about: 'the settling',
    flags: (s) => {
      s.endMs = RESUME + 1800;
    },
    spares: () => undefined,
  },
];
