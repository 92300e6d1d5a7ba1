import { present } from '../../../src/drill/model/reading.ts';
import { BACK, calm, FOREVER, halted, life, NONCE, RESUME, T0 } from '../scenario.ts';
import { type Case, haltedFor, holding, incidentRow, replied, saying } from './case.ts';

export const state: readonly Case[] = [
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
    spares: (s) => {
      holding(s, haltedFor(T0, T0 + 900), calm);
      s.reply = present({ ...replied(s).value, recorded: null });
    },
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
    code: 'wrong-asset',
    flags: (s) => {
      saying(s, haltedFor(T0 + 50, RESUME), { ...halted, asset: 'BTC-USD' });
      holding(s, haltedFor(T0 + 50, RESUME), { ...halted, asset: 'BTC-USD' });
      s.reply = present({ ...replied(s).value, state: { ...halted, asset: 'BTC-USD' } });
    },
    spares: (s) => {
      s.plan = { ...s.plan, asset: 'DOGE-USD' };
      saying(s, haltedFor(T0 + 50, RESUME), { ...halted, asset: 'DOGE-USD' });
      holding(s, haltedFor(T0 + 50, RESUME), { ...halted, asset: 'DOGE-USD' });
    },
  },
  {
    code: 'wrong-asset',
    about: 'that only the reply names',
    flags: (s) => {
      s.reply = present({ ...replied(s).value, state: { ...halted, asset: 'BTC-USD' } });
    },
    spares: (s) => {
      s.reply = present({ ...replied(s).value, state: { ...halted, asset: '' } });
    },
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
];
