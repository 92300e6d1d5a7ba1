import type { ExchangeBook } from '../../../src/drill/model/broker-state.ts';
import { present } from '../../../src/drill/model/reading.ts';
import { auditLine, DEADLINE, neverStops, RESUME, type Scenario, T0 } from '../scenario.ts';
import { type Case, growing, refuse, replied } from './case.ts';

/** What the drill demands at the exchange. */
function demands(s: Scenario, effects: Partial<NonNullable<Scenario['plan']['effects']>>): void {
  s.plan = { ...s.plan, effects: { silent: [], flat: [], active: [], ...effects } };
}

/** What the book shows otherwise than that of a clean drill. */
function booked(s: Scenario, change: (ms: number) => Partial<ExchangeBook>): void {
  const { exchange } = s;
  s.exchange = (ms) => {
    const read = exchange(ms);
    return read.kind === 'present' ? present({ ...read.value, ...change(ms) }) : read;
  };
}

export const claimsAndEffects: readonly Case[] = [
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
      neverStops(s, 'hermes');
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
    code: 'position-not-flat',
    about: 'an order that rests, and a position that is flat late',
    flags: (s) => {
      demands(s, { flat: ['DOGE-USD'], silent: ['DOGE-USD'] });
      booked(s, (ms) => (ms > T0 + 300 ? { positions: {}, open: { 'DOGE-USD': 1 } } : {}));
    },
    spares: (s) => {
      demands(s, { flat: ['DOGE-USD'], silent: ['DOGE-USD'] });
      booked(s, (ms) => (ms > T0 + 300 ? { positions: {} } : {}));
    },
  },
  {
    code: 'hold-short',
    about: 'a hold that began when the position was flat',
    flags: (s) => {
      demands(s, { flat: ['DOGE-USD'] });
      booked(s, (ms) => (ms > DEADLINE - 200 ? { positions: {} } : {}));
    },
    spares: (s) => {
      demands(s, { flat: ['DOGE-USD'] });
      booked(s, (ms) => (ms > DEADLINE - 2200 ? { positions: {} } : {}));
    },
  },
  {
    code: 'vacuous-target',
    about: 'no position to flatten',
    flags: (s) => {
      demands(s, { flat: ['DOGE-USD'] });
      booked(s, () => ({ positions: {} }));
    },
    spares: (s) => {
      demands(s, { flat: ['DOGE-USD'] });
      booked(s, (ms) => (ms > T0 + 300 ? { positions: {} } : {}));
    },
  },
  {
    code: 'vacuous-target',
    about: 'too little trade to tell whether it goes on',
    flags: (s) => {
      demands(s, { active: ['BTC-USD'] });
      booked(s, (ms) => ({
        accepted: [{ asset: 'BTC-USD', account: 'foresight', count: ms < 3000 ? 0 : 1 }],
      }));
    },
    spares: (s) => {
      demands(s, { active: ['BTC-USD'] });
      booked(s, (ms) => ({
        accepted: [{ asset: 'BTC-USD', account: 'foresight', count: Math.floor(ms / 200) }],
      }));
    },
  },
  {
    code: 'unrestored-service',
    about: 'an asset that stays blocked',
    flags: (s) =>
      booked(s, (ms) => ({
        accepted: [{ asset: 'DOGE-USD', account: 'hermes', count: Math.floor(Math.min(ms, T0 + 400) / 200) }],
      })),
    spares: () => undefined,
  },
  {
    code: 'order-after-halt',
    flags: (s) => growing(s, DEADLINE + 500),
    // On its way when the halt came: the silence had not set in yet.
    spares: (s) => growing(s, T0 + 1000),
  },
  {
    code: 'order-after-halt',
    about: 'a silence that is broken before the deadline',
    flags: (s) => growing(s, DEADLINE - 700),
    spares: (s) => growing(s, T0 + 1900),
  },
];
