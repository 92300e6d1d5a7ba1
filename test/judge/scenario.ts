import type {
  AuditEntry,
  BrokerReply,
  BrokerState,
  ExchangeBook,
  MessageRow,
  StoreSnapshot,
} from '../../src/drill/model/broker-state.ts';
import { type GuardName, type GuardRequest, guardReason } from '../../src/drill/model/guards.ts';
import type { Heartbeat } from '../../src/drill/model/heartbeat.ts';
import type { Act, Entry, EntryBody } from '../../src/drill/model/journal.ts';
import type { KnownIssue } from '../../src/drill/model/known-issue.ts';
import type { Plan, PlannedService, Role } from '../../src/drill/model/plan.ts';
import type { ProcessRow } from '../../src/drill/model/process.ts';
import { absent, present, type Reading } from '../../src/drill/model/reading.ts';
import type { HostIdentity, RecordedDetail, Visibility } from '../../src/drill/model/sample.ts';

/** Test journals: a fleet on a fake timeline, sampled as the observer does it. All times are milliseconds. */

export const NONCE = 'n0nce5f3a9c';
export const T0 = 5000;
export const DEADLINE = T0 + 5000;
const CRASH = T0 + 1500;
/** The broker answers again. */
export const BACK = CRASH + 600;
export const RESUME = T0 + 9500;
export const END = RESUME + 4500;
const START = 1000;
const EVERY = 200;
const TOOK = 20;

/** One process of the fake fleet. */
export interface FakeLife {
  pid: number;
  start: number;
  hosts: string[];
  fromMs: number;
  toMs: number;
  ppid: number;
  pgrp: number;
  services: string[];
  undecided?: string[];
  /** Why it cannot be told whether it is that service. */
  doubt?: (service: string) => string;
  /** From when it cannot be told what it is; from the beginning when not given. */
  undecidedFromMs?: number;
  /** What is undecided is so for want of a main thread. */
  headless?: boolean;
  /** Hash of its command name at a time. */
  comm?: (ms: number) => string;
  /** Hash of what exec sets, at a time. */
  image?: (ms: number) => string;
  /** 1000 when not given. */
  uid?: (ms: number) => number | null;
  leftBy?: string[];
  /** From when to when it is a declared helper; always when not given. */
  leftByAt?: (ms: number) => string[];
  cgroup?: string;
  /** What it is called in the pid namespace that it is in, where that is another than its host's. */
  inner?: { pid: number; pidNamespace: string };
  canary?: string;
  /** State letter at a time; S when not given. */
  state?: (ms: number) => { state: string; liveThreads?: number };
  /** Services matched at a time, for processes that rename themselves. */
  matchedAt?: (ms: number) => string[];
  fingerprint?: string;
  /** Overlooked by the sample of that time. */
  missedAt?: (ms: number) => boolean;
  /** Never looked into. */
  unexamined?: boolean;
  /** From when the observer no longer asks for it. */
  unwatchedFromMs?: number;
}

export interface FakeGuard {
  guard: GuardName;
  atMs: number;
  /** HTTP status of the answer; null: none came. */
  status: number | null;
  control?: boolean;
}

export interface Scenario {
  plan: Plan;
  knownIssues: KnownIssue[];
  lives: FakeLife[];
  scopes: Record<string, { bootId: string; pidNamespace: string }>;
  /** The machine that answers for a host at a time; that of `scopes` when not given. */
  scopeAt?: (host: string, ms: number) => { bootId: string; pidNamespace: string };
  /** Who answered for a host when it was first asked; null: the journal does not say. */
  identify?: (host: string, identity: HostIdentity) => Reading<HostIdentity> | null;
  /** What a probe that is not blind could see of the process table. */
  visibility?: Visibility;
  api: (ms: number) => Reading<BrokerState>;
  store: (ms: number) => Reading<StoreSnapshot>;
  audit: (ms: number) => Reading<AuditEntry[]>;
  auditAt: number[];
  exchange: (ms: number) => Reading<ExchangeBook>;
  heartbeat: (service: string, ms: number) => Reading<string>;
  /** Under which key it is kept; null: as older journals have it, the line itself. */
  heartbeatKey?: (ms: number) => string | null;
  reply: Reading<BrokerReply> | null;
  /** What to do with a sample: keep it, lose it, or let it fail. */
  sampling: (host: string, ms: number) => 'kept' | 'lost' | 'failed' | 'blind';
  canaries: {
    host: string;
    tag: string;
    pid: number;
    fromMs: number;
    killedMs: number | null;
    goneMs: number;
    purpose: 'calibration' | 'rotation' | 'final';
    /** What the journal says that it was; as it was when not given. */
    told?: { pid: number | null; start: number | null };
    /** From when the observer no longer asks for it. */
    unwatchedFromMs?: number;
    /** Hosts whose samples show it; its own one when not given. */
    shownOn?: string[];
    /** It has ended, and nobody took notice: a zombie from then on. */
    zombieFromMs?: number;
  }[];
  crash: {
    pid: number;
    start: number;
    atMs: number;
    /** The broker when not given. */
    service?: string;
    /** The process was no longer there to be killed. */
    missed?: true;
  } | null;
  resumeAt: number | null;
  /** Null: the journal has no outcome of it. */
  resumeReply: Reading<BrokerReply> | null;
  starts: { service: string; host: string; atMs: number }[];
  manualSteps: {
    host: string;
    command: string[];
    atMs: number;
    /** Null: the journal has no outcome of it. */
    result: Reading<{ exitCode: number; output: string }> | null;
    /** Done by a person, who says so; there is no result then. */
    byHand?: true;
    /** Given up before it was taken. */
    withdrawn?: true;
  }[];
  /** Whether the store is left alone at that time. */
  storeRests: (ms: number) => boolean;
  /** Requests that had to be refused, or to do nothing. */
  guards: FakeGuard[];
  messages: { atMs: number; rows: MessageRow[] }[];
  interruptedAt: number | null;
  /** Further records, each as it is. */
  also: { atMs: number; body: EntryBody }[];
  triggered: boolean;
  withOutcome: boolean;
  crossChecks: { host: string; atMs: number; asked: number[]; listed: number[] }[];
  wallDrift: (ms: number) => number;
  uptimeDrift: (host: string, ms: number) => number;
  /** How much later than the others a host is sampled. */
  lagMs?: Record<string, number>;
  /** How far a host's wall clock is from its uptime. */
  hostWallDrift?: (host: string, ms: number) => number;
  /** The journal breaks off before its last record. */
  unclosed?: true;
  endMs: number;
}

export const TRADERS = ['foresight', 'shiva', 'hermes', 'leverage'];
const KNOX = ['principal', 'sentinel', 'horus'];

function service(name: string, host: string, role: Role): PlannedService {
  return {
    name,
    host,
    role,
    match: { script: `/opt/invictus/bin/${name}` },
    instances: 1,
    leaves: [],
    heartbeat: name === 'sentinel' ? { file: '/run/sentinel', everyMs: 500 } : null,
    start: ['launchctl', 'start', name],
  };
}

function plan(): Plan {
  return {
    drill: 'level-2-halt-trading',
    title: 'Halt all trading',
    level: 2,
    asset: null,
    environment: 'live',
    fleet: 'invictus',
    hosts: [
      { name: 'knox', reachedBy: 'local', manager: 'launchd' },
      { name: 'tesseract', reachedBy: 'ssh ops@192.0.2.7:22', manager: 'launchd' },
    ],
    services: [
      ...KNOX.map((name) => service(name, 'knox', 'survivor')),
      ...TRADERS.map((name) => service(name, 'tesseract', 'target')),
    ],
    broker: 'principal',
    expect: { level: 2, incident: 'open' },
    effects: { silent: ['DOGE-USD'], flat: [], active: [] },
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
      baselineMs: 3000,
      withinMs: 5000,
      holdMs: 6000,
      restoreWithinMs: 5000,
      settleMs: 2000,
      crashWithinMs: 5000,
      sampleEveryMs: EVERY,
      maxGapMs: 1000,
    },
    oneMachine: [],
    sources: { incidents: true, audit: ['stopped', 'shutdown'], exchange: true, refused: ['refuse'] },
    notTested: ['power loss'],
  };
}

export const calm: BrokerState = { level: 0, incident: null, reason: null, revision: 1, asset: null };
export const halted: BrokerState = {
  level: 2,
  incident: 'i-1',
  reason: `drill ${NONCE}`,
  revision: 2,
  asset: null,
};

export function life(name: string, host: string, pid: number, fromMs: number, toMs: number): FakeLife {
  return {
    pid,
    start: pid * 10 + Math.round(fromMs),
    hosts: [host],
    fromMs,
    toMs,
    ppid: 1,
    pgrp: pid,
    services: [name],
  };
}

export const FOREVER = 1_000_000;

/** A clean level 2: four traders stop at T0 + 400 ms, the broker is crashed and comes back halted, everything returns. */
export function cleanLevel2(): Scenario {
  const lives: FakeLife[] = [];
  const stranger = (host: string, pid: number): FakeLife => ({
    ...life('', host, pid, 0, FOREVER),
    services: [],
  });
  lives.push(stranger('knox', 1), stranger('tesseract', 1), stranger('knox', 50), stranger('tesseract', 50));
  lives.push(life('sentinel', 'knox', 110, 0, FOREVER), life('horus', 'knox', 120, 0, FOREVER));
  lives.push(
    life('principal', 'knox', 100, 0, CRASH + 30),
    life('principal', 'knox', 101, CRASH + 300, FOREVER),
  );
  for (const [index, name] of TRADERS.entries()) {
    lives.push(life(name, 'tesseract', 200 + index, 0, T0 + 400));
    lives.push(life(name, 'tesseract', 300 + index, RESUME + 500, FOREVER));
  }
  const haltedFrom = T0 + 50;
  const isHalted = (ms: number): boolean => ms >= haltedFrom && ms < RESUME + 100;
  const row = (ms: number) => ({
    id: 'i-1',
    level: 2,
    reason: halted.reason,
    openedAt: '2026-11-22T10:00:05Z',
    resolvedAt: ms < RESUME + 100 ? null : '2026-11-22T10:00:15Z',
  });
  const scenario: Scenario = {
    plan: plan(),
    knownIssues: [],
    lives,
    scopes: {
      knox: { bootId: 'boot-k', pidNamespace: 'ns-k' },
      tesseract: { bootId: 'boot-t', pidNamespace: 'ns-t' },
    },
    api: (ms) => {
      if (ms >= CRASH && ms < BACK) return { kind: 'unreadable', reason: 'connection refused' };
      return present(isHalted(ms) ? halted : calm);
    },
    store: (ms) =>
      present({ state: isHalted(ms) ? halted : calm, incidents: ms < haltedFrom ? [] : [row(ms)], inode: 7 }),
    audit: (ms) =>
      present([
        auditLine(1, 'principal', 'knox', 'started'),
        ...(ms < T0 ? [] : TRADERS.map((name, index) => auditLine(2 + index, name, 'tesseract', 'stopped'))),
      ]),
    auditAt: [T0 - 100, RESUME - 100, END - 100],
    exchange: (ms) => {
      const trading = ms <= T0 + 400 ? ms : ms < RESUME + 600 ? T0 + 400 : ms - RESUME + T0;
      const count = Math.floor(trading / 200);
      return present({
        positions: { 'DOGE-USD': 12.5 },
        open: {},
        accepted: [
          { asset: 'DOGE-USD', account: 'hermes', count },
          { asset: 'DOGE-USD', account: 'shiva', count },
          { asset: 'BTC-USD', account: 'foresight', count },
        ],
      });
    },
    heartbeat: (_service, ms) => present(String(Math.floor(ms / 250))),
    reply: present({
      status: 200,
      acknowledged: true,
      state: halted,
      stops: TRADERS.map((name) => ({ service: name, host: 'tesseract', outcome: 'stopped' })),
      recorded: true,
      body: '{}',
    }),
    sampling: () => 'kept',
    canaries: ['knox', 'tesseract'].flatMap((host) => [
      {
        host,
        tag: `cal-${host}`,
        pid: 900,
        fromMs: 1500,
        killedMs: 3000,
        goneMs: 3030,
        purpose: 'calibration' as const,
      },
      {
        host,
        tag: `rot-${host}`,
        pid: 901,
        fromMs: 1600,
        killedMs: RESUME - 300,
        goneMs: RESUME - 260,
        purpose: 'final' as const,
      },
    ]),
    crash: { pid: 100, start: 1000, atMs: CRASH },
    resumeAt: RESUME,
    resumeReply: present({
      status: 200,
      acknowledged: true,
      state: calm,
      stops: null,
      recorded: null,
      body: '{}',
    }),
    starts: [],
    manualSteps: [],
    storeRests: () => false,
    guards: [],
    messages: [],
    interruptedAt: null,
    also: [],
    triggered: true,
    withOutcome: true,
    crossChecks: [],
    wallDrift: () => 0,
    uptimeDrift: () => 0,
    endMs: END,
  };
  return scenario;
}

export function auditLine(seq: number, subject: string, host: string | null, outcome: string): AuditEntry {
  return { seq, at: '2026-11-22T10:00:00Z', actor: 'drill', action: 'stop', subject, host, outcome };
}

/** Changes the lives of one service from a given time on; returns them. */
export function livesOf(s: Scenario, name: string): FakeLife[] {
  return s.lives.filter((candidate) => candidate.services.includes(name));
}

/** The one life of a service that is there before the trigger. */
export function baselineLife(s: Scenario, name: string): FakeLife {
  const found = livesOf(s, name).find((candidate) => candidate.fromMs < T0);
  if (found === undefined) throw new Error(`no baseline life of ${name}`);
  return found;
}

/** Leaves a target running as if nothing had happened. */
export function neverStops(s: Scenario, name: string): void {
  const first = baselineLife(s, name);
  s.lives = s.lives.filter((candidate) => candidate === first || !candidate.services.includes(name));
  first.toMs = FOREVER;
}

/** Plays the scenario and records the journal as the drill would. */
export function journalOf(s: Scenario): Entry[] {
  const events: { atMs: number; body: EntryBody }[] = [];
  const add = (atMs: number, body: EntryBody): void => void events.push({ atMs, body });
  add(900, {
    kind: 'opened',
    format: 1,
    judging: { today: '2026-11-22', strict: false },
    drillId: '20261122T100000Z-level-2-test',
    plan: s.plan,
    knownIssues: s.knownIssues,
    inventory: { path: 'inventory.yaml', sha256: 'ab' },
    runner: '0.1.0',
    nonce: NONCE,
  });
  for (const host of s.plan.hosts) addHost(s, host.name, add);
  addSources(s, add);
  addActs(s, add);
  if (!s.unclosed) add(s.endMs + 100, { kind: 'closed' });
  events.sort((a, b) => a.atMs - b.atMs);
  return numbered(s, events);
}

type Add = (atMs: number, body: EntryBody) => void;

/** Who a host of these drills says that it is. */
export function identityOf(host: string, scope: { bootId: string; pidNamespace: string }): HostIdentity {
  return {
    ...scope,
    hostname: host,
    machineId: `m-${host}`,
    hostKey: null,
    os: 'Linux',
    ticksPerSecond: 100,
  };
}

function addHost(s: Scenario, host: string, add: Add): void {
  const scope = s.scopes[host] ?? { bootId: 'boot', pidNamespace: 'ns' };
  const own = identityOf(host, scope);
  const identity = s.identify === undefined ? present(own) : s.identify(host, own);
  if (identity !== null) add(950, { kind: 'host', host, identity });
  for (const canary of s.canaries.filter((one) => one.host === host)) {
    const { tag, purpose, told = { pid: canary.pid, start: canaryStart(canary) } } = canary;
    const common = { kind: 'canary', host, purpose, tag, ...told } as const;
    add(canary.fromMs + 5, {
      ...common,
      event: 'planted',
      sentMs: canary.fromMs - 10,
      receivedMs: canary.fromMs + 5,
    });
    if (canary.killedMs !== null) {
      add(canary.killedMs + 10, {
        ...common,
        event: 'killed',
        sentMs: canary.killedMs - 10,
        receivedMs: canary.killedMs + 10,
      });
    }
  }
  let n = 0;
  const examined = new Set<FakeLife>();
  const here = everyLife(s).filter((one) => one.hosts.includes(host));
  for (let sentMs = START + (s.lagMs?.[host] ?? 0); sentMs + TOOK <= s.endMs; sentMs += EVERY) {
    const fate = s.sampling(host, sentMs);
    if (fate === 'lost') continue;
    n += 1;
    add(sentMs + TOOK, { kind: 'sample', sample: sampleAt(s, host, sentMs, n, fate, { here, examined }) });
  }
}

function canaryStart(canary: Scenario['canaries'][number]): number {
  return canary.pid * 10 + Math.round(canary.fromMs);
}

function canaryLife(canary: Scenario['canaries'][number]): FakeLife {
  return {
    ...life('', canary.host, canary.pid, canary.fromMs, canary.goneMs),
    hosts: canary.shownOn ?? [canary.host],
    state: (ms) => (ms >= (canary.zombieFromMs ?? FOREVER) ? { state: 'Z', liveThreads: 0 } : { state: 'S' }),
    unwatchedFromMs: canary.unwatchedFromMs ?? FOREVER,
    start: canaryStart(canary),
    services: [],
    canary: canary.tag,
  };
}

const canaryLives = new WeakMap<Scenario['canaries'][number], FakeLife>();

function everyLife(s: Scenario): FakeLife[] {
  return [
    ...s.lives,
    ...s.canaries.map((canary) => {
      const known = canaryLives.get(canary) ?? canaryLife(canary);
      canaryLives.set(canary, known);
      return known;
    }),
  ];
}

function sampleAt(
  s: Scenario,
  host: string,
  sentMs: number,
  n: number,
  fate: 'kept' | 'failed' | 'blind',
  { here, examined }: { here: readonly FakeLife[]; examined: Set<FakeLife> },
) {
  const full = n === 1 || n % 10 === 0;
  const common = {
    host,
    n,
    nonce: `${host}-${n}`,
    mode: full ? ('full' as const) : ('list' as const),
    sentMs,
    receivedMs: sentMs + TOOK,
  };
  if (fate === 'failed')
    return { ...common, seen: { kind: 'unreadable' as const, reason: 'the connection was lost' } };
  const at = sentMs + TOOK / 2;
  const alive = here.filter((one) => one.fromMs <= at && at < one.toMs && one.missedAt?.(at) !== true);
  // The observer watches what it knows of, and what has just appeared.
  const watched = here.filter(
    (one) => one.fromMs <= at && at < (one.unwatchedFromMs ?? FOREVER) && !isStranger(one),
  );
  const asked = new Set(watched);
  const shown = full ? alive : alive.filter((one) => asked.has(one));
  const looked = shown.filter((one) => one.unexamined !== true && (!examined.has(one) || full));
  for (const one of looked) examined.add(one);
  const scope = s.scopeAt?.(host, at) ?? s.scopes[host] ?? { bootId: 'boot', pidNamespace: 'ns' };
  const wallDrift = s.uptimeDrift(host, at) + (s.hostWallDrift?.(host, at) ?? 0);
  const visible = s.visibility ?? { uid: 0, pid1: true, hidepid: '0' };
  const heartbeats: Record<string, Reading<Heartbeat>> = {};
  if (full) {
    for (const service of s.plan.services) {
      if (service.host === host && service.heartbeat !== null)
        heartbeats[service.name] = kept(s, s.heartbeat(service.name, at), at);
    }
  }
  return {
    ...common,
    seen: present({
      scope,
      uptimeMs: 100_000 + at + s.uptimeDrift(host, at),
      hostWallMs: full ? 1_700_000_000_000 + at + wallDrift : null,
      total: alive.length,
      watched: full ? [] : [...new Set(watched.map((one) => one.pid))],
      rows: shown.map((one) => rowOf(one, at)),
      details: looked.map((one) => detailOf(one, at)),
      appeared: [],
      visibility: { ...visible, pid1: fate !== 'blind' },
      heartbeats,
    }),
  };
}

function kept(s: Scenario, read: Reading<string>, atMs: number): Reading<Heartbeat> {
  const key = s.heartbeatKey?.(atMs);
  if (read.kind !== 'present' || key === null) return read;
  return present({ digest: `${key ?? ''}.${read.value}`, length: read.value.length, key: key ?? '' });
}

function isStranger(one: FakeLife): boolean {
  return (
    one.services.length === 0 && one.canary === undefined && one.ppid === 1 && one.undecided === undefined
  );
}

function rowOf(one: FakeLife, at: number): ProcessRow {
  const shown = one.state?.(at) ?? { state: 'S' };
  return { pid: one.pid, start: one.start, ppid: one.ppid, pgrp: one.pgrp, sid: one.pgrp, ...shown };
}

function detailOf(one: FakeLife, at: number): RecordedDetail {
  const dark = at >= (one.undecidedFromMs ?? 0) ? (one.undecided ?? []) : [];
  const services = dark.length > 0 ? [] : (one.matchedAt?.(at) ?? one.services);
  return {
    pid: one.pid,
    start: one.start,
    uid: one.uid === undefined ? 1000 : one.uid(at),
    cgroup: one.cgroup ?? '/',
    ...(one.inner === undefined ? {} : { inner: one.inner }),
    services,
    undecided: dark.map((name) => ({ service: name, reason: one.doubt?.(name) ?? 'exe: EACCES' })),
    leftBy: one.leftByAt?.(at) ?? one.leftBy ?? [],
    canary: one.canary ?? null,
    fingerprint: one.fingerprint ?? `f-${services.join('+')}`,
    ...(one.comm === undefined ? {} : { comm: one.comm(at) }),
    ...(one.image === undefined ? {} : { image: one.image(at) }),
    ...(one.headless === true && dark.length > 0 ? { headless: true } : {}),
  };
}

function addSources(s: Scenario, add: Add): void {
  for (let at = START; at < s.endMs; at += 250) {
    const { status = true, store = true } = s.plan.sources;
    const resting = s.storeRests(at) || !store;
    if (!resting)
      add(at + 5, { kind: 'store', read: { sentMs: at, receivedMs: at + 5, reading: s.store(at + 2) } });
    if (status)
      add(at + 12, {
        kind: 'status',
        read: { sentMs: at + 6, receivedMs: at + 12, reading: s.api(at + 8) },
      });
    if (!resting)
      add(at + 20, {
        kind: 'store',
        read: { sentMs: at + 13, receivedMs: at + 20, reading: s.store(at + 15) },
      });
    if (!s.plan.sources.exchange) continue;
    add(at + 30, {
      kind: 'exchange',
      read: { sentMs: at + 22, receivedMs: at + 30, reading: s.exchange(at + 25) },
    });
  }
  for (const at of s.auditAt)
    add(at + 10, { kind: 'audit', read: { sentMs: at, receivedMs: at + 10, reading: s.audit(at + 5) } });
  for (const { host, atMs, asked, listed } of s.crossChecks) {
    add(atMs + 30, {
      kind: 'cross-check',
      host,
      at: { fromMs: atMs, toMs: atMs + 30 },
      asked,
      listed: present(listed),
    });
  }
}

// Intents refer to outcomes by a placeholder that becomes the entry's id when the journal is numbered.
function addActs(s: Scenario, add: Add): void {
  const act = (
    atMs: number,
    what: Act,
    tookMs: number,
    reply: Reading<BrokerReply> | null,
    withOutcome = true,
    command: Reading<{ exitCode: number; output: string }> = present({ exitCode: 0, output: '' }),
  ): void => {
    add(atMs - 3, { kind: 'intent', act: what, undo: 'resume' });
    if (!withOutcome) return;
    add(atMs + tookMs, {
      kind: 'outcome',
      intent: nameOf(what),
      act: what,
      startedMs: atMs,
      endedMs: atMs + tookMs,
      reply,
      command: reply === null ? command : null,
    });
  };
  if (s.triggered) {
    act(
      T0,
      { act: 'trigger', level: s.plan.level, asset: s.plan.asset, reason: `drill ${NONCE}` },
      45,
      s.reply,
      s.withOutcome,
    );
  }
  for (const { guard, atMs, status, control = false } of s.guards) {
    const request = guardRequest(s, guard, control);
    const answer = status === null ? null : { status, acknowledged: status < 300, state: null };
    const reply: Reading<BrokerReply> =
      answer === null
        ? { kind: 'unreadable', reason: 'no answer' }
        : present({ ...answer, stops: null, recorded: null, body: '' });
    act(atMs, { act: 'guard', guard, control, request }, GUARD_TOOK, reply);
  }
  for (const { atMs, rows } of s.messages) {
    add(atMs + 5, { kind: 'messages', read: { sentMs: atMs, receivedMs: atMs + 5, reading: present(rows) } });
  }
  if (s.crash !== null) {
    act(
      s.crash.atMs,
      {
        act: 'crash',
        service: s.crash.service ?? 'principal',
        host: 'knox',
        pid: s.crash.pid,
        start: s.crash.start,
      },
      40,
      null,
      true,
      s.crash.missed ? absent : undefined,
    );
  }
  if (s.resumeAt !== null) {
    act(
      s.resumeAt,
      { act: 'resume', incident: 'i-1', level: 0, revision: 2, reason: `undo ${NONCE}` },
      120,
      s.resumeReply,
      s.resumeReply !== null,
    );
  }
  for (const { host, command, atMs, result, byHand, withdrawn } of s.manualSteps) {
    const step: Act = { act: 'manual-step', host, command };
    act(atMs, step, 60, null, result !== null && !byHand, result ?? undefined);
    const outcome = { intent: nameOf(step), act: step, startedMs: atMs, endedMs: atMs + 60 };
    if (byHand) add(atMs + 60, { kind: 'outcome', ...outcome, reply: null, command: null, byHand });
    if (withdrawn) add(atMs + 60, { kind: 'withdrawn', intent: nameOf(step), why: 'stopped here' });
  }
  for (const { service, host, atMs } of s.starts) {
    act(atMs, { act: 'start-service', service, host, command: ['launchctl', 'start', service] }, 30, null);
  }
  for (const { atMs, body } of s.also) add(atMs, body);
  if (s.interruptedAt !== null) add(s.interruptedAt, { kind: 'interrupted', cause: 'SIGINT' });
}

const GUARD_TOOK = 20;

function guardRequest(s: Scenario, guard: GuardName, control: boolean): GuardRequest {
  const { level } = s.plan;
  const reason = guardReason(s.plan.drill, guard, NONCE);
  if (guard === 'message-to-halted') {
    const service = control ? (s.plan.messages?.alive ?? '') : (s.plan.messages?.halted ?? '');
    return { operation: 'message', sender: s.plan.messages?.sender ?? '', service, message: NONCE };
  }
  if (guard === 'resume-without-incident' || guard === 'resume-wrong-incident') {
    const incident = guard === 'resume-wrong-incident' ? 'i-9' : null;
    return { operation: 'resume', incident, level, revision: 2, reason };
  }
  const halt = { operation: 'halt', phrase: 'own', level, asset: null } as const;
  if (guard === 'repeat' || guard === 'lower-level')
    return { ...halt, token: 'own', reason: halted.reason ?? '' };
  return { ...halt, token: guard === 'no-token' ? 'none' : 'wrong', reason };
}

function nameOf(act: Act): string {
  if (act.act === 'guard') return `@guard ${act.guard} ${act.control}`;
  if (act.act === 'start-service') return `@start ${act.service}`;
  return act.act === 'manual-step' ? `@step ${act.host} ${act.command.join(' ')}` : `@${act.act}`;
}

function numbered(s: Scenario, events: readonly { atMs: number; body: EntryBody }[]): Entry[] {
  const intents = new Map<string, string>();
  return events.map(({ atMs, body }, index) => {
    const id = `e-${index + 1}`;
    if (body.kind === 'intent') {
      intents.set(nameOf(body.act), id);
    }
    const kept =
      body.kind === 'outcome' || body.kind === 'withdrawn'
        ? { ...body, intent: intents.get(body.intent) ?? body.intent }
        : body;
    return { id, atMs, wall: wallAt(atMs + s.wallDrift(atMs)), ...kept };
  });
}

function wallAt(ms: number): string {
  const total = Math.round(ms);
  const [minutes, rest] = [Math.floor(total / 60_000), total % 60_000];
  const pad = (value: number, width: number): string => String(value).padStart(width, '0');
  return `2026-11-22T10:${pad(minutes, 2)}:${pad(Math.floor(rest / 1000), 2)}.${pad(rest % 1000, 3)}Z`;
}

/** The article's level 2: the stop runs on the wrong machine, reply and log say done, the state lives in memory. */
export function asFoundLevel2(): Scenario {
  const s = cleanLevel2();
  s.plan = { ...s.plan, environment: 'lab:as-found' };
  for (const name of TRADERS) neverStops(s, name);
  s.lives = s.lives.filter((one) => one.pid !== 101);
  for (const one of livesOf(s, 'principal')) one.toMs = FOREVER;
  s.crash = null;
  s.canaries = s.canaries.filter((canary) => canary.purpose !== 'final');
  for (const host of ['knox', 'tesseract']) {
    s.canaries.push({
      host,
      tag: `rot-${host}`,
      pid: 901,
      fromMs: 1600,
      killedMs: null,
      goneMs: FOREVER,
      purpose: 'rotation',
    });
  }
  s.store = () => present({ state: calm, incidents: [], inode: 7 });
  s.api = (ms) => present(ms >= T0 + 50 && ms < RESUME + 100 ? halted : calm);
  s.audit = (ms) =>
    present([
      auditLine(1, 'principal', 'knox', 'started'),
      ...(ms < T0 ? [] : TRADERS.map((name, index) => auditLine(2 + index, name, 'knox', 'shutdown'))),
    ]);
  s.exchange = (ms) =>
    present({
      positions: { 'DOGE-USD': 12.5 },
      open: {},
      accepted: TRADERS.map((account) => ({ asset: 'DOGE-USD', account, count: Math.floor(ms / 500) })),
    });
  s.reply = present({
    status: 200,
    acknowledged: true,
    state: halted,
    stops: TRADERS.map((name) => ({ service: name, host: 'knox', outcome: 'stopped' })),
    recorded: true,
    body: '{}',
  });
  return s;
}

/** The same where both bugs are accepted: the drill goes on, holds what there is, and crashes the broker, which then knows of nothing. */
export function asFoundLevel2Held(): Scenario {
  const s = asFoundLevel2();
  const { lives, crash, canaries } = cleanLevel2();
  s.lives = [
    ...s.lives.filter((one) => !one.services.includes('principal')),
    ...lives.filter((one) => one.services.includes('principal')),
  ];
  Object.assign(s, { crash, canaries, resumeAt: null });
  // Those that run on trade until the deadline and beyond; only from it on is anything held.
  s.plan = { ...s.plan, timing: { ...s.plan.timing, holdMs: 4000 } };
  s.api = (ms) => {
    if (ms >= CRASH && ms < BACK) return { kind: 'unreadable', reason: 'connection refused' };
    return present(ms >= T0 + 50 && ms < CRASH ? halted : calm);
  };
  s.knownIssues = [
    knownIssue('KI-001', 'successful-no-op', 'tesseract', TRADERS),
    knownIssue('KI-002', 'amnesia-restart', 'knox', ['principal']),
    knownIssue('KI-005', 'wrong-host-stop', 'tesseract', TRADERS),
    knownIssue('KI-006', 'unpersisted-halt', 'knox', ['principal']),
  ];
  return s;
}

/** Accepted at level 2, and by the 22nd of November 2026 still so. */
export function knownIssue(id: string, code: string, host: string, services: readonly string[]): KnownIssue {
  return {
    id,
    code,
    level: 2,
    host,
    services,
    title: `about ${code}`,
    owner: 'operations',
    filed: '2026-11-01',
    fix: 'mend it',
    expires: '2026-11-22',
  };
}

/** The article's level 3: everything stops, the broker too, and comes back at level 0; the runner starts the targets itself. */
export function asFoundLevel3(): Scenario {
  const s = cleanLevel2();
  s.plan = {
    ...s.plan,
    level: 3,
    drill: 'level-3',
    environment: 'lab:as-found',
    expect: { level: 3, incident: 'open' },
  };
  const deep: BrokerState = { ...halted, level: 3 };
  const [first, second] = livesOf(s, 'principal');
  if (first !== undefined) first.toMs = T0 + 300;
  if (second !== undefined) second.fromMs = T0 + 550;
  s.crash = null;
  s.api = (ms) => {
    if (ms >= T0 + 300 && ms < T0 + 900) return { kind: 'unreadable', reason: 'connection refused' };
    return present(ms >= T0 + 50 && ms < T0 + 300 ? deep : calm);
  };
  s.store = () => present({ state: calm, incidents: [], inode: 7 });
  s.reply = present({
    status: 200,
    acknowledged: true,
    state: deep,
    stops: TRADERS.map((name) => ({ service: name, host: 'tesseract', outcome: 'stopped' })),
    recorded: true,
    body: '{}',
  });
  s.resumeAt = null;
  s.starts = TRADERS.map((name, index) => ({ service: name, host: 'tesseract', atMs: RESUME + index * 50 }));
  return s;
}

/** The broker ends, last of all. */
export const GONE = T0 + 800;
/** The broker answers again, started by hand. */
export const UP = RESUME + 700;
export const LEVEL4 = [...TRADERS, 'sentinel', 'horus', 'principal'];

/**
 * A clean level 4: everything stops, the broker last and while it still replies; its store holds the halt; two steps lift it,
 * and then every service is started, the broker first.
 */
export function cleanLevel4(): Scenario {
  const s = cleanLevel2();
  const deep: BrokerState = { ...halted, level: 4 };
  s.plan = {
    ...s.plan,
    level: 4,
    drill: 'level-4-destructive-shutdown',
    services: s.plan.services.map((one) => ({ ...one, role: 'target' as const })),
    expect: { level: 4, incident: 'open' },
    crash: null,
    resume: 'manual',
    phrase: 'typed',
    manualResume: [
      { host: 'knox', run: ['/opt/invictus/bin/lift', '--incident', '$incident'] },
      { host: 'tesseract', run: ['launchctl', 'enable', 'all'] },
    ],
  };
  s.crash = null;
  s.resumeAt = null;
  s.manualSteps = [
    {
      host: 'knox',
      command: ['/opt/invictus/bin/lift', '--incident', 'i-1'],
      atMs: RESUME,
      result: present({ exitCode: 0, output: 'lifted' }),
    },
    {
      host: 'tesseract',
      command: ['launchctl', 'enable', 'all'],
      atMs: RESUME + 100,
      result: present({ exitCode: 0, output: '' }),
    },
  ];
  s.lives = s.lives.filter((one) => one.services.length === 0);
  for (const [index, { name, host }] of s.plan.services.entries()) {
    const isBroker = name === 'principal';
    const startMs = RESUME + (isBroker ? 200 : 300 + index * 50);
    s.lives.push(
      life(name, host, 200 + index, 0, isBroker ? GONE : T0 + 400),
      life(name, host, 300 + index, startMs + 100, FOREVER),
    );
    s.starts.push({ service: name, host, atMs: startMs });
  }
  const lifted = RESUME + 40;
  const inForce = (ms: number): boolean => ms >= T0 + 50 && ms < lifted;
  s.api = (ms) =>
    ms >= GONE && ms < UP
      ? { kind: 'unreadable', reason: 'connection refused' }
      : present(inForce(ms) ? deep : calm);
  s.storeRests = (ms) => (ms >= GONE && ms < GONE + 200) || (ms >= RESUME + 250 && ms < UP);
  s.store = (ms) =>
    present({
      state: inForce(ms) ? deep : { ...calm, revision: ms < T0 ? 1 : 3 },
      incidents:
        ms < T0 + 50
          ? []
          : [
              {
                id: 'i-1',
                level: 4,
                reason: halted.reason,
                openedAt: '2026-11-22T10:00:05Z',
                resolvedAt: ms < lifted ? null : '2026-11-22T10:00:14Z',
              },
            ],
      inode: 7,
    });
  s.audit = (ms) =>
    present([
      auditLine(1, 'principal', 'knox', 'started'),
      ...(ms < T0
        ? []
        : LEVEL4.map((name, index) => {
            const host = TRADERS.includes(name) ? 'tesseract' : 'knox';
            return auditLine(2 + index, name, host, name === 'principal' ? 'going' : 'stopped');
          })),
    ]);
  s.reply = { kind: 'unreadable', reason: 'socket hang up' };
  return s;
}
