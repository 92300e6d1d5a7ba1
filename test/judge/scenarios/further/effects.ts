import type { AuditEntry, ExchangeBook } from '../../../../src/drill/model/broker-state.ts';
import type { Plan } from '../../../../src/drill/model/plan.ts';
import { absent, present, type Reading, unreadable } from '../../../../src/drill/model/reading.ts';
import {
  auditLine,
  DEADLINE,
  FOREVER,
  life,
  livesOf,
  neverStops,
  RESUME,
  type Scenario,
  T0,
} from '../../scenario.ts';
import { type Change, growing, hermes, newcomer, replied } from '../case.ts';
import type { Row } from './row.ts';

type Accepted = readonly (readonly [asset: string, account: string, count: number])[];

const planning = (s: Scenario, change: Partial<Plan>): void => {
  s.plan = { ...s.plan, ...change };
};
const demanding = (s: Scenario, effects: Partial<NonNullable<Plan['effects']>>): void =>
  planning(s, { effects: { silent: [], flat: [], active: [], ...effects } });
/** The deadline comes that long after T0. */
const within = (s: Scenario, withinMs: number): void =>
  planning(s, { timing: { ...s.plan.timing, withinMs } });

const booking = (s: Scenario, change: (book: ExchangeBook, ms: number) => Partial<ExchangeBook>): void => {
  const { exchange } = s;
  s.exchange = (ms) => {
    const read = exchange(ms);
    return read.kind === 'present' ? present({ ...read.value, ...change(read.value, ms) }) : read;
  };
};
/** Orders accepted ever, in place of those of the clean drill. */
const accepting = (s: Scenario, at: (ms: number) => Accepted): void =>
  booking(s, (_, ms) => ({
    accepted: at(ms).map(([asset, account, count]) => ({ asset, account, count })),
  }));
/** How many of these times have come. */
const since = (ms: number, ...times: readonly number[]): number => times.filter((at) => at <= ms).length;
const every = (ms: number, step: number): number => Math.floor(ms / step);
/** Trade every 200 ms until the halt, and again after the undo. */
const traded = (ms: number): number =>
  every(ms <= T0 + 400 ? ms : ms < RESUME + 600 ? T0 + 400 : ms - RESUME + T0, 200);
/** Trade every two seconds until the halt, and well after the undo. */
const slowly = (ms: number): number => since(ms, 1800, 3200) + since(ms, RESUME + 700, RESUME + 2700);

const unseen = (s: Scenario, fromMs: number, toMs: number): void => {
  const { exchange } = s;
  s.exchange = (ms) => (ms >= fromMs && ms < toMs ? unreadable('no route') : exchange(ms));
};
/** One more look at the exchange. */
const looking = (
  s: Scenario,
  sentMs: number,
  receivedMs: number,
  change: Partial<ExchangeBook> = {},
): void => {
  const reading = s.exchange((sentMs + receivedMs) / 2);
  if (reading.kind !== 'present') return;
  s.also.push({
    atMs: receivedMs,
    body: {
      kind: 'exchange',
      read: { sentMs, receivedMs, reading: present({ ...reading.value, ...change }) },
    },
  });
};

const auditing = (
  s: Scenario,
  change: (log: Reading<AuditEntry[]>, ms: number) => Reading<AuditEntry[]>,
): void => {
  const { audit } = s;
  s.audit = (ms) => change(audit(ms), ms);
};
const without = (s: Scenario, name: string): void =>
  auditing(s, (log) =>
    log.kind === 'present' ? present(log.value.filter(({ subject }) => subject !== name)) : log,
  );
const claiming = (
  s: Scenario,
  ...stops: readonly (readonly [service: string, host: string, outcome: string | null])[]
) => {
  s.reply = present({
    ...replied(s).value,
    stops: stops.map(([service, host, outcome]) => ({ service, host, outcome })),
  });
};
/** What becomes of the samples of tesseract. */
const sampling = (s: Scenario, fate: (ms: number) => 'kept' | 'lost' | 'failed'): void => {
  s.sampling = (host, ms) => (host === 'tesseract' ? fate(ms) : 'kept');
};
/** The undo is asked for that early, though it takes effect when it always does: for the end of the halt at a given instant. */
const haltEnding = (s: Scenario, atMs: number): void => {
  s.resumeAt = atMs + 3;
};

const exchanges: readonly Row[] = [
  ['no effects are demanded', (s) => planning(s, { effects: null })],
  ['the exchange is not seen before the trigger', (s) => unseen(s, 0, T0)],
  ['the exchange is not seen in the halt', (s) => unseen(s, T0, RESUME)],
  [
    'the exchange is not seen in the halt, and flat and active assets are demanded',
    (s) => {
      demanding(s, { flat: ['DOGE-USD'], active: ['BTC-USD'] });
      unseen(s, T0, RESUME);
    },
  ],
  ['the exchange is not seen after the deadline', (s) => unseen(s, DEADLINE, RESUME)],
  [
    'the exchange is not seen after the deadline, where an asset had to be flat',
    (s) => {
      demanding(s, { flat: ['DOGE-USD'] });
      booking(s, (book, ms) => ({ positions: ms > T0 + 300 ? {} : book.positions }));
      unseen(s, DEADLINE, RESUME);
    },
  ],
  ['the exchange is not seen after the undo', (s) => unseen(s, RESUME, FOREVER)],
  [
    'the exchange is not seen before the deadline, and one that stops late trades until then',
    (s) => {
      hermes(s).toMs = DEADLINE - 500;
      planning(s, { timing: { ...s.plan.timing, holdMs: 4000 } });
      unseen(s, T0, DEADLINE);
      growing(s, T0 + 1000);
    },
  ],
  [
    'an order around a deadline before which the exchange is not seen',
    (s) => {
      within(s, 1500);
      unseen(s, T0, T0 + 1500);
      growing(s, T0 + 1510);
    },
  ],
  [
    'counts of every height, in several assets and of several accounts',
    (s) =>
      accepting(s, (ms) => [
        ['BTC-USD', 'hermes', 2],
        ['BTC-USD', 'shiva', 900],
        ['DOGE-USD', 'leverage', 1],
        ['DOGE-USD', 'hermes', 100 + traded(ms)],
        ['DOGE-USD', 'shiva', 10 + traded(ms)],
        ['ETH-USD', 'hermes', 3],
      ]),
  ],
  [
    'the count of one account falls in the halt',
    (s) =>
      accepting(s, (ms) => [
        ['DOGE-USD', 'hermes', ms > T0 + 3000 && ms < RESUME ? 1 : traded(ms)],
        ['DOGE-USD', 'shiva', 3 * traded(ms)],
      ]),
  ],
  [
    'the count of an account falls with the last look at the halt',
    (s) => {
      haltEnding(s, 14530);
      accepting(s, (ms) => [
        ['DOGE-USD', 'hermes', ms > 14520 ? traded(ms) - 9 : traded(ms)],
        ['DOGE-USD', 'shiva', traded(ms)],
      ]);
    },
  ],
  [
    'counts fall after the undo',
    (s) =>
      booking(s, (book, ms) =>
        ms > RESUME + 3000
          ? { accepted: book.accepted.map((line) => ({ ...line, count: line.count - 5 })) }
          : {},
      ),
  ],
  [
    'one account of several trades after the deadline',
    (s) =>
      accepting(s, (ms) => [
        ['BTC-USD', 'hermes', 900],
        ['DOGE-USD', 'shiva', 500 + traded(ms)],
        ['DOGE-USD', 'hermes', traded(ms) + since(ms, DEADLINE + 500, DEADLINE + 1500)],
        ['DOGE-USD', 'foresight', traded(ms)],
      ]),
  ],
  [
    'one that did not stop trades after the deadline, in an asset of its own account too',
    (s) => {
      neverStops(s, 'hermes');
      accepting(s, (ms) => [
        ['BTC-USD', 'hermes', 900],
        ['DOGE-USD', 'shiva', 500 + traded(ms)],
        ['DOGE-USD', 'hermes', traded(ms) + every(Math.max(0, Math.min(ms, RESUME) - T0), 500)],
      ]);
    },
  ],
  [
    'an account appears after the deadline',
    (s) =>
      accepting(s, (ms) => [
        ['DOGE-USD', 'shiva', traded(ms)],
        ...(ms < DEADLINE + 500 ? [] : ([['DOGE-USD', 'leverage', 1]] as const)),
      ]),
  ],
  [
    'a look at the very deadline, and an order after it',
    (s) => {
      looking(s, DEADLINE, DEADLINE + 8);
      growing(s, DEADLINE + 10);
    },
  ],
  [
    'one that did not stop, with a look at the very deadline and an order after it',
    (s) => {
      neverStops(s, 'hermes');
      looking(s, DEADLINE, DEADLINE + 8);
      growing(s, DEADLINE + 10);
    },
  ],
  [
    'a position at the very deadline, and none after it',
    (s) => {
      demanding(s, { flat: ['DOGE-USD'] });
      booking(s, (book, ms) => ({ positions: ms < DEADLINE + 5 ? book.positions : {} }));
      looking(s, DEADLINE, DEADLINE + 8);
    },
  ],
  [
    'the last look at the exchange is at the very deadline, and all was flat',
    (s) => {
      demanding(s, { flat: ['DOGE-USD'] });
      booking(s, (book, ms) => ({ positions: ms > T0 + 300 ? {} : book.positions }));
      looking(s, DEADLINE, DEADLINE + 8);
      unseen(s, DEADLINE, RESUME);
    },
  ],
  [
    'an order just before the deadline, seen as it comes',
    (s) => {
      within(s, 1500);
      growing(s, T0 + 1490);
      looking(s, T0 + 1494, T0 + 1500);
    },
  ],
  [
    'a look that ends with the trigger',
    (s) => {
      looking(s, T0 - 8, T0, { positions: { 'DOGE-USD': 4 } });
    },
  ],
  [
    'a look that begins with the trigger',
    (s) => {
      growing(s, T0 + 1);
      looking(s, T0, T0 + 8);
    },
  ],
  [
    'a look that ends with the halt',
    (s) => {
      looking(s, RESUME - 8, RESUME - 3, { positions: { 'DOGE-USD': 4 } });
    },
  ],
  [
    'trade pauses before the trigger',
    (s) =>
      booking(s, (book, ms) => ({
        accepted: book.accepted.map((line) => ({
          ...line,
          count: ms < 1600 ? 0 : ms < 4200 ? 40 : 40 + line.count,
        })),
      })),
  ],
  [
    'positions change before the trigger',
    (s) => booking(s, (_, ms) => ({ positions: { 'DOGE-USD': ms < 2000 ? 0 : ms < 3000 ? 7 : 12.5 } })),
  ],
  ['a slow market that falls silent', (s) => accepting(s, (ms) => [['DOGE-USD', 'hermes', slowly(ms)]])],
  [
    'a slow market, and an order on its way',
    (s) => accepting(s, (ms) => [['DOGE-USD', 'hermes', slowly(ms) + since(ms, T0 + 3900)]]),
  ],
  [
    'a slow market that has to go on, and does not',
    (s) => {
      demanding(s, { active: ['BTC-USD'] });
      accepting(s, (ms) => [['BTC-USD', 'foresight', slowly(ms)]]);
    },
  ],
  [
    'a slow market that has to go on, and does',
    (s) => {
      demanding(s, { active: ['BTC-USD'] });
      accepting(s, (ms) => [['BTC-USD', 'foresight', slowly(ms) + since(ms, T0 + 3900)]]);
    },
  ],
  [
    'a market that has to go on stops in the middle of the halt',
    (s) => {
      demanding(s, { active: ['BTC-USD'] });
      accepting(s, (ms) => [
        ['BTC-USD', 'foresight', ms < RESUME ? every(Math.min(ms, DEADLINE), 200) : every(ms, 200)],
      ]);
    },
  ],
  [
    'a market that has to go on stops with its only trader',
    (s) => {
      demanding(s, { active: ['BTC-USD'] });
      accepting(s, (ms) => [
        ['BTC-USD', 'horus', traded(ms)],
        ['BTC-USD', 'shiva', 900],
        ['DOGE-USD', 'shiva', traded(ms)],
      ]);
      for (const one of livesOf(s, 'horus')) one.toMs = T0 + 400;
    },
  ],
  [
    'an asset that is traded again only by and by',
    (s) =>
      accepting(s, (ms) => [
        ['DOGE-USD', 'hermes', every(Math.min(ms, T0 + 400), 200) + since(ms, RESUME + 3500)],
      ]),
  ],
  [
    'an asset of which little is seen after the undo',
    (s) => {
      accepting(s, (ms) => [['DOGE-USD', 'hermes', every(Math.min(ms, T0 + 400), 200)]]);
      unseen(s, RESUME + 1500, FOREVER);
    },
  ],
  [
    'an asset that is traded again, seen from the very return',
    (s) => {
      accepting(s, (ms) => [
        ['DOGE-USD', 'hermes', every(Math.min(ms, T0 + 400), 200) + since(ms, RESUME + 725)],
      ]);
      looking(s, RESUME + 720, RESUME + 724);
    },
  ],
  [
    'the deadline comes after the undo',
    (s) => {
      within(s, 9600);
      growing(s, T0 + 1000);
    },
  ],
  [
    'a position is flat before the undo, and the deadline comes after it',
    (s) => {
      demanding(s, { silent: ['DOGE-USD'], flat: ['DOGE-USD'] });
      within(s, 9600);
      booking(s, (book, ms) => ({ positions: ms > T0 + 300 ? {} : book.positions }));
    },
  ],
  [
    'a short position, and an order that rests',
    (s) => {
      demanding(s, { silent: ['DOGE-USD'], flat: ['DOGE-USD', 'ETH-USD'] });
      booking(s, (_, ms) => ({
        positions: { 'ETH-USD': 0, 'DOGE-USD': ms < T0 + 300 ? -3 : 0 },
        open: { 'DOGE-USD': ms < DEADLINE + 1000 ? 0 : 2 },
      }));
    },
  ],
];

const reports: readonly Row[] = [
  [
    'a survivor that the reply says was stopped was, and is back',
    (s) => {
      for (const one of livesOf(s, 'horus')) one.toMs = T0 + 400;
      s.lives.push(life('horus', 'knox', 121, T0 + 900, FOREVER));
      claiming(s, ['horus', 'knox', 'stopped']);
    },
  ],
  ['a survivor that the reply says was stopped was not', (s) => claiming(s, ['horus', 'knox', null])],
  [
    'a survivor that the reply says was stopped came only after the trigger',
    (s) => {
      for (const one of livesOf(s, 'horus')) one.fromMs = T0 + 900;
      claiming(s, ['horus', 'knox', 'stopped']);
    },
  ],
  [
    'one process of two of a survivor was stopped, as the reply says',
    (s) => {
      s.lives.push(life('horus', 'knox', 122, 0, T0 + 400));
      claiming(s, ['horus', 'knox', 'stopped']);
    },
  ],
  [
    'a target that the reply says was stopped was, and is back',
    (s) => {
      newcomer(s, T0 + 900, FOREVER);
    },
  ],
  [
    'a target is seen at the very deadline, and not again before the undo',
    (s) => {
      hermes(s).toMs = DEADLINE + 100;
      sampling(s, (ms) => (ms > DEADLINE && ms < RESUME ? 'lost' : 'kept'));
    },
  ],
  [
    'a target is overlooked from before the deadline to after the undo',
    (s) => {
      neverStops(s, 'hermes');
      hermes(s).missedAt = (ms) => ms > DEADLINE - 300 && ms < RESUME + 500;
    },
  ],
  [
    'a target is overlooked from before the deadline to the last sample of the halt',
    (s) => {
      neverStops(s, 'hermes');
      haltEnding(s, 14420);
      hermes(s).missedAt = (ms) => ms > DEADLINE - 300 && ms < 14405;
    },
  ],
  [
    'two wrong places, one of them twice',
    (s) =>
      claiming(s, ['hermes', 'knox', 'stopped'], ['hermes', 'mars', null], ['hermes', 'knox', 'stopped']),
  ],
  [
    'a stop is in no log, and the last reading of the log fails',
    (s) => {
      without(s, 'hermes');
      auditing(s, (log, ms) => (ms > RESUME ? unreadable('locked') : log));
    },
  ],
  [
    'a stop is in no log, which is read with the trigger for the last time',
    (s) => {
      without(s, 'hermes');
      s.auditAt = [T0 - 100, T0];
    },
  ],
  [
    'the log is not read after the trigger',
    (s) => {
      s.auditAt = [T0 - 100];
    },
  ],
  [
    'nothing is known of how stops are logged',
    (s) => {
      without(s, 'hermes');
      planning(s, { sources: { ...s.plan.sources, audit: null } });
    },
  ],
  [
    'a target that was down is in no log',
    (s) => {
      without(s, 'hermes');
      s.lives = s.lives.filter((one) => one.pid !== 202);
    },
  ],
  [
    'one process of two of a target stopped, and no log says so',
    (s) => {
      without(s, 'hermes');
      s.lives.push(life('hermes', 'tesseract', 250, 0, FOREVER));
    },
  ],
  [
    'the log cannot be read once, and later it is as it was',
    (s) => {
      s.auditAt = [T0 - 100, T0 + 2000, RESUME - 100, s.endMs - 100];
      auditing(s, (log, ms) => (ms > T0 && ms < T0 + 3000 ? unreadable('locked') : log));
    },
  ],
  ['the log is gone after the undo', (s) => auditing(s, (log, ms) => (ms > RESUME ? absent : log))],
  ['the log is empty after the undo', (s) => auditing(s, (log, ms) => (ms > RESUME ? present([]) : log))],
];

/** Tesseract is lost as the halt begins, and the reply says that all on it was stopped. */
const lost: readonly Row[] = (
  [
    [
      'two samples of it are told to have failed',
      (s) => sampling(s, (ms) => (ms < T0 || ms > T0 + 1000 ? 'kept' : ms < T0 + 400 ? 'failed' : 'lost')),
    ],
    [
      'one sample of it is told to have failed',
      (s) => sampling(s, (ms) => (ms < T0 || ms > T0 + 1000 ? 'kept' : ms < T0 + 200 ? 'failed' : 'lost')),
    ],
    [
      'one sample of it is good',
      (s) => sampling(s, (ms) => (ms < T0 || ms > T0 + 1000 || ms === T0 + 600 ? 'kept' : 'failed')),
    ],
    [
      'it is reached again at once',
      (s) => sampling(s, (ms) => (ms < T0 || ms > T0 + 1000 ? 'kept' : 'failed')),
    ],
    [
      'the reply denies one of the stops',
      (s) => {
        sampling(s, (ms) => (ms < T0 || ms > T0 + 1400 ? 'kept' : 'failed'));
        claiming(s, ['shiva', 'tesseract', 'stopped'], ['leverage', 'tesseract', 'failed']);
      },
    ],
  ] satisfies readonly (readonly [string, Change])[]
).map(([name, change]) => [
  `a host is lost as the halt begins: ${name}`,
  (s) => {
    neverStops(s, 'hermes');
    change(s);
  },
]);

export const effects: readonly Row[] = [
  ...exchanges,
  ...reports,
  ...lost,
  [
    'a host is lost as the halt begins: all on it stops',
    (s) => sampling(s, (ms) => (ms < T0 || ms > T0 + 1400 ? 'kept' : 'failed')),
  ],
  [
    'the log names other kinds of entries',
    (s) =>
      auditing(s, (log, ms) =>
        log.kind === 'present' && ms > T0
          ? present([
              ...log.value,
              { ...auditLine(50, 'hermes', 'knox', 'x'), subject: null, outcome: null, action: null },
            ])
          : log,
      ),
  ],
];
