import { describe, expect, it } from 'vitest';
import type { Drill } from '../model/drill.ts';
import { GUARDS_SKIPPED } from '../model/guards.ts';
import type { Inventory, Operation, SqliteState } from '../model/inventory.ts';
import type { Pins } from '../model/pin.ts';
import { describePlan } from './describe-plan.ts';
import { inUnits } from './duration.ts';
import { makePlan } from './make-plan.ts';

const service = { instances: 1, heartbeat: null, leaves: [], start: null, label: null };

const INVENTORY: Inventory = {
  provider: 'live',
  fleet: 'small',
  hosts: [
    { name: 'knox', transport: { kind: 'local' }, become: null, manager: 'launchd', managerCommand: null },
    {
      name: 'tesseract',
      transport: {
        kind: 'ssh',
        address: '2001:db8::7',
        port: 2222,
        user: 'ops',
        identityFile: '/home/ops/key',
        passphrase: null,
        knownHostsFile: '/home/ops/known_hosts',
        configFile: 'none',
      },
      become: null,
      manager: 'none',
      managerCommand: null,
    },
    { name: 'spare', transport: { kind: 'local' }, become: null, manager: 'systemd', managerCommand: null },
  ],
  services: [
    {
      ...service,
      name: 'principal',
      host: 'knox',
      match: { exe: '/opt/principal' },
      heartbeat: { file: '/run/principal', everyMs: 1500 },
    },
    { ...service, name: 'scribe', host: 'knox', match: { argv0: 'scribe' } },
    {
      ...service,
      name: 'hermes',
      host: 'tesseract',
      match: { exe: '/usr/bin/node', script: '/opt/hermes' },
      instances: 2,
      leaves: [{ exe: '/opt/helper' }],
      start: ['/opt/hermes', '--name', "it's"],
    },
    { ...service, name: 'shiva', host: 'tesseract', match: { exe: '/opt/shiva' } },
  ],
  broker: {
    service: 'principal',
    api: 'http://127.0.0.1:8700',
    auth: { bearer: 'sesame', second: 'open' },
    halt: { method: 'POST', path: '/h', body: { level: '$level', reason: '$reason' }, pick: {} },
    resume: { method: 'POST', path: '/r', body: { which: [{ incident: 'id=$incident' }] }, headers: {} },
    manualResume: [
      { host: 'knox', run: ['/opt/principal', 'resume', '--incident', '$incident'] },
      { host: 'tesseract', run: ['/opt/wake', "it's over"] },
    ],
    status: {
      method: 'GET',
      path: '/s',
      body: null,
      pick: { level: '/l', incident: '/i', reason: null, revision: null, asset: null },
    },
    state: { file: '/db', query: 'select 1', incidents: 'select 2' },
    audit: { file: '/db', query: 'select 3', stopped: ['stopped'], refused: null },
    messages: null,
  },
  exchange: { url: 'http://127.0.0.1:9000', positions: '/p', open: '/o', accepted: '/a' },
  secrets: [],
  oneMachine: [['knox', 'spare']],
  windows: null,
  gate: { staleAfterMs: 30 * 86_400_000 },
};

const DRILL: Drill = {
  name: 'level-2',
  title: 'Halt all trading',
  level: 2,
  asset: null,
  stops: ['hermes', 'shiva'],
  keeps: ['principal'],
  broker: { level: 2, incident: 'open' },
  effects: { silent: ['DOGE-USD'], flat: [], active: ['BTC-USD'] },
  guards: [],
  stopWhen: [],
  crash: 'principal',
  resume: 'api',
  phrase: 'none',
  timing: {
    baselineMs: 1500,
    withinMs: 5000,
    holdMs: 60_000,
    restoreWithinMs: 10_000,
    settleMs: 1000,
    crashWithinMs: 10_000,
    sampleEveryMs: 100,
    maxGapMs: 1000,
  },
  windows: null,
};

const pin = { machineId: 'a1', hostname: 'knox.example', hostKey: null };
const PINS: Pins = {
  fleet: 'small',
  inventorySha256: '00',
  pinnedAt: '2026-11-01T00:00:00Z',
  hosts: new Map(INVENTORY.hosts.map(({ name }) => [name, pin])),
};

const plan = (inventory: Partial<Inventory> = {}, drill: Partial<Drill> = {}) =>
  makePlan({
    inventory: { ...INVENTORY, ...inventory },
    drill: { ...DRILL, ...drill },
    environment: 'live',
    pins: PINS,
  });

describe('guards', () => {
  const guards = ['repeat', 'message-to-halted', 'no-token'] as const;
  const messages = { method: 'POST', path: '/m', body: { to: '$service' }, table: null } as const;
  const guarded = plan(
    { broker: { ...INVENTORY.broker, messages } },
    { guards, keeps: ['principal', 'sentinel'] },
  );

  it('are planned in the order of the least harm, with who writes to whom', () => {
    expect(guarded.guards).toEqual(['no-token', 'message-to-halted', 'repeat']);
    const route = { sender: 'sentinel', alive: 'principal', halted: 'hermes', table: false };
    expect(guarded.messages).toEqual(route);
    expect(plan().messages).toBeNull();
  });

  it('are described, with what they do not test', () => {
    expect(describePlan(guarded)).toContain('must be refused: a halt without a token\n');
    expect(describePlan(guarded)).toContain('must change nothing: the same halt again\n');
    expect(guarded.notTested.join()).toContain('declares no table');
    expect(plan().notTested.join()).toContain('this drill tries none');
  });
});

describe('guards of a drill whose halt destroys', () => {
  const drill: Drill = { ...DRILL, level: 4, phrase: 'typed', guards: ['no-token', 'wrong-phrase'] };
  const planned = (environment: string, manned?: boolean) =>
    makePlan({
      inventory: INVENTORY,
      drill,
      environment,
      pins: null,
      ...(manned === undefined ? {} : { manned }),
    });

  it('are tried in a lab, or where somebody is present', () => {
    for (const made of [planned('lab:reference'), planned('live', true)]) {
      expect(made.guards).toEqual(['no-token', 'wrong-phrase']);
      expect(made.notTested.join()).not.toContain(GUARDS_SKIPPED);
    }
    expect(planned('live', true).manned).toBe(true);
  });

  it('are skipped anywhere else, and listed as not tested', () => {
    const made = planned('live');
    expect(made).toMatchObject({ guards: [], manned: false });
    expect(made.notTested).toContain(
      `${GUARDS_SKIPPED} (a halt without a token; a halt with a wrong phrase): they are tried only in a lab, or where somebody is present, since one that got through would destroy.`,
    );
  });

  it('are none of those of a drill without a phrase', () => {
    const made = makePlan({
      inventory: INVENTORY,
      drill: { ...drill, phrase: 'none' },
      environment: 'live',
      pins: null,
    });
    expect(made.guards).toEqual(['no-token', 'wrong-phrase']);
  });
});

describe('stop conditions', () => {
  const command = {
    when: 'command',
    action: 'hold',
    host: null,
    run: ['check', 'a b'],
    everyMs: 5000,
    withinMs: 10_000,
  } as const;

  it('have somebody else’s halt among them, once, whether the drill lists it or not', () => {
    const foreign = { when: 'foreign-incident', action: 'hands-off' } as const;
    expect(plan().stopWhen).toEqual([foreign]);
    expect(plan({}, { stopWhen: [foreign, command] }).stopWhen).toEqual([command, foreign]);
  });

  it('are described, with what they lead to', () => {
    const text = describePlan(plan({}, { stopWhen: [{ when: 'survivor-dies', action: 'resume' }, command] }));
    expect(text).toContain('survivor-dies: the drill ends, and its halt is undone\n');
    expect(text).toContain(
      'command (["check","a b"] on the controller), every 5s, within 10s: the drill stops acting, and the fleet is LEFT HALTED\n',
    );
  });
});

describe('the second operator', () => {
  const shown = { ...INVENTORY.broker.resume, headers: { Second: 'Bearer $second' } };

  it('is needed where the resume shows the token, and only where the API resumes', () => {
    const broker = { ...INVENTORY.broker, resume: shown };
    expect(plan({ broker }).secondOperator).toBe(true);
    expect(plan({ broker }, { resume: 'manual' }).secondOperator).toBe(false);
    expect(plan().secondOperator).toBe(false);
  });
});

describe('makePlan', () => {
  it('gives every service of the inventory its role', () => {
    expect(plan().services.map(({ name, role }) => `${name} ${role}`)).toEqual([
      'principal survivor',
      'scribe bystander',
      'hermes target',
      'shiva target',
    ]);
  });

  it('says how hosts are reached that leave it to the ssh configuration, are looked at as root, or are containers', () => {
    const { hosts } = INVENTORY;
    const [, ssh] = hosts;
    if (ssh?.transport.kind !== 'ssh') throw new Error('no ssh host');
    const alias = { ...ssh.transport, address: 'alias', user: null, port: null };
    const changed = [
      { ...ssh, name: 'a', transport: alias, become: 'sudo' as const },
      {
        ...ssh,
        name: 'b',
        transport: {
          kind: 'container' as const,
          engine: 'podman',
          container: 'web-1',
          on: { host: 'a', transport: alias },
        },
      },
    ];
    const made = plan({ hosts: [...hosts, ...changed] });
    expect(made.hosts.slice(-2).map(({ reachedBy }) => reachedBy)).toEqual([
      'ssh alias, looking as root',
      'podman exec web-1, on a (ssh alias)',
    ]);
  });

  it('has every host, also those without a service', () => {
    expect(plan().hosts).toEqual([
      { name: 'knox', reachedBy: 'local', manager: 'launchd', pin },
      { name: 'tesseract', reachedBy: 'ssh ops@[2001:db8::7]:2222', manager: 'none', pin },
      { name: 'spare', reachedBy: 'local', manager: 'systemd', pin },
    ]);
  });

  it('says which hosts nobody has pinned, of a live fleet only', () => {
    const { hosts } = PINS;
    const some: Pins = { ...PINS, hosts: new Map([...hosts].filter(([name]) => name !== 'spare')) };
    const made = (environment: string, pins: Pins | null) =>
      makePlan({ inventory: INVENTORY, drill: DRILL, environment, pins }).notTested.filter((line) =>
        line.includes('not pinned'),
      );
    expect(made('live', PINS)).toEqual([]);
    expect(made('live', some)).toEqual([expect.stringContaining('before: spare. They')]);
    expect(made('live', null)).toEqual([expect.stringContaining('before: knox, tesseract, spare.')]);
    expect(made('lab:reference', null)).toEqual([]);
  });

  it('holds no secret', () => {
    expect(JSON.stringify(plan())).not.toContain('sesame');
    expect(describePlan(plan())).not.toContain('sesame');
    expect(plan().manualResume).toEqual([]);
  });

  it('says which records of the broker can be read', () => {
    expect(plan().sources).toEqual({
      status: true,
      store: true,
      incidents: true,
      audit: ['stopped'],
      exchange: true,
      refused: null,
    });
    const broker = {
      ...INVENTORY.broker,
      audit: null,
      state: { ...(INVENTORY.broker.state as SqliteState), incidents: null },
    };
    expect(plan({ broker, exchange: null }, { effects: null }).sources).toEqual({
      status: true,
      store: true,
      incidents: false,
      audit: null,
      exchange: false,
      refused: null,
    });
  });
});

describe('what is not tested', () => {
  const openings = (...of: Parameters<typeof plan>) =>
    plan(...of).notTested.map((line) => line.split(':')[0]);
  const ALWAYS = [
    'Power loss',
    'Hosts outside the inventory',
    'Detached children that share a cgroup with strangers',
    'Lives shorter than max-gap (1s)',
  ];

  it('names services that the drill does not, and nothing more where all is declared', () => {
    const all = [...ALWAYS, 'Requests that must be refused (no token, a wrong incident, …)'];
    expect(openings()).toEqual([...all, 'Services that the drill names neither in stops nor in keeps']);
    expect(plan().notTested.at(-1)).toContain('scribe on knox');
    expect(openings({}, { keeps: ['principal', 'scribe'] })).toEqual([
      ...all,
      'Whether these survivors still do their work',
    ]);
  });

  it('names what is not declared', () => {
    const broker = {
      ...INVENTORY.broker,
      audit: null,
      state: { ...(INVENTORY.broker.state as SqliteState), incidents: null },
      resume: { ...(INVENTORY.broker.resume as Operation), body: { reason: '$reason' } },
    };
    const drill = { effects: null, crash: null, broker: { level: 2, incident: 'none' } } as const;
    expect(
      openings(
        { broker, exchange: null },
        { ...drill, keeps: ['principal'], stops: ['hermes', 'shiva', 'scribe'] },
      ),
    ).toEqual([
      ...ALWAYS,
      'Effects',
      'Whether the halt outlives a crash of the broker',
      'Requests that must be refused (no token, a wrong incident, …)',
      'The audit log of the broker',
      'The history of incidents in the store',
      'Whether an incident is opened',
      'A resume that lifts only its own halt',
    ]);
  });

  it('says what a drill that stops the broker and is lifted by hand leaves open', () => {
    const drill = {
      stops: ['hermes', 'shiva', 'scribe', 'principal'],
      keeps: [],
      crash: null,
      resume: 'manual',
    } as const;
    const expected = [
      ...ALWAYS,
      'Whether the halt outlives a crash of the broker',
      'Requests that must be refused (no token, a wrong incident, …)',
      'What the API says while halted',
    ];
    expect(openings({}, drill)).toEqual(expected);
    const broker = { ...INVENTORY.broker, manualResume: [{ host: 'knox', run: ['/opt/wake'] }] };
    expect(openings({ broker }, drill)).toEqual([...expected, 'A resume that lifts only its own halt']);
    expect(plan({ broker }, drill).notTested.at(-1)).toContain(
      'no step of the manual resume names an incident',
    );
  });

  it('says processes only, whether the exchange or the demand is missing', () => {
    const effects = (...of: Parameters<typeof plan>) =>
      plan(...of).notTested.find((line) => line.startsWith('Effects'));
    expect(effects()).toBeUndefined();
    expect(effects({}, { effects: null })).toBe(
      'Effects: processes only. The drill demands none, so no order or position is judged.',
    );
    expect(effects({ exchange: null }, { effects: null })).toBe(
      'Effects: processes only. The inventory declares no exchange, so no order or position is looked at.',
    );
  });
});

describe('describePlan', () => {
  it('reads like this', () => {
    const { notTested: _, ...rest } = plan();
    expect(describePlan({ ...rest, notTested: ['Power loss: …'] })).toBe(`Halt all trading (level-2, level 2)
Fleet small, environment live. This is a plan: nothing has been triggered.

The drill asks principal for a halt at level 2, once.
Then 2 must stop, 1 must survive, 1 are only watched.

knox (local, launchd)
  must be knox.example, machine id a1, as it was pinned
  one machine with spare, as the inventory says
  principal  must survive  exe /opt/principal; heartbeat /run/principal every 1500ms
  scribe     only watched  argv0 scribe

tesseract (ssh ops@[2001:db8::7]:2222, no service manager)
  must be knox.example, machine id a1, as it was pinned
  hermes  must stop     exe /usr/bin/node and script /opt/hermes; 2 instances; may leave exe /opt/helper
  shiva   must stop     exe /opt/shiva

spare (local, systemd)
  must be knox.example, machine id a1, as it was pinned
  one machine with knox, as the inventory says
  no service lives here; its processes are watched for services of other hosts

Effects
  No order is accepted after the deadline: DOGE-USD
  Orders must go on: BTC-USD

Broker
  API and store must say level 2, with an open incident.
  The audit log is read; "stopped" counts as a claim to have stopped something.
  Once the stop is proven, principal is killed with SIGKILL. Its service manager must bring it back within 10s, still halted.

Guards
  None are tried.

Stop conditions
  foreign-incident: nothing more is touched, resumed or started

Timing
  baseline 1500ms before the trigger; halted within 5s; hold 1m
  a sample of each host every 100ms, in the hold every 250ms; a gap over 1s proves nothing
  at most 11m 44s in all, should everything be late that may be, and the undo be done by hand

Undo
  principal is asked to resume, only if the halt is this drill's own; everything must be back within 10s and stay up for 1s.
  Where the broker has forgotten the halt, what was alive before and is gone is started on its host by:
    hermes on tesseract: /opt/hermes --name 'it'\\''s'
    shiva on tesseract: nothing is known that starts it

Not tested
  - Power loss: …
`);
  });

  it('prints the manual resume step by step, and that a phrase is typed', () => {
    const all = plan(
      {},
      {
        stops: ['hermes', 'principal'],
        keeps: [],
        crash: null,
        resume: 'manual',
        phrase: 'typed',
      },
    );
    expect(all.manualResume).toEqual(INVENTORY.broker.manualResume);
    const text = describePlan(all);
    expect(text).toContain(`The drill asks principal for a halt at level 2, once.
The operator types a confirmation phrase before anything starts. It is sent with the halt and written nowhere.
`);
    expect(text).toContain(`Broker
  Its store must say level 2, with an open incident. Its API goes down with it.
`);
    expect(text).toContain(`Undo
  No API call lifts this halt. Only if it is this drill's own, this is run in order, each step on its host:
    1. on knox: /opt/principal resume --incident $incident
    2. on tesseract: /opt/wake 'it'\\''s over'
  Then what was alive before and is still down is started on its host by:
    principal on knox: nothing is known that starts it
    hermes on tesseract: /opt/hermes --name 'it'\\''s'
  Everything must be back within 10s and stay up for 1s.
`);
    expect(text).not.toContain('is asked to resume');
  });

  it('marks a lab, an asset and a drill of processes only', () => {
    const text = describePlan({
      ...plan({ exchange: null }, { effects: null, asset: 'DOGE-USD' }),
      environment: 'lab:reference',
    });
    expect(text).toMatch(/^LAB \(reference\): Halt all trading/);
    expect(text).toContain('a halt at level 2 of DOGE-USD, once.');
    expect(text).toContain('Processes only: no independent effect is looked at.');
  });
});

describe('durations', () => {
  it.each([
    [500, '500ms'],
    [1500, '1500ms'],
    [5000, '5s'],
    [60_000, '1m'],
    [90_000, '90s'],
    [3_600_000, '1h'],
  ])('%d ms is %s', (ms, text) => {
    expect(inUnits(ms)).toBe(text);
  });
});
