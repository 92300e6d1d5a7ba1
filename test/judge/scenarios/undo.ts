import { present } from '../../../src/drill/model/reading.ts';
import { calm, FOREVER, halted, life, RESUME, T0 } from '../scenario.ts';
import { type Case, haltedFor, incidentRow, saying } from './case.ts';
import { endedByRule, handsOff, leftHalted, leftHaltedThenResumed } from './stops.ts';

export const undo: readonly Case[] = [
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
    code: 'foreign-halt',
    about: 'from which the drill kept its hands',
    flags: (s) => {
      saying(s, haltedFor(T0 + 7000, FOREVER), {
        ...halted,
        level: 3,
        incident: 'i-77',
        reason: 'real trouble',
      });
      handsOff(s, T0 + 7500);
    },
    spares: () => undefined,
  },
  {
    code: 'hold-short',
    about: 'left halted by a rule',
    flags: (s) => leftHalted(s, T0 + 6500),
    spares: () => undefined,
  },
  {
    code: 'unrestored-service',
    about: 'left halted by a rule, and resumed later',
    flags: (s) => {
      leftHaltedThenResumed(s, T0 + 6500);
      s.lives = s.lives.filter((one) => one.pid !== 302);
    },
    spares: (s) => leftHaltedThenResumed(s, T0 + 6500),
    spareNotClean: true,
  },
  {
    code: 'hold-short',
    about: 'ended by a rule that resumes',
    flags: (s) => {
      s.plan = { ...s.plan, timing: { ...s.plan.timing, holdMs: 7200 } };
      endedByRule(s, RESUME - 100);
    },
    spares: (s) => {
      s.plan = { ...s.plan, stopWhen: [{ when: 'host-lost', action: 'resume', forMs: 5000 }] };
    },
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
];
