import { present } from '../../../src/drill/model/reading.ts';
import { BACK, baselineLife, FOREVER, life, livesOf, T0 } from '../scenario.ts';
import type { Case } from './case.ts';

export const surviving: readonly Case[] = [
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
];
