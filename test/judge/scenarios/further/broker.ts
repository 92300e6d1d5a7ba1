import { absent, present, type Reading, unreadable } from '../../../../src/drill/model/reading.ts';
import {
  BACK,
  calm,
  DEADLINE,
  FOREVER,
  halted,
  life,
  livesOf,
  NONCE,
  RESUME,
  type Scenario,
  T0,
} from '../../scenario.ts';
import { type Change, haltedFor, hermes, holding, incidentRow, refuse, replied, saying } from '../case.ts';
import type { Row } from './row.ts';

/** The drill kills the broker. */
const CRASH = T0 + 1500;
/** By the first sample that lacks the broker it is known to have ended. */
const DEAD = T0 + 1620;

const timed = (s: Scenario, timing: Partial<Scenario['plan']['timing']>): void => {
  s.plan = { ...s.plan, timing: { ...s.plan.timing, ...timing } };
};
const silent = (s: Scenario, from: number, to: number): void => {
  const { api } = s;
  s.api = (ms) => (ms >= from && ms < to ? unreadable('connection refused') : api(ms));
};
const dark = (
  s: Scenario,
  from: number,
  to: number,
  reading: typeof absent | ReturnType<typeof unreadable> = unreadable('locked'),
): void => {
  const { store } = s;
  s.store = (ms) => (ms >= from && ms < to ? reading : store(ms));
};
const rows = (s: Scenario, when: (ms: number) => boolean, list: ReturnType<typeof incidentRow>[] | null) => {
  const { store } = s;
  s.store = (ms) => {
    const read = store(ms);
    return when(ms) && read.kind === 'present' ? present({ ...read.value, incidents: list }) : read;
  };
};
/** Nobody kills the broker: its one life goes on. */
const uncrashed: Change = (s) => {
  const [first] = livesOf(s, 'principal');
  s.plan = { ...s.plan, crash: null };
  s.crash = null;
  s.lives = s.lives.filter((one) => one === first || !one.services.includes('principal'));
  if (first !== undefined) first.toMs = FOREVER;
  s.api = (ms) => present(haltedFor(T0 + 50, RESUME + 100)(ms) ? halted : calm);
};
/** One more answer of the API, or one more reading of the store. */
const asked = (s: Scenario, sentMs: number, reading: Reading<typeof halted>, took = 4, bytes?: number) => {
  const raw = bytes === undefined ? {} : { raw: { bytes, sha256: 'ab' } };
  s.also.push({
    atMs: sentMs + took,
    body: { kind: 'status', read: { sentMs, receivedMs: sentMs + took, reading, ...raw } },
  });
};
const read = (s: Scenario, sentMs: number, state: typeof halted, took = 4): void =>
  void s.also.push({
    atMs: sentMs + took,
    body: {
      kind: 'store',
      read: { sentMs, receivedMs: sentMs + took, reading: present({ state, incidents: [], inode: 7 }) },
    },
  });
/** The crash as the journal has it, with what came of the command; null: nothing is known of that. */
const crashed = (
  s: Scenario,
  atMs: number,
  { pid, start }: { pid: number; start: number },
  command: Reading<{ exitCode: number; output: string }> | null = present({ exitCode: 0, output: '' }),
): void => {
  const act = { act: 'crash', service: 'principal', host: 'knox', pid, start } as const;
  s.crash = null;
  s.also.push({ atMs: atMs - 3, body: { kind: 'intent', act, undo: 'resume' } });
  if (command === null) return;
  s.also.push({
    atMs: atMs + 40,
    body: {
      kind: 'outcome',
      intent: '@crash',
      act,
      startedMs: atMs,
      endedMs: atMs + 40,
      reply: null,
      command,
    },
  });
};
const skipped = (s: Scenario, stage: 'crash' | 'hold', event: 'begin' | 'skipped', note: string | null) =>
  void s.also.push({ atMs: CRASH + 10, body: { kind: 'stage', stage, event, note } });
/** The broker that came back ends too, and comes back once more. */
const twice = (s: Scenario, at: number): void => {
  for (const one of livesOf(s, 'principal')) if (one.pid === 101) one.toMs = at;
  s.lives.push(life('principal', 'knox', 102, at + 300, FOREVER));
  silent(s, at, at + 400);
};
const neverBack: Change = (s) => silent(s, CRASH, RESUME);
const nobodySays: Change = (s) => {
  silent(s, T0, CRASH);
  dark(s, T0, BACK);
};
const untriggered: Change = (s) => {
  s.triggered = false;
  s.api = (ms) => (ms >= CRASH && ms < BACK ? unreadable('connection refused') : present(calm));
  s.store = () => present({ state: calm, incidents: [], inode: 7 });
  s.resumeAt = null;
  s.crash = null;
};
const withoutIncident = { ...halted, incident: null };
const inHalt = haltedFor(T0 + 50, RESUME + 100);
/** Neither the state nor a row says that there is an incident. */
const bare = (s: Scenario): void => {
  saying(s, inHalt, withoutIncident);
  holding(s, inHalt, withoutIncident);
  rows(s, () => true, []);
  s.reply = present({ ...replied(s).value, state: withoutIncident });
};

const comingBack: readonly Row[] = [
  ['the broker answers at the last moment that is allowed', (s) => timed(s, { crashWithinMs: 636 })],
  ['the broker answers one millisecond too late', (s) => timed(s, { crashWithinMs: 635 })],
  ['the broker comes back and never answers', neverBack],
  [
    'the broker never answers, just as long as it may',
    (s) => {
      neverBack(s);
      timed(s, { crashWithinMs: 7642 });
    },
  ],
  [
    'the broker never answers, one millisecond longer than it may',
    (s) => {
      neverBack(s);
      timed(s, { crashWithinMs: 7641 });
    },
  ],
  [
    'the broker never answers, and is asked until the very end of the halt',
    (s) => {
      neverBack(s);
      asked(s, RESUME - 10, unreadable('connection refused'), 7);
      timed(s, { crashWithinMs: 7876 });
    },
  ],
  [
    'the broker comes back, and answers in riddles',
    (s) => {
      neverBack(s);
      asked(s, BACK, unreadable('no JSON'), 4, 12);
    },
  ],
  [
    'the broker answers in riddles in the instant of its end, and never again',
    (s) => {
      neverBack(s);
      asked(s, DEAD, unreadable('no JSON'), 4, 12);
    },
  ],
  [
    'the broker answers in riddles just before its end, and nothing at all after it',
    (s) => {
      neverBack(s);
      asked(s, DEAD - 1, unreadable('no JSON'), 4, 12);
      asked(s, BACK, unreadable('an empty answer'), 4, 0);
    },
  ],
  [
    'nobody can ask the broker, which comes back',
    (s) => {
      s.plan = { ...s.plan, sources: { ...s.plan.sources, status: false } };
    },
  ],
  [
    'the broker ends in the last sample of the halt, and does not come back',
    (s) => {
      for (const one of livesOf(s, 'principal')) if (one.pid === 101) one.toMs = RESUME - 95;
      s.lives.push(life('principal', 'knox', 102, RESUME + 300, FOREVER));
      s.resumeAt = RESUME - 77;
      silent(s, RESUME - 300, RESUME + 400);
    },
  ],
  [
    'there is no broker at the trigger, and one comes up later, which goes and comes back',
    (s) => {
      for (const one of livesOf(s, 'principal')) if (one.pid === 100) one.toMs = T0 - 900;
      s.crash = null;
      twice(s, T0 + 4000);
    },
  ],
];

const crashes: readonly Row[] = [
  [
    'the crash comes with the sample that first lacks the broker',
    (s) => crashed(s, DEAD, { pid: 100, start: 1000 }),
  ],
  [
    'the crash comes one millisecond after the broker is gone',
    (s) => crashed(s, DEAD + 1, { pid: 100, start: 1000 }),
  ],
  [
    'the broker stops itself, and the crash, of which no outcome is known, comes long after it is back',
    (s) => crashed(s, T0 + 5000, { pid: 100, start: 1000 }, null),
  ],
  [
    'the drill kills something else, and the broker ends by itself right then',
    (s) => crashed(s, CRASH, { pid: 999, start: 9990 }),
  ],
  ['of the crash no outcome is known', (s) => crashed(s, CRASH, { pid: 100, start: 1000 }, null)],
  [
    'the crash cannot be seen to have been done',
    (s) => crashed(s, CRASH, { pid: 100, start: 1000 }, unreadable('the connection was lost')),
  ],
  [
    'the process to be crashed is not there, and the broker goes on',
    (s) => {
      uncrashed(s);
      s.plan = { ...s.plan, crash: 'principal' };
      crashed(s, CRASH, { pid: 100, start: 1000 }, absent);
    },
  ],
  [
    'no crash, for a reason that the journal has',
    (s) => {
      uncrashed(s);
      s.plan = { ...s.plan, crash: 'principal' };
      skipped(s, 'crash', 'skipped', 'the broker did not answer');
      skipped(s, 'crash', 'begin', 'begun');
      skipped(s, 'hold', 'skipped', 'no time was left');
    },
  ],
  [
    'no crash, for no reason that the journal has',
    (s) => {
      uncrashed(s);
      s.plan = { ...s.plan, crash: 'principal' };
      skipped(s, 'crash', 'skipped', null);
    },
  ],
  [
    'the broker comes back with the pid that it had',
    (s) => {
      for (const one of livesOf(s, 'principal')) if (one.pid === 101) one.pid = 100;
    },
  ],
  [
    'the broker restarts by itself, and the drill crashes the one that came after',
    (s) => {
      for (const one of livesOf(s, 'principal')) if (one.pid === 101) one.start = 7777;
      twice(s, T0 + 4000);
      crashed(s, T0 + 4000, { pid: 101, start: 7777 });
    },
  ],
  [
    'the kill switch is no service, and the drill crashes one that is',
    (s) => {
      s.plan = { ...s.plan, broker: 'kill-switch' };
    },
  ],
];

const memory: readonly Row[] = [
  [
    'the broker that came back ends again, and forgets with its third life only',
    (s) => {
      twice(s, T0 + 4000);
      saying(s, haltedFor(T0 + 4000, RESUME), calm);
    },
  ],
  [
    'the broker that came back forgets, ends, and comes back forgetful',
    (s) => {
      twice(s, T0 + 5000);
      saying(s, haltedFor(T0 + 3500, RESUME), calm);
    },
  ],
  [
    'the broker that came back knew the halt, and gave it up',
    (s) => saying(s, haltedFor(T0 + 4000, RESUME), calm),
  ],
  [
    'the broker knew the halt in the instant of its end, and never again',
    (s) => {
      saying(s, haltedFor(DEAD, RESUME), calm);
      asked(s, DEAD, present(halted));
    },
  ],
  ['the store has nothing once the broker is back', (s) => dark(s, BACK, RESUME, absent)],
  [
    'the store lost the halt before the crash, and has it again after it',
    (s) => holding(s, haltedFor(T0 + 1200, CRASH + 300), calm),
  ],
  [
    'the halt is of one asset, and the broker that comes back does not know of which',
    (s) => {
      s.plan = { ...s.plan, asset: 'DOGE-USD' };
      saying(s, haltedFor(T0 + 50, CRASH), { ...halted, asset: 'DOGE-USD' });
      holding(s, haltedFor(T0 + 50, CRASH), { ...halted, asset: 'DOGE-USD' });
    },
  ],
  [
    'a reason is in API and store only since the broker is back',
    (s) => {
      saying(s, haltedFor(T0 + 50, CRASH), { ...halted, reason: null });
      holding(s, haltedFor(T0 + 50, DEAD), { ...halted, reason: null });
    },
  ],
  [
    'the API was silent before the crash, and never names the incident that the store had',
    (s) => {
      silent(s, T0, CRASH);
      saying(s, () => true, { ...calm });
      saying(s, haltedFor(BACK, RESUME + 100), withoutIncident);
    },
  ],
  [
    'the API was silent before the crash, and does not name at first the incident that the store had',
    (s) => {
      silent(s, T0, CRASH);
      saying(s, haltedFor(BACK, T0 + 3000), withoutIncident);
    },
  ],
  [
    'the API was silent before the crash, and names another reason than the store had',
    (s) => {
      silent(s, T0, CRASH);
      saying(s, haltedFor(BACK, RESUME), { ...halted, reason: `drill ${NONCE}, or another` });
    },
  ],
  [
    'only the reply says what the broker that was crashed knew, and the one that came back has no incident',
    (s) => {
      nobodySays(s);
      saying(s, haltedFor(BACK, T0 + 3000), withoutIncident);
    },
  ],
  [
    'only the reply says what the broker that was crashed knew, and the one that came back knows nothing',
    (s) => {
      nobodySays(s);
      s.reply = present({ ...replied(s).value, state: { level: 2 } });
      saying(s, haltedFor(BACK, RESUME), calm);
    },
  ],
  [
    'only a reply without a state says what the broker that was crashed knew',
    (s) => {
      nobodySays(s);
      s.reply = present({ ...replied(s).value, state: null });
      saying(s, haltedFor(BACK, RESUME), calm);
    },
  ],
  [
    'nothing ever said that there is a halt, and the broker that comes back knows of none',
    (s) => {
      nobodySays(s);
      refuse(s);
      saying(s, haltedFor(BACK, FOREVER), calm);
      holding(s, haltedFor(T0, FOREVER), calm);
      rows(s, () => true, []);
    },
  ],
];

const record: readonly Row[] = [
  [
    'the store could not be read just before the trigger, and never has the halt',
    (s) => {
      dark(s, T0 - 700, T0);
      holding(s, haltedFor(T0, FOREVER), calm);
    },
  ],
  [
    'the store could never be read before the trigger, and has nothing since',
    (s) => {
      dark(s, 0, T0);
      dark(s, T0, FOREVER, absent);
    },
  ],
  [
    'the store held the halt before the trigger, and lost it with it',
    (s) => {
      holding(s, (ms) => ms < T0, halted);
      holding(s, haltedFor(T0, RESUME), calm);
    },
  ],
  [
    'the store held the halt before the trigger, and is gone with it',
    (s) => {
      holding(s, (ms) => ms < T0, halted);
      dark(s, T0, RESUME, absent);
    },
  ],
  ['the store held the halt in the very instant of the trigger', (s) => read(s, T0 - 4, halted)],
  [
    'the store has the halt just after the deadline',
    (s) => {
      uncrashed(s);
      s.reply = present({ ...replied(s).value, recorded: null });
      silent(s, T0 + 1000, DEADLINE + 1000);
      holding(s, haltedFor(T0, DEADLINE + 5), calm);
    },
  ],
  [
    'the store has the halt just before the deadline',
    (s) => {
      uncrashed(s);
      s.reply = present({ ...replied(s).value, recorded: null });
      silent(s, T0 + 1000, DEADLINE + 1000);
      holding(s, haltedFor(T0, DEADLINE), calm);
    },
  ],
  [
    'the reply refuses and says that it recorded the halt, which comes into the store a little later',
    (s) => {
      s.reply = present({ ...replied(s).value, status: 500, acknowledged: false });
      holding(s, haltedFor(T0, T0 + 900), calm);
    },
  ],
  [
    'there is no reply, and the halt is there',
    (s) => {
      s.reply = unreadable('socket hang up');
    },
  ],
  [
    'the store goes to level 1, and the API says level 2',
    (s) => {
      uncrashed(s);
      holding(s, inHalt, { ...halted, level: 1 });
    },
  ],
  [
    'the store is at level 1 in the instant of the deadline, and nothing is claimed',
    (s) => {
      uncrashed(s);
      refuse(s);
      silent(s, T0, RESUME);
      holding(s, haltedFor(T0, DEADLINE + 5), { ...halted, level: 1 });
    },
  ],
  [
    'neither API nor store ever shows the halt that the reply says there is',
    (s) => {
      uncrashed(s);
      saying(s, haltedFor(T0, FOREVER), calm);
      holding(s, haltedFor(T0, FOREVER), calm);
    },
  ],
  [
    'the halt is refused, the API is silent, and the store stays as it was',
    (s) => {
      uncrashed(s);
      refuse(s);
      silent(s, T0, RESUME);
      holding(s, haltedFor(T0, FOREVER), calm);
      rows(s, () => true, []);
    },
  ],
  [
    'the store loses the halt in the hold, and the API keeps it',
    (s) => {
      uncrashed(s);
      holding(s, haltedFor(T0 + 6000, RESUME), calm);
    },
  ],
];

const incidents: readonly Row[] = [
  [
    'another incident of this halt is in the store for an instant, at the trigger',
    (s) => rows(s, haltedFor(T0, T0 + 5), [incidentRow('i-2', `drill ${NONCE}`, null)]),
  ],
  [
    'a second incident is opened in the hold, in a store that could not be read whole before',
    (s) => {
      rows(s, (ms) => ms < T0 + 1000, null);
      rows(s, haltedFor(T0 + 4000, RESUME), [
        incidentRow('i-1', `drill ${NONCE}`, null),
        incidentRow('i-2', `drill ${NONCE}`, null),
      ]);
    },
  ],
  [
    'no incident is asked for, and none is opened',
    (s) => {
      s.plan = { ...s.plan, expect: { ...s.plan.expect, incident: 'none' } };
      bare(s);
    },
  ],
  [
    'the incident is resolved in the hold, beside an old one that is open',
    (s) => {
      const old = incidentRow('i-0', 'an old one', null);
      rows(s, (ms) => ms < T0 + 50, [old]);
      rows(s, haltedFor(T0 + 50, T0 + 3000), [old, incidentRow('i-1', halted.reason, null)]);
      rows(s, haltedFor(T0 + 3000, FOREVER), [old, incidentRow('i-1', halted.reason, 'early')]);
    },
  ],
  [
    'the halt is lifted and its incident resolved, in the hold',
    (s) => {
      uncrashed(s);
      saying(s, haltedFor(T0 + 6000, RESUME), calm);
      holding(s, haltedFor(T0 + 6000, RESUME), calm);
      rows(s, haltedFor(T0 + 6000, RESUME), [incidentRow('i-1', halted.reason, 'early')]);
    },
  ],
  [
    'the row of the incident vanishes in the hold, and the state still names it',
    (s) => rows(s, haltedFor(T0 + 3000, RESUME), []),
  ],
  [
    'the broker keeps no table of incidents',
    (s) => {
      s.plan = { ...s.plan, sources: { ...s.plan.sources, incidents: false } };
      rows(s, () => true, null);
    },
  ],
  [
    'only a row of the store says that the incident is open, and not at once',
    (s) => {
      bare(s);
      rows(s, haltedFor(T0 + 900, RESUME + 100), [incidentRow('i-1', halted.reason, null)]);
      rows(s, haltedFor(RESUME + 100, FOREVER), [incidentRow('i-1', halted.reason, 'then')]);
    },
  ],
  [
    'no incident is opened, and an old one is open',
    (s) => {
      bare(s);
      rows(s, () => true, [incidentRow('i-0', 'an old one', null)]);
    },
  ],
  [
    'the incident has no reason, and was resolved as it was opened',
    (s) => {
      bare(s);
      rows(s, haltedFor(T0 + 50, FOREVER), [incidentRow('i-1', null, 'at once')]);
    },
  ],
  [
    'the API alone names the incident, and not at once',
    (s) => {
      bare(s);
      saying(s, haltedFor(T0 + 900, RESUME + 100), halted);
    },
  ],
  [
    'the state in the store alone names the incident, and not at once',
    (s) => {
      bare(s);
      holding(s, haltedFor(T0 + 900, RESUME + 100), halted);
    },
  ],
  [
    'the store names an incident of level 1, and none of the halt',
    (s) => {
      bare(s);
      holding(s, haltedFor(T0 + 50, T0 + 600), { ...halted, level: 1 });
    },
  ],
  [
    'the reply alone names the incident, and the API is silent',
    (s) => {
      bare(s);
      silent(s, T0, RESUME);
      s.reply = present({ ...replied(s).value, state: halted });
    },
  ],
  [
    'not even the reply names the incident, and the API is silent',
    (s) => {
      bare(s);
      silent(s, T0, RESUME);
    },
  ],
  [
    'the API is silent, and the reply has no state',
    (s) => {
      bare(s);
      silent(s, T0, RESUME);
      s.reply = present({ ...replied(s).value, state: null });
    },
  ],
  [
    'the API is silent, and there is no reply',
    (s) => {
      bare(s);
      silent(s, T0, RESUME);
      s.reply = unreadable('socket hang up');
    },
  ],
  [
    'a reply that refuses names the incident, and the API is silent',
    (s) => {
      bare(s);
      silent(s, T0, RESUME);
      s.reply = present({ ...replied(s).value, status: 500, acknowledged: false, state: halted });
    },
  ],
  [
    'the reply names an incident, and the API says that there is none',
    (s) => {
      bare(s);
      s.reply = present({ ...replied(s).value, state: halted });
    },
  ],
  [
    'the store cannot be read, and the API has no incident',
    (s) => {
      bare(s);
      dark(s, T0, RESUME);
    },
  ],
];

const other = { ...halted, reason: `drill ${NONCE}, as the API has it` };
/** An API that is asked at these times only. */
const askedAt = (s: Scenario, ...times: readonly number[]): void => {
  uncrashed(s);
  s.plan = { ...s.plan, sources: { ...s.plan.sources, status: false } };
  for (const ms of [T0 - 500, RESUME + 1000]) asked(s, ms, present(calm));
  for (const ms of times) asked(s, ms, present(other));
};

const split: readonly Row[] = [
  ['the API disagrees three times in a second and more', (s) => askedAt(s, T0 + 3030, T0 + 3630, T0 + 4230)],
  ['the API disagrees three times in exactly a second', (s) => askedAt(s, T0 + 3030, T0 + 3530, T0 + 4034)],
  [
    'the API disagrees three times in a millisecond less than a second',
    (s) => askedAt(s, T0 + 3030, T0 + 3530, T0 + 4033),
  ],
  ['the API disagrees twice, and more than a second apart', (s) => askedAt(s, T0 + 3030, T0 + 4530)],
  [
    'the API disagrees three times, and says the same as the store in between',
    (s) => {
      askedAt(s, T0 + 3030, T0 + 3630, T0 + 4230);
      asked(s, T0 + 3930, present(halted));
    },
  ],
  [
    'the API disagrees three times, and cannot be read in between',
    (s) => {
      askedAt(s, T0 + 3030, T0 + 3630, T0 + 4230);
      asked(s, T0 + 3930, unreadable('connection refused'));
    },
  ],
  [
    'the API disagrees three times, and the store cannot be read before one of them',
    (s) => {
      askedAt(s, T0 + 3030, T0 + 3630, T0 + 4230);
      dark(s, T0 + 3514, T0 + 3516);
    },
  ],
  [
    'the API disagrees three times, and the store cannot be read after one of them',
    (s) => {
      askedAt(s, T0 + 3030, T0 + 3630, T0 + 4230);
      dark(s, T0 + 3751, T0 + 3753);
    },
  ],
  [
    'the API disagrees with a store that is not the same for two readings',
    (s) => {
      uncrashed(s);
      saying(s, inHalt, other);
      holding(s, (ms) => inHalt(ms) && ms % 250 > 10, { ...halted, reason: `drill ${NONCE}, later` });
    },
  ],
  [
    'the API disagrees with a store whose last reading ends as it is asked, and whose next begins as it has answered',
    (s) => {
      askedAt(s);
      for (const ms of [T0 + 3020, T0 + 3520, T0 + 4270]) asked(s, ms, present(other), 230);
      holding(s, (ms) => inHalt(ms) && Math.floor((ms + 240) / 250) % 2 === 0, {
        ...halted,
        asset: 'DOGE-USD',
      });
    },
  ],
  [
    'the store is not read any more before the halt ends',
    (s) => {
      s.storeRests = haltedFor(T0 + 8000, RESUME);
    },
  ],
  [
    'the API never names the incident, and the store does',
    (s) => {
      uncrashed(s);
      saying(s, inHalt, withoutIncident);
    },
  ],
  [
    'the API does not name the incident in the hold, and has named it before',
    (s) => {
      uncrashed(s);
      saying(s, haltedFor(T0 + 900, RESUME), withoutIncident);
    },
  ],
  [
    'the store never names the incident, and the API does',
    (s) => {
      uncrashed(s);
      holding(s, inHalt, withoutIncident);
    },
  ],
  [
    'the store does not name the incident in the hold, and has named it before',
    (s) => {
      uncrashed(s);
      holding(s, haltedFor(T0 + 900, RESUME), withoutIncident);
    },
  ],
];

const saidOf = (s: Scenario, outcome: string | null, service = 'hermes'): void => {
  const { value } = replied(s);
  s.reply = present({
    ...value,
    stops: (value.stops ?? []).map((stop) => (stop.service === service ? { ...stop, outcome } : stop)),
  });
};
const runsOn: Change = (s) => {
  const first = hermes(s);
  s.lives = s.lives.filter((one) => one === first || !one.services.includes('hermes'));
  first.toMs = FOREVER;
};
type Logged = Extract<ReturnType<Scenario['audit']>, { kind: 'present' }>['value'];
const logged = (s: Scenario, change: (lines: Logged, ms: number) => Logged): void => {
  const { audit } = s;
  s.audit = (ms) => {
    const read = audit(ms);
    return read.kind === 'present' ? present(change(read.value, ms)) : read;
  };
};

/** The log is read for the last time, well after the undo. */
const END_OF_LOG = RESUME + 4400;
/** A line that was there before the trigger: the stop of a service that is still running. */
const old = (lines: Logged): Logged[number] => ({
  ...(lines[0] as Logged[number]),
  seq: 30,
  subject: 'sentinel',
  outcome: 'stopped',
});

const acknowledgements: readonly Row[] = [
  ...(['stopped', 'not running', 'timeout', 'whatever', null] as const).map(
    (word): Row => [
      `hermes runs on, and the reply says of it: ${word}`,
      (s) => {
        runsOn(s);
        saidOf(s, word);
      },
    ],
  ),
  [
    'hermes runs on, which by the words of this broker is not running',
    (s) => {
      runsOn(s);
      s.plan = { ...s.plan, sources: { ...s.plan.sources, audit: ['not running', 'stopped'] } };
      saidOf(s, 'not running');
    },
  ],
  [
    'hermes runs on, and the reply denies the stop of another',
    (s) => {
      runsOn(s);
      saidOf(s, 'failed', 'shiva');
    },
  ],
  [
    'hermes runs on, and the reply lists no stops',
    (s) => {
      runsOn(s);
      s.reply = present({ ...replied(s).value, stops: null });
    },
  ],
  [
    'hermes runs on, and the reply acknowledges another level',
    (s) => {
      runsOn(s);
      s.reply = present({ ...replied(s).value, state: { ...halted, level: 1 } });
    },
  ],
  [
    'hermes runs on, in a fleet without a log',
    (s) => {
      runsOn(s);
      s.plan = { ...s.plan, sources: { ...s.plan.sources, audit: null } };
      s.auditAt = [];
    },
  ],
  [
    'there is no trigger, and the log has a stop all the same',
    (s) => {
      s.auditAt = [...s.auditAt, s.endMs + 20];
      untriggered(s);
    },
  ],
  [
    'the log has lines about nothing, without an outcome, and of other words',
    (s) =>
      logged(s, (lines, ms) =>
        ms < T0
          ? lines
          : [
              ...lines.map((line) => (line.subject === 'hermes' ? { ...line, outcome: null } : line)),
              { ...(lines[0] as Logged[number]), seq: 20, subject: null, outcome: 'stopped' },
              { ...(lines[0] as Logged[number]), seq: 21, subject: 'shiva', outcome: 'asked' },
            ],
      ),
  ],
  [
    'the log of before the trigger cannot be read',
    (s) => {
      const { audit } = s;
      s.audit = (ms) => (ms < T0 ? unreadable('permission denied') : audit(ms));
    },
  ],
  [
    'the log is read as the trigger is sent, with a stop that is older',
    (s) => {
      s.auditAt = [T0 - 300, T0 - 10, RESUME - 100, END_OF_LOG];
      logged(s, (lines, ms) => (ms < T0 - 100 ? lines : [...lines, old(lines)]));
    },
  ],
  [
    'the log cannot be read as the trigger is sent, and has a stop that is older',
    (s) => {
      s.auditAt = [T0 - 300, T0 - 100, RESUME - 100, END_OF_LOG];
      logged(s, (lines) => [...lines, old(lines)]);
      const { audit } = s;
      s.audit = (ms) => (ms > T0 - 200 && ms < T0 ? unreadable('locked') : audit(ms));
    },
  ],
  [
    'the log is read in the instant of the trigger, with a stop that nobody sees later',
    (s) => {
      s.auditAt = [T0 - 300, T0, RESUME - 100, END_OF_LOG];
      logged(s, (lines, ms) => (ms > T0 && ms < T0 + 50 ? [...lines, old(lines)] : lines));
    },
  ],
  [
    'the log is read across the trigger, with a stop that nobody sees later',
    (s) => {
      s.auditAt = [T0 - 300, T0 - 5, RESUME - 100, END_OF_LOG];
      logged(s, (lines, ms) => (ms > T0 - 50 && ms < T0 + 50 ? [...lines, old(lines)] : lines));
    },
  ],
  [
    'the log cannot be read once the halt has begun',
    (s) => {
      const { audit } = s;
      s.audit = (ms) => (ms > T0 && ms < RESUME ? unreadable('permission denied') : audit(ms));
    },
  ],
];
const holds: readonly Row[] = [
  [
    'another hermes is there first as the halt ends',
    (s) => {
      s.resumeAt = RESUME - 77;
      for (const one of livesOf(s, 'hermes')) if (one.fromMs > RESUME) one.fromMs = RESUME - 95;
    },
  ],
  [
    'hermes is seen to be gone just as the halt ends',
    (s) => {
      s.resumeAt = RESUME - 77;
      hermes(s).toMs = RESUME - 195;
    },
  ],
  ['nothing is triggered, and the broker ends all the same', untriggered],
];

const readable: readonly Row[] = [
  [
    'nothing is triggered, and nothing can be read',
    (s) => {
      untriggered(s);
      silent(s, 0, FOREVER);
      dark(s, 0, FOREVER);
      s.exchange = () => unreadable('connection refused');
    },
  ],
  [
    'nothing is triggered, and nothing is ever tried',
    (s) => {
      untriggered(s);
      s.plan = { ...s.plan, sources: { ...s.plan.sources, status: false, store: false, exchange: false } };
    },
  ],
  [
    'nothing is triggered, and API, store and exchange can be read once',
    (s) => {
      untriggered(s);
      silent(s, 1100, FOREVER);
      dark(s, 1100, FOREVER);
      const { exchange } = s;
      s.exchange = (ms) => (ms < 1100 ? exchange(ms) : unreadable('connection refused'));
    },
  ],
  [
    'before the trigger nothing can be read',
    (s) => {
      silent(s, 0, T0);
      dark(s, 0, T0);
      const { exchange } = s;
      s.exchange = (ms) => (ms < T0 ? unreadable('connection refused') : exchange(ms));
    },
  ],
  ['before the trigger there is no store', (s) => dark(s, 0, T0, absent)],
  [
    'in the end of the halt nothing can be read',
    (s) => {
      silent(s, RESUME - 2300, RESUME);
      dark(s, RESUME - 2300, RESUME);
      const { exchange } = s;
      s.exchange = (ms) =>
        ms > RESUME - 2300 && ms < RESUME ? unreadable('connection refused') : exchange(ms);
    },
  ],
  [
    'what was read last in the halt is just fresh enough',
    (s) => {
      silent(s, RESUME - 1990, RESUME);
      dark(s, RESUME - 1990, RESUME);
    },
  ],
  [
    'what was read last in the halt is just too old, and would not be where gaps may be wide',
    (s) => {
      s.resumeAt = RESUME + 10;
      silent(s, RESUME - 1990, RESUME);
      dark(s, RESUME - 1990, RESUME);
      timed(s, { maxGapMs: 900 });
    },
  ],
  [
    'what was read last in the halt is as old as wide gaps allow',
    (s) => {
      silent(s, RESUME - 2900, RESUME);
      dark(s, RESUME - 2900, RESUME);
      timed(s, { maxGapMs: 1500 });
    },
  ],
  [
    'after the resume nothing can be read',
    (s) => {
      silent(s, RESUME + 120, FOREVER);
      dark(s, RESUME + 120, FOREVER);
      const { exchange } = s;
      s.exchange = (ms) => (ms > RESUME + 120 ? unreadable('connection refused') : exchange(ms));
    },
  ],
  [
    'the log is read before the trigger only',
    (s) => {
      s.auditAt = [T0 - 100];
    },
  ],
  [
    'the log is read after the trigger only, and the store never',
    (s) => {
      s.auditAt = [RESUME - 100];
      dark(s, 0, FOREVER);
    },
  ],
  [
    'the log is read after the trigger only',
    (s) => {
      s.auditAt = [RESUME - 100];
    },
  ],
  [
    'the exchange cannot be read since the broker is back, until the halt nearly ends',
    (s) => {
      const { exchange } = s;
      s.exchange = (ms) =>
        ms > CRASH && ms < RESUME - 1000 ? unreadable('connection refused') : exchange(ms);
    },
  ],
  [
    'the exchange can never be read, and no effect is asked for',
    (s) => {
      s.plan = { ...s.plan, effects: null };
      s.exchange = () => unreadable('connection refused');
    },
  ],
  [
    'the broker is gone for good, and its API is silent',
    (s) => {
      s.lives = s.lives.filter((one) => one.pid !== 101);
      silent(s, CRASH, FOREVER);
    },
  ],
];

export const broker: readonly Row[] = [
  ...comingBack,
  ...crashes,
  ...memory,
  ...record,
  ...incidents,
  ...split,
  ...acknowledgements,
  ...holds,
  ...readable,
];
