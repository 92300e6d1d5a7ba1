import type { BrokerReply } from '../../../src/drill/model/broker-state.ts';
import type { FindingCode } from '../../../src/drill/model/findings.ts';
import { present, unreadable } from '../../../src/drill/model/reading.ts';
import {
  baselineLife,
  calm,
  cleanLevel2,
  DEADLINE,
  FOREVER,
  halted,
  livesOf,
  NONCE,
  RESUME,
  type Scenario,
  T0,
} from '../scenario.ts';
import { type Change, haltedFor, hermes, holding, incidentRow, saying } from './case.ts';
import { leftHalted } from './stops.ts';

/** Fleets that do not declare all that a broker may have. */

const exit = (status: number): BrokerReply => ({
  status,
  by: 'command',
  acknowledged: status === 0,
  state: null,
  stops: null,
  recorded: null,
  body: '',
});

/** Nobody kills the broker: its one life goes on. */
function uncrashed(s: Scenario): Scenario {
  s.plan = { ...s.plan, crash: null };
  s.lives = s.lives.filter(
    (one) => one === baselineLife(s, 'principal') || !one.services.includes('principal'),
  );
  for (const one of livesOf(s, 'principal')) one.toMs = FOREVER;
  s.crash = null;
  s.storeRests = () => false;
  return s;
}

/** A clean drill of a kill switch that is nothing but a command: no API, no store, no audit log, no exchange, and no process of its own. */
export function switchAlone(): Scenario {
  const s = uncrashed(cleanLevel2());
  s.plan = {
    ...s.plan,
    broker: 'kill-switch',
    effects: null,
    sources: { status: false, store: false, incidents: false, audit: null, exchange: false, refused: null },
  };
  s.auditAt = [];
  s.reply = present(exit(0));
  s.resumeReply = present(exit(0));
  return s;
}

/** The same with a store, which a command reads. */
export function storeAlone(): Scenario {
  const s = uncrashed(cleanLevel2());
  s.plan = { ...s.plan, sources: { ...s.plan.sources, status: false } };
  const inForce = haltedFor(T0 + 50, RESUME + 100);
  s.store = (ms) =>
    present({
      state: inForce(ms) ? halted : calm,
      incidents:
        ms < T0 + 50
          ? []
          : [incidentRow('i-1', halted.reason, ms < RESUME + 100 ? null : '2026-11-22T10:00:14Z')],
      inode: 7,
    });
  s.resumeReply = present(exit(0));
  return s;
}

/** A broker that can be asked, and whose state lives nowhere that could be read. */
export function apiAlone(): Scenario {
  const s = uncrashed(cleanLevel2());
  s.plan = { ...s.plan, sources: { ...s.plan.sources, store: false, incidents: false } };
  s.api = (ms) => present(haltedFor(T0 + 50, RESUME + 100)(ms) ? halted : calm);
  return s;
}

const neverStops = (s: Scenario): void => {
  hermes(s).toMs = FOREVER;
  s.lives = s.lives.filter((one) => one === hermes(s) || !one.services.includes('hermes'));
};
const neverBack = (s: Scenario): void => {
  const first = hermes(s);
  s.lives = s.lives.filter((one) => one === first || !one.services.includes('hermes'));
};

const stopsNothing = (s: Scenario): void => {
  for (const one of s.lives) if (one.fromMs <= T0 && one.services.length > 0) one.toMs = FOREVER;
  s.lives = s.lives.filter((one) => one.services.length === 0 || one.fromMs <= T0);
};
const resuming = {
  act: 'resume',
  incident: null,
  level: 0,
  revision: null,
  reason: `undo ${NONCE}`,
} as const;
const resumedAgain = (s: Scenario, atMs: number, status: number): void => {
  const outcome = { intent: '@resume', act: resuming, startedMs: atMs, endedMs: atMs + 50, command: null };
  s.also.push(
    { atMs: atMs - 3, body: { kind: 'intent', act: resuming, undo: 'none' } },
    { atMs: atMs + 50, body: { kind: 'outcome', ...outcome, reply: present(exit(status)) } },
  );
};
/** From the resume on the store holds the halt, and nobody comes back. */
const staysHalted = (s: Scenario): void => {
  holding(s, haltedFor(RESUME, FOREVER), halted);
  s.lives = s.lives.filter((one) => one.services.length === 0 || one.fromMs <= T0);
};

export type Uncovered = readonly [
  name: string,
  change: Change,
  expected: readonly `${FindingCode} ${string}`[],
];

export const aloneCases: readonly Uncovered[] = [
  [
    'it ends with 0, and hermes runs on',
    (s) => {
      neverStops(s);
      s.canaries = s.canaries.filter(({ purpose }) => purpose !== 'final');
    },
    ['successful-no-op hermes'],
  ],
  [
    'it refuses, and nothing stops',
    (s) => {
      s.reply = present(exit(1));
      for (const one of s.lives) if (one.fromMs <= T0 && one.services.length > 0) one.toMs = FOREVER;
      s.lives = s.lives.filter((one) => one.services.length === 0 || one.fromMs <= T0);
    },
    ['partial-stop foresight'],
  ],
  [
    'the resume ends with 1, and everything is back all the same',
    (s) => {
      s.resumeReply = present(exit(1));
    },
    ['undo-unseen '],
  ],
  [
    'the resume gives no answer, and everything is back all the same',
    (s) => {
      s.resumeReply = unreadable('the connection was lost');
    },
    ['undo-unseen '],
  ],
  [
    'nothing says how the resume ended, and everything is back all the same',
    (s) => {
      s.resumeReply = null;
    },
    ['undo-unseen '],
  ],
  [
    'the drill is stopped by a condition, and leaves the fleet halted',
    (s) => leftHalted(s, T0 + 4000),
    ['hold-short '],
  ],
  [
    'the resume ends with 1, and hermes stays down',
    (s) => {
      s.resumeReply = present(exit(1));
      neverBack(s);
    },
    ['unrestored-service hermes'],
  ],
  [
    'it refuses, nothing stops, and nothing has to be undone',
    (s) => {
      s.reply = present(exit(1));
      stopsNothing(s);
      s.resumeAt = null;
    },
    ['partial-stop foresight'],
  ],
  [
    'it says that it halted, nothing stops, and nothing is undone',
    (s) => {
      stopsNothing(s);
      s.resumeAt = null;
    },
    ['successful-no-op foresight'],
  ],
  [
    'it gives no answer, nothing stops, and nothing is undone',
    (s) => {
      s.reply = unreadable('the connection was lost');
      stopsNothing(s);
      s.resumeAt = null;
    },
    ['partial-stop foresight'],
  ],
  [
    'it refuses, nothing stops, and the resume has no outcome',
    (s) => {
      s.reply = present(exit(1));
      stopsNothing(s);
      s.resumeAt = null;
      s.also.push({ atMs: RESUME, body: { kind: 'intent', act: resuming, undo: 'none' } });
    },
    ['partial-stop foresight'],
  ],
  [
    'the resume has no outcome, and hermes stays down',
    (s) => {
      s.resumeAt = null;
      s.also.push({ atMs: RESUME, body: { kind: 'intent', act: resuming, undo: 'none' } });
      neverBack(s);
    },
    ['unrestored-service hermes'],
  ],
  [
    'the resume ends with 0, and repeated with 0 and with 1',
    (s) => {
      resumedAgain(s, RESUME + 300, 0);
      resumedAgain(s, RESUME + 600, 1);
    },
    ['undo-unseen '],
  ],
  [
    'hermes comes back in the hold',
    (s) => {
      s.lives.push({ ...hermes(s), pid: 760, start: 760, fromMs: T0 + 3000, toMs: RESUME });
    },
    ['respawned hermes'],
  ],
  [
    'hermes was down before the trigger',
    (s) => {
      hermes(s).toMs = T0 - 900;
    },
    ['vacuous-target hermes'],
  ],
];

export const storeAloneCases: readonly Uncovered[] = [
  [
    'the store cannot be read once halted',
    (s) => {
      const { store } = s;
      s.store = (ms) => (ms < T0 ? store(ms) : unreadable('psql: connection refused'));
    },
    ['unreadable-store principal'],
  ],
  [
    'the store keeps what it held before',
    (s) => holding(s, haltedFor(T0, FOREVER), calm),
    ['unpersisted-halt principal'],
  ],
  [
    'the store is late, but within the deadline',
    (s) => {
      holding(s, haltedFor(T0, T0 + 700), calm);
      s.reply = present({ ...exit(0), recorded: null });
    },
    [],
  ],
  [
    'somebody else halts in the hold',
    (s) => holding(s, haltedFor(T0 + 3000, RESUME), { ...halted, incident: 'i-7', reason: 'a real one' }),
    ['foreign-halt principal'],
  ],
  [
    'the resume gives no answer, and nothing comes back',
    (s) => {
      staysHalted(s);
      s.resumeReply = unreadable('the connection was lost');
    },
    ['undo-unseen principal'],
  ],
  [
    'the resume ends with 1, and nothing comes back',
    (s) => {
      staysHalted(s);
      s.resumeReply = present(exit(1));
    },
    ['unrestored-service hermes', 'incident-left-open principal'],
  ],
  [
    'the resume has no outcome, and nothing comes back',
    (s) => {
      staysHalted(s);
      s.resumeAt = null;
      s.also.push({ atMs: RESUME, body: { kind: 'intent', act: resuming, undo: 'none' } });
    },
    ['undo-unseen principal'],
  ],
  [
    'the first resume gives no answer, the second ends with 1, and nothing comes back',
    (s) => {
      staysHalted(s);
      s.resumeReply = unreadable('the connection was lost');
      resumedAgain(s, RESUME + 300, 1);
    },
    ['unrestored-service hermes'],
  ],
  [
    'the store holds the halt after the resume',
    (s) => holding(s, haltedFor(RESUME, FOREVER), halted),
    ['incident-left-open principal'],
  ],
];

export const apiAloneCases: readonly Uncovered[] = [
  [
    'the API never shows the halt',
    (s) => saying(s, haltedFor(T0, FOREVER), calm),
    ['silent-downgrade principal'],
  ],
  ['the API shows it at last, within the deadline', (s) => saying(s, haltedFor(T0, T0 + 700), calm), []],
  [
    'the API does not answer when the halt ends',
    (s) => {
      const { api } = s;
      s.api = (ms) => (ms < DEADLINE ? api(ms) : unreadable('connection refused'));
    },
    ['unreadable-broker principal'],
  ],
];
