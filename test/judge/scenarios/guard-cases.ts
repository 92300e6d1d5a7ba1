import type { AuditEntry, BrokerState, StoreSnapshot } from '../../../src/drill/model/broker-state.ts';
import { type GuardName, guardReason } from '../../../src/drill/model/guards.ts';
import { present, unreadable } from '../../../src/drill/model/reading.ts';
import { auditLine, BACK, calm, halted, life, livesOf, NONCE, RESUME, T0 } from '../scenario.ts';
import type { Change } from './case.ts';
import {
  answer,
  BEFORE,
  countsRepeat,
  HELD,
  mapped,
  repeated,
  resumed,
  takesEffect,
  untriggered,
} from './guards.ts';

const brokerEnds =
  (pid: number, toMs: number, backMs: number): Change =>
  (s) => {
    const broker = livesOf(s, 'principal').find((one) => one.pid === pid);
    if (broker !== undefined) broker.toMs = toMs;
    s.lives.push(life('principal', 'knox', 102, backMs, 1_000_000));
  };

/** The drill is as it was, but the broker says and holds something else between two times. */
const showing =
  (
    change: Partial<BrokerState>,
    fromMs: number,
    toMs: number,
    from: 'api' | 'store' | 'both' = 'both',
  ): Change =>
  (s) => {
    const { api, store } = s;
    const at = (ms: number, state: BrokerState): BrokerState =>
      ms >= fromMs && ms < toMs ? { ...state, ...change } : state;
    if (from !== 'store') s.api = (ms) => mapped(api(ms), (state) => at(ms, state));
    if (from !== 'api')
      s.store = (ms) => mapped(store(ms), (value) => ({ ...value, state: at(ms, value.state) }));
  };

/** Something is not read between two times. */
const blindTo =
  (what: 'api' | 'store', fromMs: number, toMs: number): Change =>
  (s) => {
    const api = s.api;
    const store = s.store;
    const dark = (ms: number): boolean => ms >= fromMs && ms < toMs;
    if (what === 'api') s.api = (ms) => (dark(ms) ? unreadable('no route') : api(ms));
    else s.store = (ms) => (dark(ms) ? unreadable('locked') : store(ms));
  };

const ends =
  (name: string, pid: number, toMs: number): Change =>
  (s) => {
    for (const one of livesOf(s, name)) if (one.pid === pid) one.toMs = toMs;
  };

const logging =
  (change: (log: readonly AuditEntry[], ms: number) => AuditEntry[]): Change =>
  (s) => {
    const { audit } = s;
    s.audit = (ms) => mapped(audit(ms), (log) => change(log, ms));
  };

const silenced =
  (then: Change): Change =>
  (s) => {
    untriggered(s, BEFORE);
    then(s);
  };

/** What comes of refusals besides, and what was not looked at. */
const besides: readonly (readonly [name: string, change: Change])[] = [
  [
    'a request without a token halts before the trigger, in its own name',
    (s) => {
      answer(s, 'no-token', 200);
      const reason = guardReason(s.plan.drill, 'no-token', NONCE);
      showing({ ...halted, incident: 'i-0', reason }, BEFORE + 30, T0)(s);
    },
  ],
  [
    'somebody halts before the trigger, among the guards, and says neither why nor how it is called',
    showing({ level: 2, incident: null, reason: null }, BEFORE + 30, T0 - 100),
  ],
  ['a repeat gives another reason', repeated({ reason: 'another' })],
  ['a repeat takes the incident away', repeated({ incident: null })],
  [
    'a repeat opens another incident, in the store alone',
    showing({ incident: 'i-2' }, HELD + 410, RESUME, 'store'),
  ],
  ['a repeat lowers the level, in the API alone', showing({ level: 1 }, HELD + 410, RESUME, 'api')],
  ...([500, null] as const).map((status): readonly [string, Change] => [
    `a repeat is answered with ${status ?? 'nothing'}`,
    (s) => answer(s, 'repeat', status),
  ]),
  ['a message to a halted agent gets no answer', (s) => answer(s, 'message-to-halted', null)],
  ['the revision moves at level 0', showing({ revision: 9 }, BEFORE + 50, T0)],
  ['the revision moves in the store alone, at level 0', showing({ revision: 9 }, BEFORE + 50, T0, 'store')],
  [
    'reason and asset stay behind at level 0',
    showing({ reason: 'left', asset: 'DOGE-USD' }, BEFORE + 50, T0, 'api'),
  ],
  ['an incident stays behind at level 0', showing({ incident: 'i-8' }, BEFORE + 50, T0, 'store')],
  ['the revision had moved before the guards', showing({ revision: 9 }, 0, BEFORE - 200)],
  ['the revision moves after the last look', showing({ revision: 9 }, T0 - 100, T0)],
  [
    'a lone refusal, after which the broker says nothing more',
    silenced((s) => blindTo('api', BEFORE + 30, s.endMs + 1)(s)),
  ],
  [
    'a lone refusal, after which the broker is not reached for a while',
    silenced(blindTo('api', BEFORE + 30, T0)),
  ],
  ['a broker that was never heard', silenced((s) => blindTo('api', 0, s.endMs + 1)(s))],
  ['a lone refusal, and all is well', silenced(() => undefined)],
  ['the API is not read between guards and trigger', blindTo('api', BEFORE + 110, T0)],
  ['the store is not read between guards and trigger', blindTo('store', BEFORE + 110, T0)],
  ['the API is not read after the guards of the hold', (s) => blindTo('api', HELD + 410, s.endMs + 1)(s)],
  ['the store is not read after the guards of the hold', (s) => blindTo('store', HELD + 410, s.endMs + 1)(s)],
  [
    'the table of messages is not read after the message',
    (s) => {
      s.messages = s.messages.map((one) => ({ ...one, atMs: HELD - 100 }));
    },
  ],
  [
    'there is no table of messages',
    (s) => {
      s.messages = [];
      if (s.plan.messages !== null) s.plan = { ...s.plan, messages: { ...s.plan.messages, table: false } };
    },
  ],
  [
    'a refused message lies in the queue of another',
    (s) => {
      s.messages.push({ atMs: HELD + 90, rows: [{ recipient: 'shiva', body: NONCE, state: 'queued' }] });
    },
  ],
  [
    'another message lies in the queue',
    (s) => {
      s.messages.push({ atMs: HELD + 90, rows: [{ recipient: 'hermes', body: 'hello', state: 'queued' }] });
    },
  ],
  ['no refusal is in the log', logging((log) => log.filter(({ action }) => action !== 'refuse'))],
  [
    'a refusal is in the log by its outcome',
    logging((log) =>
      log.map((line) => (line.action === 'refuse' ? { ...line, action: 'halt', outcome: 'refuse' } : line)),
    ),
  ],
  [
    'refusals are in the log from before',
    logging((log, ms) =>
      ms < BEFORE ? [...log, { ...auditLine(90, 'halt', null, 'no'), action: 'refuse' }] : [...log],
    ),
  ],
  [
    'the log is not read after the guards',
    (s) => {
      s.auditAt = s.auditAt.filter((ms) => ms < BEFORE);
    },
  ],
  [
    'the log was not read before the guards',
    (s) => {
      s.auditAt = s.auditAt.filter((ms) => ms > BEFORE);
    },
  ],
  [
    'nothing is known of how refusals are logged',
    (s) => {
      s.plan = { ...s.plan, sources: { ...s.plan.sources, refused: null } };
    },
  ],
  ['a target ends of a refusal, before the trigger', ends('hermes', 202, BEFORE + 80)],
  ['a target ends just before the trigger', ends('hermes', 202, T0 - 250)],
  ['a survivor ends of the second refusal', ends('horus', 120, BEFORE + 150)],
  [
    'the broker ends in the hold, long after the refusals',
    (s) => brokerEnds(101, HELD + 2600, HELD + 2900)(s),
  ],
  ['the broker ends in the hold, before the refusals', (s) => brokerEnds(101, HELD - 300, HELD - 100)(s)],
  ['the broker ends of the last refusal', (s) => brokerEnds(101, HELD + 500, HELD + 700)(s)],
  [
    'a halt with a wrong token takes effect',
    (s) => {
      takesEffect(s, 'wrong-token');
      s.guards = [{ guard: 'wrong-token', atMs: BEFORE, status: 500 }];
    },
  ],
];
/** Guards that are sent at other times, or not at all. */
const timed =
  (times: Readonly<Record<string, number>>, ...without: readonly string[]): Change =>
  (s) => {
    s.guards = s.guards
      .filter(({ guard }) => !without.includes(guard))
      .map((one) => {
        const name = one.control === true ? 'control' : one.guard;
        return { ...one, atMs: times[name] ?? one.atMs };
      });
  };

const all =
  (...changes: readonly Change[]): Change =>
  (s) => {
    for (const change of changes) change(s);
  };

/** The store says what is given between two times, while nothing else does. */
const storing =
  (change: Partial<StoreSnapshot>, fromMs: number, toMs: number): Change =>
  (s) => {
    const { store } = s;
    s.store = (ms) =>
      ms >= fromMs && ms < toMs ? mapped(store(ms), (value) => ({ ...value, ...change })) : store(ms);
  };

/** A read of the API at given times, besides those that the drill does. */
const asked =
  (sentMs: number, receivedMs: number, state: BrokerState): Change =>
  (s) => {
    s.also.push({
      atMs: receivedMs,
      body: { kind: 'status', read: { sentMs, receivedMs, reading: present(state) } },
    });
  };

const marked = (guard: GuardName): BrokerState => ({
  ...halted,
  reason: guardReason('level-2-halt-trading', guard, NONCE),
});

/** Where an effect shows: in one source alone, or not at all. */
const shown: readonly (readonly [name: string, change: Change])[] = [
  [
    'the store loses the halt with a refused resume',
    showing({ level: 0, incident: null, reason: null }, HELD + 210, RESUME, 'store'),
  ],
  [
    'the API loses the halt with a refused resume',
    showing({ level: 0, incident: null, reason: null }, HELD + 210, RESUME, 'api'),
  ],
  [
    'a resume of another incident is accepted, and nothing comes of it',
    (s) => answer(s, 'resume-wrong-incident', 200),
  ],
  [
    'a resume of another incident is accepted, and the API is not heard any more',
    all(resumed, (s) => blindTo('api', HELD + 200, s.endMs + 1)(s)),
  ],
  [
    'a resume of another incident is refused and takes effect, and the broker ends of it',
    all(resumed, (s) => answer(s, 'resume-wrong-incident', 409), brokerEnds(101, HELD + 260, HELD + 500)),
  ],
  [
    'a refused message lies in the queue, among others',
    (s) => {
      s.messages.push({
        atMs: HELD + 90,
        rows: [
          { recipient: 'hermes', body: 'hello', state: 'queued' },
          { recipient: 'hermes', body: `drill ${NONCE}`, state: 'queued' },
          { recipient: 'horus', body: `drill ${NONCE}`, state: 'queued' },
        ],
      });
    },
  ],
  [
    'a halt without a token is refused, and only the state in the store shows it',
    all(
      silenced(() => undefined),
      storing({ state: marked('no-token'), incidents: null }, BEFORE + 10, T0),
    ),
  ],
  [
    'a halt without a token is refused, and only the incidents in the store show it',
    all(
      silenced(() => undefined),
      storing(
        {
          state: calm,
          incidents: [
            { id: 'i-0', level: 2, reason: null, openedAt: '2026-11-21T10:00:05Z', resolvedAt: null },
            {
              id: 'i-1',
              level: 2,
              reason: marked('no-token').reason,
              openedAt: '2026-11-22T10:00:05Z',
              resolvedAt: null,
            },
          ],
        },
        BEFORE + 10,
        1_000_000,
      ),
    ),
  ],
  [
    'a halt with a wrong token takes effect after another was refused, and a target ends',
    (s) => {
      takesEffect(s, 'wrong-token');
      s.guards = [
        { guard: 'no-token', atMs: BEFORE - 100, status: 401 },
        { guard: 'wrong-token', atMs: BEFORE, status: 401 },
      ];
      ends('hermes', 202, BEFORE + 100)(s);
    },
  ],
  [
    'a halt without a token is refused and takes effect, and a target ends',
    all((s) => takesEffect(s, 'no-token'), ends('hermes', 202, BEFORE + 300)),
  ],
  [
    'the API is at level 0 in the halt, with one reason before a repeat and another after it',
    all(
      showing({ level: 0, incident: null }, BACK, RESUME, 'api'),
      showing({ reason: 'another' }, HELD + 410, RESUME, 'api'),
    ),
  ],
  ['the API names the incident only after a repeat', showing({ incident: null }, T0, HELD + 410, 'api')],
  ['the reason is lost with a refused message', showing({ reason: null }, HELD + 80, RESUME)],
  ['the reason is lost soon after a repeat', showing({ reason: null }, HELD + 600, RESUME)],
  [
    'the broker forgets the halt in the crash',
    showing({ level: 0, incident: null, reason: null }, BACK, RESUME),
  ],
];

/** What lies exactly at a limit, or between two guards. */
const limits: readonly (readonly [name: string, change: Change])[] = [
  [
    'a target ends, and the next guard begins as that is seen',
    all(timed({ 'wrong-token': 4420 }), ends('hermes', 202, 4390)),
  ],
  [
    'the revision moves just before the first guard, which begins as that is read',
    all(timed({ 'no-token': 4262 }), showing({ revision: 9 }, 4200, T0, 'api')),
  ],
  [
    'the revision moves while a guard is on its way, and is not read again',
    all(
      timed({ 'no-token': 4495 }, 'wrong-token'),
      showing({ revision: 9 }, 4500, T0, 'api'),
      blindTo('api', 4550, T0),
    ),
  ],
  [
    'the revision moves with a guard, and is read as its answer comes, and not again',
    all(
      timed({ 'no-token': 4486 }, 'wrong-token'),
      showing({ revision: 9 }, 4500, T0, 'api'),
      blindTo('api', 4550, T0),
    ),
  ],
  [
    'the revision moves, and is read until the very trigger',
    all(blindTo('api', BEFORE + 110, T0), asked(T0 - 6, T0, { ...calm, revision: 9 })),
  ],
  [
    'the store is read as the answer to a guard comes, and not again',
    all(timed({ 'no-token': 4480 }, 'wrong-token'), blindTo('store', 4505, T0)),
  ],
  [
    'the API is halted before the guards, and no longer after them',
    showing({ level: 1, reason: 'another' }, 0, BEFORE, 'api'),
  ],
  [
    'the API is halted after the guards, before the trigger',
    showing({ level: 1, reason: 'another' }, BEFORE + 110, T0, 'api'),
  ],
  ['the API is first heard after the guards', blindTo('api', 0, BEFORE + 110)],
  [
    'a broker that is heard for the first time as the guard is sent, and never again',
    silenced((s) => {
      timed({ 'no-token': 4262 })(s);
      blindTo('api', 0, 4200)(s);
      blindTo('api', 4290, s.endMs + 1)(s);
    }),
  ],
  [
    'there is no API to ask after a lone refusal',
    silenced((s) => {
      s.plan = { ...s.plan, sources: { ...s.plan.sources, status: false } };
    }),
  ],
  [
    'the last look fails while the guard is on its way',
    silenced((s) => {
      timed({ 'no-token': 4490 })(s);
      s.endMs = 4520;
      blindTo('api', 4495, s.endMs)(s);
    }),
  ],
  [
    'the last look fails as the answer to the guard comes',
    silenced((s) => {
      timed({ 'no-token': 4486 })(s);
      s.endMs = 4520;
      blindTo('api', 4495, s.endMs)(s);
    }),
  ],
  [
    'the broker ends of the undo, just after a refusal',
    all(
      timed({ 'resume-wrong-incident': RESUME - 60 }, 'repeat'),
      brokerEnds(101, RESUME + 50, RESUME + 300),
    ),
  ],
  [
    'the broker ends of a refusal, as the halt ends',
    all(
      timed({ 'resume-wrong-incident': 14300 }, 'repeat'),
      (s) => {
        s.resumeAt = 14423;
      },
      brokerEnds(101, 14350, 14600),
    ),
  ],
  [
    'the broker has ended when the second refusal is sent, long after the first',
    all(timed({ 'resume-wrong-incident': 9220, repeat: 10_000 }), brokerEnds(101, 9150, 9300)),
  ],
  [
    'the broker is seen for the last time when a refusal may just have ended it',
    all(
      timed({ 'message-to-halted': 7580, 'resume-wrong-incident': 9500, repeat: 10_000 }),
      brokerEnds(101, 7900, 8300),
    ),
  ],
  [
    'the broker ends of the message that gets through',
    all(
      timed({ 'message-to-halted': HELD + 1500, 'resume-wrong-incident': HELD + 2000, repeat: HELD + 2500 }),
      brokerEnds(101, HELD + 100, HELD + 500),
    ),
  ],
  [
    'the broker ends of the repeat',
    all(timed({ repeat: HELD + 1500 }), brokerEnds(101, HELD + 1600, HELD + 1900)),
  ],
  [
    'the broker ends twice, of two refusals',
    all(timed({ 'resume-wrong-incident': HELD + 1500, repeat: HELD + 3000 }), (s) => {
      brokerEnds(101, HELD + 120, HELD + 500)(s);
      ends('principal', 102, HELD + 1600)(s);
      s.lives.push(life('principal', 'knox', 103, HELD + 1900, 1_000_000));
    }),
  ],
  [
    'the table of messages is read before the answer to the refused one',
    (s) => {
      s.messages = s.messages.map((one) => ({ ...one, atMs: HELD + 30 }));
    },
  ],
  [
    'the table of messages is read as the answer to the refused one comes',
    (s) => {
      s.messages = s.messages.map((one) => ({ ...one, atMs: HELD + 70 }));
    },
  ],
  [
    'no message is sent, though there is a table of them',
    all(timed({}, 'message-to-halted'), (s) => {
      s.messages = [];
    }),
  ],
  [
    'agents are sent no messages',
    all(timed({}, 'message-to-halted'), (s) => {
      s.messages = [];
      s.plan = { ...s.plan, messages: null };
    }),
  ],
  [
    'nothing is refused, and the log cannot be read',
    (s) => {
      s.guards = s.guards.filter(({ guard }) => guard === 'repeat');
      s.messages = [];
      s.audit = () => unreadable('locked');
    },
  ],
  [
    'the log was read as the first guard was sent',
    (s) => {
      s.auditAt = [BEFORE - 10, ...s.auditAt.filter((ms) => ms > BEFORE)];
    },
  ],
  [
    'a refusal is not in the log, which is read as its answer comes',
    (s) => {
      s.auditAt.push(BEFORE + 120);
      logging((log) => log.filter(({ seq }) => seq !== 91))(s);
    },
  ],
  [
    'entries of the log say neither what was done nor what came of it',
    logging((log) => [...log, { ...auditLine(99, 'hermes', null, 'no'), action: null, outcome: null }]),
  ],
  [
    'a bystander ends of a refused halt, before the trigger',
    (s) => {
      ends('hermes', 202, BEFORE + 80)(s);
      s.plan = {
        ...s.plan,
        services: s.plan.services.map((one) => (one.name === 'hermes' ? { ...one, role: 'bystander' } : one)),
      };
    },
  ],
];

/** Changes to a clean drill with guards whose whole verdict is kept. */
export const guardCases: readonly (readonly [name: string, change: Change])[] = [
  ['a revision that counts the repeat', (s) => countsRepeat(s, 1)],
  ['a revision that grew by two', (s) => countsRepeat(s, 2)],
  ['a revision that grew long after the repeat', (s) => countsRepeat(s, 1, HELD + 2500)],
  [
    'a revision that grew where the repeat was refused',
    (s) => {
      countsRepeat(s, 1);
      answer(s, 'repeat', 403);
      s.plan = { ...s.plan, sources: { ...s.plan.sources, refused: null } };
    },
  ],
  [
    'a halt without a token is accepted',
    (s) => {
      takesEffect(s, 'no-token');
      answer(s, 'no-token', 200);
    },
  ],
  ['a halt without a token is refused, and takes effect', (s) => takesEffect(s, 'no-token')],
  [
    'a halt without a token is accepted, and nothing resumes it',
    (s) => {
      takesEffect(s, 'no-token');
      answer(s, 'no-token', 200);
      s.resumeAt = null;
      const { api, store } = s;
      s.api = (ms) => api(Math.min(ms, BEFORE + 500));
      s.store = (ms) => store(Math.min(ms, BEFORE + 500));
    },
  ],
  [
    'a halt without a token gets no answer',
    (s) => {
      untriggered(s, BEFORE);
      answer(s, 'no-token', null);
    },
  ],
  ['a resume of another incident is accepted', resumed],
  [
    'a resume of another incident is refused, and takes effect',
    (s) => {
      resumed(s);
      answer(s, 'resume-wrong-incident', 409);
    },
  ],
  ['a message to a halted agent is accepted', (s) => answer(s, 'message-to-halted', 201)],
  [
    'a refused message lies in the queue',
    (s) => {
      s.messages.push({ atMs: HELD + 90, rows: [{ recipient: 'hermes', body: NONCE, state: 'queued' }] });
    },
  ],
  ...([404, 429, 500, null] as const).map((status): readonly [string, Change] => [
    `a resume is answered with ${status ?? 'nothing'}`,
    (s) => answer(s, 'resume-wrong-incident', status),
  ]),
  [
    'no message gets through',
    (s) => {
      for (const guard of s.guards) if (guard.control === true) guard.status = 403;
    },
  ],
  ['a repeat lowers the level', repeated({ level: 1 })],
  ['a repeat opens another incident', repeated({ incident: 'i-2' })],
  ['a repeat names an asset', repeated({ asset: 'DOGE-USD' })],
  [
    'a refusal is not in the log',
    (s) => {
      const { audit } = s;
      s.audit = (ms) => mapped(audit(ms), (log) => log.filter(({ seq }) => seq !== 91));
    },
  ],
  [
    'the broker ends of a refusal, before the trigger',
    (s) => {
      untriggered(s, BEFORE);
      brokerEnds(100, BEFORE + 60, BEFORE + 400)(s);
    },
  ],
  ['the broker ends of a refusal, in the hold', brokerEnds(101, HELD + 260, HELD + 500)],
  ...besides,
  ...shown,
  ...limits,
  [
    'no guard was tried',
    (s) => {
      s.guards = [];
      s.messages = [];
    },
  ],
];
