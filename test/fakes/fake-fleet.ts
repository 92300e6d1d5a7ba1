import { createHash } from 'node:crypto';
import type {
  BrokerReply,
  BrokerState,
  IncidentRow,
  MessageRow,
} from '../../src/drill/model/broker-state.ts';
import type { GuardName, GuardRequest } from '../../src/drill/model/guards.ts';
import type { Entry } from '../../src/drill/model/journal.ts';
import type { Plan, PlannedService, Role } from '../../src/drill/model/plan.ts';
import { present, unreadable, unsent } from '../../src/drill/model/reading.ts';
import type { ManagerLink, Progress, World } from '../../src/drill/ports/world.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeHost } from './fake-host.ts';

const RUNNING: BrokerState = { level: 0, incident: null, reason: null, revision: 1, asset: null };

/** How this fleet's broker deviates from an honest one. */
export interface Behaviour {
  /** Acknowledges and stops nothing. */
  readonly stopsNothing?: boolean;
  /** Keeps its halt state in memory. */
  readonly forgets?: boolean;
  /** Fires, but its reply never arrives. */
  readonly silent?: boolean;
  /** Nothing of the halt is ever sent. */
  readonly sendsNothing?: boolean;
  /** The halt is a command that stops hermes at once and shiva only at its end, after so long. */
  readonly slowHaltMs?: number;
  /** Somebody else halts this long after the trigger. */
  readonly foreignHaltAfterMs?: number;
  /** Somebody else joins the halt this long after the trigger: the incident and its reason stay, the revision moves on. */
  readonly joinedAfterMs?: number;
  /** Says nothing of an incident or a reason over its API; its store does. */
  readonly hidesIncident?: boolean;
  /** Answers no question for its status from the trigger on until the resume. */
  readonly mute?: boolean;
  /** Carries a resume out so long after it was asked for, and refuses every other meanwhile. */
  readonly resumesAfterMs?: number;
  /** Answers a resume at once, before it is carried out, or only then; at once unless told otherwise. */
  readonly answersResume?: 'at once' | 'when done';
  /** Refuses every resume. */
  readonly refusesResume?: boolean;
  /** Carries out this guard, whatever it answers. */
  readonly obeys?: GuardName;
  /** What it answers to that guard; 200 unless told otherwise, null: nothing. */
  readonly answers?: number | null;
  /** Goes down when it refuses that guard, and comes back. */
  readonly diesOf?: GuardName;
  /** By how much its revision grows with a halt that is repeated; 1 unless told otherwise. */
  readonly countsRepeat?: number;
  /** Lets no message through, whoever it is for. */
  readonly routesNothing?: boolean;
  /** Brings back all but this one after a resume. */
  readonly forgetsToStart?: string;
  /** A stop of hermes comes this long after the resume. */
  readonly stopsAgainAfterMs?: number;
  /** So long after that stop hermes is restarted by a supervisor of its own, whoever else has started it meanwhile. */
  readonly supervisedMs?: number;
  /** How often that happens in a row; once unless told otherwise. */
  readonly stopsAgainTimes?: number;
  /** Locks every token out once a guard was refused. */
  readonly locksOut?: boolean;
}

/** Two hosts, a broker and two traders, as pure state: everything the drill reaches, without a machine. */
export class FakeFleet {
  readonly clock = new FakeClock();
  readonly entries: Entry[] = [];
  readonly told: Progress[] = [];
  readonly stop = new AbortController();
  readonly knox = new FakeHost('knox', 'test', this.clock, (argv) => this.#run(argv));
  readonly tesseract = new FakeHost('tesseract', 'test', this.clock, (argv) => this.#run(argv));
  /** Acts that reached the broker or a host, in order. */
  readonly acts: string[] = [];
  /** None, unless a test gives it some. */
  readonly managers = new Map<string, ManagerLink>();
  journalBroken = false;
  /** Nobody is present, unless a test has somebody answer. */
  confirm: World['confirm'] = null;
  /** What the exchange shows, where the fleet has one. */
  positions: Record<string, number> | null = null;
  /** How many orders it has accepted by then, of hermes and in DOGE-USD. */
  orders: (nowMs: number) => number = () => 0;
  /** Whether something else, a cache or a proxy, answers for the broker while no process of it is there. */
  answersFor: () => boolean = () => false;
  /** HTTP status by which the second operator's token is answered; null: nothing comes. */
  secondOperator: number | null = 200;
  /** What a command on the controller comes to. */
  onController: World['controller']['run'] = async () => present({ exitCode: 0, output: '' });
  stored: BrokerState = RUNNING;
  readonly incidents: IncidentRow[] = [];
  readonly queued: MessageRow[] = [];
  readonly #behaviour: Behaviour;
  #memory: BrokerState = RUNNING;
  #words = 0;
  #resuming = false;

  constructor(behaviour: Behaviour = {}) {
    this.#behaviour = behaviour;
    for (const { name } of services()) this.#spawn(name);
    this.knox.onKill = () => void this.clock.sleep(300).then(() => this.#restartBroker());
  }

  get world(): World {
    return {
      clock: this.clock,
      journal: {
        append: (body) => {
          if (this.journalBroken) throw new Error('ENOSPC: no space left on device');
          const id = `e-${this.entries.length + 1}`;
          this.entries.push({ id, atMs: this.clock.nowMs(), wall: this.clock.wall(), ...body });
          return id;
        },
        sync: async () => {
          if (this.journalBroken) throw new Error('ENOSPC: no space left on device');
        },
      },
      hosts: new Map([
        ['knox', this.knox],
        ['tesseract', this.tesseract],
      ]),
      managers: this.managers,
      broker: {
        halt: (values, timeoutMs, left) =>
          this.#behaviour.slowHaltMs === undefined
            ? this.#halt(values.level, values.reason)
            : this.#slowHalt(values.level, values.reason, timeoutMs, this.#behaviour.slowHaltMs, left),
        resume: (values, timeoutMs) => this.#resume(values.incident, timeoutMs),
        guard: (request) => this.#guard(request),
        rehearse: async (role) => this.#rehearsed(role),
        status: async () =>
          (this.#broker || this.answersFor()) && !this.#muted && !this.#lockedOut
            ? present(this.#said)
            : unreadable('no answer'),
      },
      store: { read: async () => present({ state: this.stored, incidents: [...this.incidents], inode: 7 }) },
      audit: null,
      exchange: this.positions === null ? null : { read: async () => present(this.#book()) },
      controller: { run: (argv, withinMs) => this.onController(argv, withinMs) },
      messages: { read: async (mark) => present(this.queued.filter(({ body }) => body.includes(mark))) },
      randomWord: () => {
        this.#words += 1;
        return `word${this.#words}`;
      },
      fingerprint: (text) => createHash('sha256').update(text).digest('hex').slice(0, 16),
      progress: (event) => this.told.push(event),
      confirm: this.confirm,
      stop: this.stop.signal,
    };
  }

  /** Somebody else halts, or joins: level, reason and revision are theirs. */
  haltedByOthers(level: number): void {
    const at = this.clock.wall();
    this.incidents.push({ id: 'inc-9', level, reason: 'a real one', openedAt: at, resolvedAt: null });
    this.#write({ level, incident: 'inc-9', reason: 'a real one', revision: 9, asset: null });
  }

  /** Takes a process of it down, as if it had crashed. */
  takeDown(service: string): void {
    this.#kill(service);
  }

  /** How many processes of it there are. */
  count(name: string): number {
    const { processes } = this.#hostOf(name);
    return [...processes.values()].filter(({ argv }) => argv.includes(scriptOf(name))).length;
  }

  alive(name: string): boolean {
    return this.#hostOf(name).find(scriptOf(name)) !== undefined;
  }

  get #said(): BrokerState {
    return this.#behaviour.hidesIncident ? { ...this.#memory, incident: null, reason: null } : this.#memory;
  }

  get #lockedOut(): boolean {
    return this.#behaviour.locksOut === true && this.acts.some((act) => act.startsWith('guard'));
  }

  #rehearsed(role: 'operator' | 'second') {
    if (this.#lockedOut) return present({ status: 401 });
    const status = role === 'second' ? this.secondOperator : 200;
    return status === null ? unreadable('no answer') : present({ status });
  }

  #book() {
    const count = this.orders(this.clock.nowMs());
    const accepted = count === 0 ? [] : [{ asset: 'DOGE-USD', account: 'hermes', count }];
    return { positions: this.positions ?? {}, open: {}, accepted };
  }

  get #muted(): boolean {
    return this.#behaviour.mute === true && this.#memory.level > 0;
  }

  get #broker(): boolean {
    return this.alive('principal');
  }

  /** Somebody else halts, from now on. */
  haltBySomebody(level: number): void {
    this.#write({ ...this.#memory, level, reason: 'a real one' });
  }

  async #halt(level: number, reason: string) {
    if (this.#behaviour.sendsNothing) return unsent('knox: the server refuses another session');
    this.acts.push(`halt ${level}`);
    await this.clock.sleep(20);
    const foreign = this.#behaviour.foreignHaltAfterMs;
    if (foreign !== undefined)
      void this.clock.sleep(foreign).then(() => this.#write({ ...this.#memory, reason: 'a real one' }));
    const joined = this.#behaviour.joinedAfterMs;
    if (joined !== undefined)
      void this.clock.sleep(joined).then(() => this.#write({ ...this.#memory, revision: 3 }));
    const at = this.clock.wall();
    this.incidents.push({ id: 'inc-1', level, reason, openedAt: at, resolvedAt: null });
    this.#write({ level, incident: 'inc-1', reason, revision: 2, asset: null });
    const doomed = level === 4 ? services().map(({ name }) => name) : TRADERS;
    if (!this.#behaviour.stopsNothing) for (const name of doomed) this.#kill(name);
    if (level === 4) return unreadable('connection reset');
    if (this.#behaviour.silent) return unreadable('no answer');
    return present(reply({ level, incident: 'inc-1', reason, revision: 2 }));
  }

  async #slowHalt(
    level: number,
    reason: string,
    timeoutMs: number,
    slowMs: number,
    left?: (ended: Promise<boolean>) => void,
  ) {
    this.acts.push(`halt ${level}`);
    const at = this.clock.wall();
    this.incidents.push({ id: 'inc-1', level, reason, openedAt: at, resolvedAt: null });
    this.#write({ level, incident: 'inc-1', reason, revision: 2, asset: null });
    this.#kill('hermes');
    const ended = this.clock.sleep(slowMs).then(() => {
      this.#kill('shiva');
      return true;
    });
    await this.clock.sleep(timeoutMs);
    left?.(ended);
    return unreadable('it was left running');
  }

  async #resume(incident: string | null, timeoutMs: number) {
    const { answersResume, refusesResume, resumesAfterMs = 0 } = this.#behaviour;
    this.acts.push(`resume ${incident ?? 'nothing'}`);
    await this.clock.sleep(20);
    if (refusesResume || this.#resuming)
      return present({ ...reply({}), status: this.#resuming ? 409 : 403, acknowledged: false });
    if (resumesAfterMs === 0) return this.#resumeNow();
    this.#resuming = true;
    const done = this.clock.sleep(resumesAfterMs).then(() => this.#resumeNow());
    if (answersResume !== 'when done') return present(reply({}));
    const late = this.clock.sleep(timeoutMs).then(() => unreadable('no answer'));
    return Promise.race([done, late]);
  }

  #resumeNow() {
    this.#resuming = false;
    this.#resolve();
    this.#write({ ...RUNNING, revision: 3 });
    for (const name of TRADERS)
      if (!this.alive(name) && name !== this.#behaviour.forgetsToStart) this.#spawn(name);
    const again = this.#behaviour.stopsAgainAfterMs;
    if (again !== undefined) void this.#stopAgain(again, this.#behaviour.stopsAgainTimes ?? 1);
    return present(reply({ level: 0 }));
  }

  async #stopAgain(afterMs: number, times: number): Promise<void> {
    const { supervisedMs } = this.#behaviour;
    for (let time = 1; time <= times; time += 1) {
      await this.clock.sleep(afterMs);
      this.#kill('hermes');
      if (supervisedMs === undefined) continue;
      await this.clock.sleep(supervisedMs);
      this.#spawn('hermes');
    }
  }

  /** Refuses what has to be refused, and counts a halt that is repeated, unless it behaves otherwise. */
  async #guard(request: GuardRequest) {
    const { obeys, answers = 200, diesOf, countsRepeat = 1, routesNothing } = this.#behaviour;
    const name = guardOf(request, this.#memory.level);
    this.acts.push(`guard ${name}`);
    await this.clock.sleep(20);
    const answer = (status: number, state: Partial<BrokerState> = {}) =>
      present({ ...reply(state), status, acknowledged: status < 300 });
    if (name === 'control') return answer(routesNothing ? 404 : 201);
    if (name === diesOf) {
      const found = this.knox.find(scriptOf('principal'));
      if (found) this.knox.processes.delete(found.pid);
      void this.clock.sleep(300).then(() => this.#restartBroker());
    }
    if (name === obeys) {
      const revision = this.#obey(request);
      return answers === null ? unreadable('no answer') : answer(answers, { revision });
    }
    if (name !== 'repeat' && name !== 'lower-level') return answer(403);
    const revision = (this.#memory.revision ?? 0) + countsRepeat;
    this.#write({ ...this.#memory, revision });
    return answer(200, { revision });
  }

  #obey(request: GuardRequest): number {
    const revision = (this.#memory.revision ?? 0) + 1;
    if (request.operation === 'message') {
      this.queued.push({ recipient: request.service, body: request.message, state: 'queued' });
    } else if (request.operation === 'resume') {
      this.#resolve();
      this.#write({ ...RUNNING, revision });
      for (const name of TRADERS) if (!this.alive(name)) this.#spawn(name);
    } else {
      const { level, reason } = request;
      const id = `inc-${this.incidents.length + 1}`;
      const incident = level < this.#memory.level ? this.#memory.incident : id;
      if (incident === id)
        this.incidents.push({ id, level, reason, openedAt: this.clock.wall(), resolvedAt: null });
      this.#write({ level, incident, reason, revision, asset: null });
      for (const name of TRADERS) this.#kill(name);
    }
    return revision;
  }

  #write(state: BrokerState): void {
    this.#memory = state;
    if (!this.#behaviour.forgets) this.stored = state;
  }

  #restartBroker(): void {
    this.#memory = this.stored;
    this.#spawn('principal');
  }

  #run([program, , subject = '']: readonly string[]): void {
    if (program === 'principal') {
      this.acts.push(`lift ${subject} by hand`);
      this.#resolve();
      this.stored = { ...RUNNING, revision: 3 };
      return;
    }
    this.acts.push(`start ${subject}`);
    if (subject === 'principal') this.#restartBroker();
    else if (!this.alive(subject)) this.#spawn(subject);
  }

  #resolve(): void {
    const at = this.clock.wall();
    const all = this.incidents.splice(0);
    this.incidents.push(...all.map((row) => ({ ...row, resolvedAt: row.resolvedAt ?? at })));
  }

  #spawn(name: string): void {
    this.#hostOf(name).spawn(['/usr/bin/node', scriptOf(name)]);
  }

  #kill(name: string): void {
    const found = this.#hostOf(name).find(scriptOf(name));
    if (found) this.#hostOf(name).processes.delete(found.pid);
  }

  #hostOf(name: string): FakeHost {
    return TRADERS.includes(name) ? this.tesseract : this.knox;
  }
}

const TRADERS = ['hermes', 'shiva'];
const scriptOf = (name: string): string => `/opt/bin/${name}`;

function guardOf(request: GuardRequest, level: number): GuardName | 'control' {
  if (request.operation === 'message')
    return TRADERS.includes(request.service) ? 'message-to-halted' : 'control';
  if (request.operation === 'resume')
    return request.incident === null ? 'resume-without-incident' : 'resume-wrong-incident';
  if (request.token !== 'own') return request.token === 'none' ? 'no-token' : 'wrong-token';
  if (request.phrase === 'wrong') return 'wrong-phrase';
  if (level === 0) return 'phrase-at-wrong-level';
  return request.level < level ? 'lower-level' : 'repeat';
}

function reply(state: Partial<BrokerState>): BrokerReply {
  return { status: 200, acknowledged: true, state, stops: null, recorded: true, body: '' };
}

function services(): PlannedService[] {
  const service = (name: string, host: string, role: Role): PlannedService => ({
    name,
    host,
    role,
    match: { script: scriptOf(name) },
    instances: 1,
    leaves: [],
    heartbeat: null,
    start: ['launchctl', 'start', name],
  });
  return [
    service('principal', 'knox', 'survivor'),
    service('sentinel', 'knox', 'survivor'),
    service('hermes', 'tesseract', 'target'),
    service('shiva', 'tesseract', 'target'),
  ];
}

/** A level-2 drill of the fake fleet; `crash` as given. */
export function fakePlan(overrides: Partial<Plan> = {}): Plan {
  return {
    drill: 'level-2-test',
    title: 'Halt the fake traders',
    level: 2,
    asset: null,
    environment: 'live',
    fleet: 'test',
    hosts: [
      { name: 'knox', reachedBy: 'local', manager: 'launchd' },
      { name: 'tesseract', reachedBy: 'ssh', manager: 'launchd' },
    ],
    services: services(),
    broker: 'principal',
    expect: { level: 2, incident: 'open' },
    effects: null,
    guards: [],
    messages: null,
    stopWhen: [{ when: 'foreign-incident', action: 'hands-off' }],
    manned: false,
    secondOperator: false,
    crash: 'principal',
    resume: 'api',
    phrase: 'none',
    manualResume: [],
    timing: {
      baselineMs: 1_500,
      withinMs: 5_000,
      holdMs: 6_000,
      restoreWithinMs: 10_000,
      settleMs: 1_000,
      crashWithinMs: 10_000,
      sampleEveryMs: 100,
      maxGapMs: 1_000,
    },
    oneMachine: [],
    sources: { incidents: true, audit: null, exchange: false, refused: null },
    notTested: [],
    ...overrides,
  };
}

/** A drill that destroys everything, the broker last, and is undone by hand. */
export function destructivePlan(): Plan {
  const plan = fakePlan();
  return {
    ...plan,
    drill: 'level-4-test',
    level: 4,
    expect: { level: 4, incident: 'open' },
    crash: null,
    resume: 'manual',
    phrase: 'typed',
    manualResume: [{ host: 'knox', run: ['principal', 'lift', '$incident'] }],
    services: plan.services.map((service) => ({ ...service, role: 'target' })),
  };
}
