import type { PlannedService } from '../../../../src/drill/model/plan.ts';
import { present, type Reading } from '../../../../src/drill/model/reading.ts';
import {
  BACK,
  baselineLife,
  DEADLINE,
  END,
  type FakeLife,
  FOREVER,
  life,
  livesOf,
  neverStops,
  RESUME,
  type Scenario,
  T0,
} from '../../scenario.ts';
import { briefly, child, hermes, newcomer, refuse } from '../case.ts';
import type { Row } from './row.ts';

/** The record of an act comes this long before the act. */
const AHEAD = 3;
/** Samples are sent at whole fifths of a second, see what is there 10 ms later and arrive after 20. */
const LAST_SENT = 14_600;
const LAST_RECEIVED = LAST_SENT + 20;

function planned(s: Scenario, name: string, change: Partial<PlannedService>): void {
  const services = s.plan.services.map((one) => (one.name === name ? { ...one, ...change } : one));
  s.plan = { ...s.plan, services };
}

function timed(s: Scenario, change: Partial<Scenario['plan']['timing']>): void {
  s.plan = { ...s.plan, timing: { ...s.plan.timing, ...change } };
}

function another(s: Scenario, name: string, pid: number, fromMs: number, toMs: number): FakeLife {
  const host = s.plan.services.find((one) => one.name === name)?.host ?? '';
  const made = life(name, host, pid, fromMs, toMs);
  s.lives.push(made);
  return made;
}

/** A second process of a service that has two. */
function twoOf(s: Scenario, name: string, toMs: number): FakeLife {
  planned(s, name, { instances: 2 });
  another(s, name, 711, RESUME + 500, FOREVER);
  return another(s, name, 710, 0, toMs);
}

function goneBefore(s: Scenario, name: string): void {
  const before = baselineLife(s, name);
  s.lives = s.lives.filter((one) => one !== before);
}

function neverTriggered(s: Scenario): void {
  s.triggered = false;
  s.crash = null;
  s.resumeAt = null;
  s.endMs = T0;
}

/** The resume is asked for at that time, and the halt ends with it. */
function haltEndsAt(s: Scenario, ms: number): void {
  s.resumeAt = ms + AHEAD;
}

function doubtful(s: Scenario, pid: number, fromMs: number, toMs: number, of = ['hermes']): FakeLife {
  const made = { ...life('', 'tesseract', pid, fromMs, toMs), services: [], undecided: of };
  s.lives.push(made);
  return made;
}

const bystander: PlannedService = {
  name: 'scribe',
  host: 'tesseract',
  role: 'bystander',
  match: { script: '/opt/invictus/bin/scribe' },
  instances: 1,
  leaves: [],
  heartbeat: null,
  start: ['launchctl', 'start', 'scribe'],
};

/** A third host that is the same machine as tesseract, and shows what runs there, but for what is left out. */
function withAtlas(s: Scenario, leftOut: (one: FakeLife) => boolean = () => false, first = false): void {
  const atlas = { name: 'atlas', reachedBy: 'ssh ops@192.0.2.8:22', manager: 'launchd' } as const;
  s.plan = {
    ...s.plan,
    hosts: first ? [atlas, ...s.plan.hosts] : [...s.plan.hosts, atlas],
    oneMachine: [['atlas', 'tesseract']],
  };
  s.scopes.atlas = s.scopes.tesseract ?? { bootId: '', pidNamespace: '' };
  for (const one of s.lives) {
    if (one.hosts.includes('tesseract') && !leftOut(one)) one.hosts = ['tesseract', 'atlas'];
  }
  for (const canary of s.canaries.filter(({ host }) => host === 'tesseract')) {
    const goneMs = (canary.killedMs ?? 0) + 10;
    s.canaries.push({ ...canary, host: 'atlas', tag: `${canary.tag}-2`, pid: canary.pid + 20, goneMs });
  }
}

const isHermes = (one: FakeLife): boolean => one.services.includes('hermes');

/** Seen by whole tables only, since nothing shows beforehand what it will be. */
function unwatched(one: FakeLife): void {
  one.services = [];
  one.matchedAt = () => ['hermes'];
}

function horusCrashed(s: Scenario): FakeLife {
  const first = baselineLife(s, 'horus');
  s.plan = { ...s.plan, crash: 'horus' };
  for (const one of livesOf(s, 'principal')) if (one.pid === 101) one.fromMs = FOREVER;
  baselineLife(s, 'principal').toMs = FOREVER;
  const { api } = s;
  s.api = (ms) => (api(ms).kind === 'present' ? api(ms) : api(BACK));
  const atMs = s.crash?.atMs ?? 0;
  s.crash = { pid: first.pid, start: first.start, atMs, service: 'horus' };
  first.toMs = atMs + 30;
  return another(s, 'horus', 730, atMs + 300, FOREVER);
}

function brokerRunsOn(s: Scenario): FakeLife {
  s.plan = { ...s.plan, crash: null };
  s.crash = null;
  const { api } = s;
  s.api = (ms) => (api(ms).kind === 'present' ? api(ms) : api(BACK));
  s.lives = s.lives.filter(({ pid }) => pid !== 101);
  const only = baselineLife(s, 'principal');
  only.toMs = FOREVER;
  return only;
}

/** Beats as told, and every half second of the plan unless told otherwise. */
function beating(s: Scenario, beat: (ms: number) => string | null | Reading<string>, everyMs = 500): void {
  planned(s, 'sentinel', { heartbeat: { file: '/run/sentinel', everyMs } });
  s.heartbeat = (_, ms) => {
    const read = beat(ms);
    if (read === null) return { kind: 'absent' };
    return typeof read === 'string' ? present(read) : read;
  };
}

const unread: Reading<string> = { kind: 'unreadable', reason: 'EACCES' };
const ticking = (ms: number): string => String(Math.floor(ms / 250));
const stopped =
  (from: number, to = FOREVER) =>
  (ms: number) =>
    ticking(ms >= from && ms < to ? from : ms);
const frozen =
  (from: number, to = FOREVER, letter = 'T') =>
  (ms: number) => ({ state: ms >= from && ms < to ? letter : 'S' });
const ended = { state: 'Z', liveThreads: 0 };
const working = { state: 'Z', liveThreads: 2 };

const beforeTheTrigger: readonly Row[] = [
  ['hermes ran one process of two', (s) => planned(s, 'hermes', { instances: 2 })],
  [
    'hermes was down, and the drill was interrupted before its trigger',
    (s) => {
      goneBefore(s, 'hermes');
      neverTriggered(s);
      s.interruptedAt = 4500;
    },
  ],
  [
    'hermes was down, and nothing was triggered',
    (s) => {
      goneBefore(s, 'hermes');
      neverTriggered(s);
    },
  ],
  [
    'hermes was down, and the drill was interrupted in the hold',
    (s) => {
      goneBefore(s, 'hermes');
      s.interruptedAt = T0 + 3000;
    },
  ],
  ['horus was down', (s) => goneBefore(s, 'horus')],
  [
    'hermes went with the last sample, and nothing was triggered',
    (s) => {
      hermes(s).toMs = 4700;
      neverTriggered(s);
    },
  ],
  [
    'hermes came with the last sample, and nothing was triggered',
    (s) => {
      hermes(s).fromMs = 4700;
      neverTriggered(s);
    },
  ],
  [
    'a bystander was down, is doubted and runs elsewhere',
    (s) => {
      s.plan = { ...s.plan, services: [...s.plan.services, bystander] };
      doubtful(s, 750, 0, FOREVER, ['scribe']);
      s.lives.push(life('scribe', 'knox', 751, 0, FOREVER));
    },
  ],
  [
    'a bystander runs twice',
    (s) => {
      s.plan = { ...s.plan, services: [...s.plan.services, bystander] };
      s.lives.push(
        life('scribe', 'tesseract', 751, 0, FOREVER),
        life('scribe', 'tesseract', 752, 0, FOREVER),
      );
    },
  ],
  [
    'knox was never seen',
    (s) => {
      s.sampling = (host) => (host === 'knox' ? 'lost' : 'kept');
    },
  ],
  [
    'tesseract was first seen after the trigger',
    (s) => {
      s.sampling = (host, ms) => (host === 'tesseract' && ms <= T0 ? 'lost' : 'kept');
    },
  ],
];

const inDoubt: readonly Row[] = [
  [
    'six processes may be hermes, and something else for another reason',
    (s) => {
      for (const pid of [750, 751, 752, 753, 754, 755])
        doubtful(s, pid, 0, FOREVER, ['shiva', 'hermes']).doubt = (name) => `${name} is not readable`;
    },
  ],
  [
    'hermes could no longer be told just before the trigger',
    (s) => Object.assign(hermes(s), { undecided: ['hermes'], undecidedFromMs: T0 - 500 }),
  ],
  [
    'hermes could not be told once the trigger had come, and stopped',
    (s) => Object.assign(hermes(s), { undecided: ['hermes'], undecidedFromMs: T0 + 500, toMs: T0 + 2300 }),
  ],
  [
    'what may be hermes was seen for just as long as a gap may be',
    (s) => {
      timed(s, { maxGapMs: 1020 });
      doubtful(s, 750, 6205, 7215);
    },
  ],
  [
    'what may be hermes was seen for longer than a gap may be',
    (s) => {
      timed(s, { maxGapMs: 1019 });
      doubtful(s, 750, 6205, 7215);
    },
  ],
  ['what may have been hermes was gone before the trigger', (s) => void doubtful(s, 750, 2000, T0 - 100)],
  ['what may be hermes came after the undo', (s) => void doubtful(s, 750, RESUME + 200, FOREVER)],
  [
    'what may be hermes came as the halt ended',
    (s) => {
      haltEndsAt(s, LAST_SENT);
      doubtful(s, 750, LAST_SENT, FOREVER);
    },
  ],
  [
    'what may be hermes was only ever seen dead',
    (s) => {
      doubtful(s, 750, 0, FOREVER).state = () => ended;
    },
  ],
  [
    'what may be horus runs, and nothing was triggered',
    (s) => {
      neverTriggered(s);
      doubtful(s, 750, 0, FOREVER, ['horus']);
    },
  ],
];

const copies: readonly Row[] = [
  ['hermes ran twice', (s) => void another(s, 'hermes', 710, 0, T0 + 400)],
  ['one whole table shows a second hermes', (s) => void another(s, 'hermes', 710, 4700, 5400)],
  ['two whole tables show a second hermes', (s) => void another(s, 'hermes', 710, 4700, 6900)],
  [
    'hermes ran three times and may twice, and one whole table shows the third',
    (s) => {
      twoOf(s, 'hermes', T0 + 400);
      another(s, 'hermes', 712, 4700, 5400);
    },
  ],
  [
    'two copies of hermes ran on knox, and two more for a while',
    (s) => {
      for (const [pid, toMs] of [
        [722, 7500],
        [723, 8900],
      ] as const)
        s.lives.push(life('hermes', 'knox', pid, 6700, toMs));
      s.lives.push(life('hermes', 'knox', 720, 0, FOREVER), life('hermes', 'knox', 721, 0, FOREVER));
    },
  ],
  [
    'one whole table shows a copy of hermes on knox',
    (s) => {
      s.lives.push(life('hermes', 'knox', 722, 6700, 7500));
    },
  ],
  [
    'the same daemon is declared on both hosts, and stopped on both',
    (s) => {
      const twin = s.plan.services.find(({ name }) => name === 'hermes');
      if (twin !== undefined)
        s.plan = { ...s.plan, services: [...s.plan.services, { ...twin, name: 'hermes-2', host: 'knox' }] };
      for (const one of livesOf(s, 'hermes')) {
        one.services = ['hermes', 'hermes-2'];
        s.lives.push({ ...one, pid: one.pid + 500, hosts: ['knox'] });
      }
    },
  ],
  [
    'the same daemon is declared on both hosts, and runs on at one',
    (s) => {
      const twin = s.plan.services.find(({ name }) => name === 'hermes');
      if (twin !== undefined)
        s.plan = { ...s.plan, services: [...s.plan.services, { ...twin, name: 'hermes-2', host: 'knox' }] };
      for (const one of livesOf(s, 'hermes')) {
        one.services = ['hermes', 'hermes-2'];
        if (one.fromMs < T0) s.lives.push({ ...one, pid: one.pid + 500, hosts: ['knox'], toMs: FOREVER });
      }
    },
  ],
];

const twoHostsOneMachine: readonly Row[] = [
  ['tesseract and atlas are one machine', (s) => withAtlas(s)],
  [
    'a copy of sentinel ran on a machine of two hosts, and the later name saw it first',
    (s) => {
      s.lives.push(life('sentinel', 'tesseract', 720, 2200, FOREVER));
      withAtlas(s);
      s.lagMs = { atlas: 100 };
    },
  ],
  ['atlas does not show hermes, which runs on its machine', (s) => withAtlas(s, isHermes)],
  [
    'atlas does not show hermes, and tesseract overlooks it once',
    (s) => {
      hermes(s).missedAt = (ms) => ms > 3600 && ms < 3700;
      withAtlas(s, isHermes, true);
    },
  ],
  [
    'atlas, asked just after tesseract, does not show hermes',
    (s) => {
      withAtlas(s, isHermes);
      s.lagMs = { atlas: 20 };
    },
  ],
  [
    'atlas, asked just before tesseract, lacks a short life of hermes',
    (s) => {
      newcomer(s, 6700, 7100);
      withAtlas(s, ({ pid }) => pid === 701);
      s.lagMs = { atlas: 180 };
    },
  ],
  [
    'atlas, asked between two looks of tesseract, lacks a short life of hermes',
    (s) => {
      newcomer(s, 6700, 7100);
      withAtlas(s, ({ pid }) => pid === 701);
      s.lagMs = { atlas: 100 };
    },
  ],
  [
    'hermes runs on, and atlas alone shows it from the trigger on',
    (s) => {
      neverStops(s, 'hermes');
      withAtlas(s);
      s.sampling = (host, ms) => (host === 'tesseract' && ms > T0 + 1000 ? 'lost' : 'kept');
    },
  ],
  [
    'hermes came on atlas alone while halted',
    (s) => {
      const made = newcomer(s, T0 + 3000, FOREVER);
      withAtlas(s);
      made.hosts = ['atlas'];
    },
  ],
];

const stops: readonly Row[] = [
  ['hermes is seen by whole tables only', (s) => unwatched(hermes(s))],
  ['hermes died just in time', (s) => timed(s, { withinMs: 420 })],
  ['hermes may have died just too late', (s) => timed(s, { withinMs: 419 })],
  ['hermes was last seen just before the deadline', (s) => timed(s, { withinMs: 201 })],
  ['hermes was last seen at the deadline', (s) => timed(s, { withinMs: 200 })],
  ['the hold was just as long as the targets stood still', (s) => timed(s, { holdMs: 8980 })],
  ['the hold was longer than the targets stood still', (s) => timed(s, { holdMs: 8981 })],
  [
    'hermes was gone in the last sample of the halt, which is the deadline',
    (s) => {
      hermes(s).toMs = RESUME;
      haltEndsAt(s, LAST_RECEIVED);
      timed(s, { withinMs: LAST_RECEIVED - T0 });
    },
  ],
  [
    'hermes was gone in the last sample of the halt',
    (s) => {
      hermes(s).toMs = RESUME;
      haltEndsAt(s, LAST_RECEIVED);
    },
  ],
  [
    'hermes was gone as the halt had just ended',
    (s) => {
      hermes(s).toMs = RESUME;
      haltEndsAt(s, LAST_RECEIVED - 1);
    },
  ],
  [
    'hermes ran on, and was last seen at the deadline',
    (s) => {
      neverStops(s, 'hermes');
      timed(s, { withinMs: 9400 });
    },
  ],
  [
    'hermes ran on, and was last seen just before the deadline',
    (s) => {
      neverStops(s, 'hermes');
      timed(s, { withinMs: 9401 });
    },
  ],
  [
    'hermes stopped late, and was overlooked once',
    (s) => {
      hermes(s).toMs = DEADLINE + 700;
      hermes(s).missedAt = (ms) => ms > 7000 && ms < 7100;
    },
  ],
  [
    'tesseract was lost after the trigger',
    (s) => {
      neverStops(s, 'hermes');
      s.sampling = (host, ms) => (host === 'tesseract' && ms > T0 + 2000 ? 'failed' : 'kept');
    },
  ],
  [
    'two processes of hermes stopped late, the first later',
    (s) => {
      hermes(s).toMs = DEADLINE + 900;
      twoOf(s, 'hermes', DEADLINE + 300);
      child(s, 0, DEADLINE + 500);
    },
  ],
  ['one process of hermes stopped in time, and one late', (s) => void twoOf(s, 'hermes', DEADLINE + 300)],
  [
    'one process of hermes stopped around the deadline, and one late',
    (s) => {
      hermes(s).toMs = DEADLINE - 10;
      twoOf(s, 'hermes', DEADLINE + 300);
    },
  ],
  [
    'hermes stopped, its child later and in time',
    (s) => {
      briefly(s, T0 + 400);
      child(s, T0 - 800, DEADLINE - 500);
    },
  ],
];

const ranOn: readonly Row[] = [
  [
    'hermes and its child run on',
    (s) => {
      neverStops(s, 'hermes');
      child(s, 0, FOREVER);
    },
  ],
  [
    'a child that hermes had forked before the trigger runs on as hermes',
    (s) => Object.assign(child(s, 0, RESUME + 90), { services: ['hermes'] }),
  ],
  [
    'a child of hermes and a child that took its place run on',
    (s) => {
      child(s, 0, RESUME + 90);
      s.lives.push({
        ...life('hermes', 'tesseract', 702, T0 + 200, RESUME + 90),
        ppid: hermes(s).pid,
        pgrp: hermes(s).pid,
      });
    },
  ],
  [
    'a child of hermes runs until the last sample of the halt, another for some time',
    (s) => {
      const parent = { ppid: hermes(s).pid, pgrp: hermes(s).pid, services: [] };
      s.lives.push({ ...life('', 'tesseract', 703, 0, RESUME - 900), ...parent });
      s.sampling = (host, ms) => (host === 'tesseract' && ms === 13_800 ? 'lost' : 'kept');
      child(s, 0, RESUME + 90);
      s.lives.push({ ...life('', 'tesseract', 704, 0, RESUME - 200), ...parent });
    },
  ],
  [
    'hermes was not said to be stopped, and runs on beside its child',
    (s) => {
      neverStops(s, 'hermes');
      child(s, T0 + 200, RESUME + 90);
      refuse(s);
    },
  ],
  [
    'a child that had taken the place of hermes runs on under another name',
    (s) =>
      Object.assign(child(s, T0 + 200, RESUME + 90), {
        services: ['hermes'],
        matchedAt: (ms: number) => (ms < T0 + 1000 ? ['hermes'] : []),
      }),
  ],
  [
    'a late child of hermes cannot be told from it',
    (s) => Object.assign(child(s, T0 + 200, RESUME + 90), { undecided: ['hermes'] }),
  ],
  [
    'a late child of hermes cannot be told from shiva',
    (s) => Object.assign(child(s, T0 + 200, RESUME + 90), { undecided: ['shiva'] }),
  ],
  [
    'a late child of hermes was never looked at',
    (s) => Object.assign(child(s, T0 + 200, RESUME + 90), { unexamined: true }),
  ],
  [
    'a late child of hermes lost its main thread and works on',
    (s) => Object.assign(child(s, T0 + 200, RESUME + 90), { state: () => working }),
  ],
  [
    'a child of hermes pretends to be a canary',
    (s) => Object.assign(child(s, 0, RESUME + 90), { canary: 'forged' }),
  ],
  [
    'a child of hermes was first seen in the last sample of the halt',
    (s) => {
      haltEndsAt(s, LAST_RECEIVED);
      child(s, LAST_SENT, RESUME + 400);
    },
  ],
  [
    'a child of hermes was first seen as the halt had just ended',
    (s) => {
      haltEndsAt(s, LAST_RECEIVED - 1);
      child(s, LAST_SENT, RESUME + 400);
    },
  ],
  [
    'shiva was started by hermes, and runs on',
    (s) => {
      neverStops(s, 'shiva');
      baselineLife(s, 'shiva').ppid = hermes(s).pid;
    },
  ],
  [
    'hermes is traced until the undo',
    (s) => {
      neverStops(s, 'hermes');
      hermes(s).state = frozen(T0 + 100, RESUME, 't');
    },
  ],
  [
    'hermes is frozen only after the undo',
    (s) => {
      neverStops(s, 'hermes');
      hermes(s).state = frozen(RESUME);
    },
  ],
  [
    'hermes is frozen in the last sample of the halt',
    (s) => {
      neverStops(s, 'hermes');
      haltEndsAt(s, LAST_RECEIVED);
      hermes(s).state = frozen(LAST_SENT, LAST_RECEIVED);
    },
  ],
  [
    'one process of hermes is frozen, and one has another name',
    (s) => {
      neverStops(s, 'hermes');
      hermes(s).state = frozen(T0 + 100);
      planned(s, 'hermes', { instances: 2 });
      another(s, 'hermes', 710, 0, FOREVER).matchedAt = (ms) => (ms < T0 + 300 ? ['hermes'] : []);
    },
  ],
  [
    'one process of hermes is frozen, and one runs on',
    (s) => {
      neverStops(s, 'hermes');
      hermes(s).state = frozen(T0 + 100);
      planned(s, 'hermes', { instances: 2 });
      another(s, 'hermes', 710, 0, FOREVER);
    },
  ],
  [
    'hermes has another name in the last whole table of the halt',
    (s) => {
      neverStops(s, 'hermes');
      haltEndsAt(s, 14_800);
      hermes(s).matchedAt = (ms) => (ms < 14_800 ? ['hermes'] : []);
    },
  ],
  [
    'hermes has another name, and lost its main thread',
    (s) => {
      neverStops(s, 'hermes');
      hermes(s).matchedAt = (ms) => (ms < T0 + 300 ? ['hermes'] : []);
      hermes(s).state = (ms) => (ms < T0 + 300 ? { state: 'S' } : working);
    },
  ],
  [
    'one of two processes of hermes runs on, and the halt was refused',
    (s) => {
      planned(s, 'hermes', { instances: 2 });
      another(s, 'hermes', 710, 0, FOREVER);
      refuse(s);
    },
  ],
];

const cameBack: readonly Row[] = [
  [
    'hermes came back twice, and one stayed',
    (s) => {
      newcomer(s, T0 + 3000, T0 + 3600);
      another(s, 'hermes', 702, T0 + 4000, RESUME + 100);
    },
  ],
  ['a second hermes was last seen as the first was gone', (s) => void newcomer(s, T0 + 150, T0 + 450)],
  ['a second hermes was seen once more as the first was gone', (s) => void newcomer(s, T0 + 150, T0 + 650)],
  [
    'hermes was down, and came for a while',
    (s) => {
      goneBefore(s, 'hermes');
      newcomer(s, T0 + 3000, T0 + 3600);
    },
  ],
  [
    'hermes came back twice, and was gone in the last sample of the halt',
    (s) => {
      newcomer(s, T0 + 3000, T0 + 3600);
      another(s, 'hermes', 702, T0 + 4000, RESUME);
      haltEndsAt(s, LAST_RECEIVED);
    },
  ],
  [
    'hermes came back with the last sample of the halt',
    (s) => {
      newcomer(s, RESUME, RESUME + 400);
      haltEndsAt(s, LAST_RECEIVED);
    },
  ],
  [
    'hermes came back as the halt had just ended',
    (s) => {
      newcomer(s, RESUME, RESUME + 400);
      haltEndsAt(s, LAST_RECEIVED - 1);
    },
  ],
  [
    'hermes came back with a child that started in the same tick',
    (s) => {
      const back = newcomer(s, T0 + 3000, FOREVER);
      s.lives.unshift({ ...back, pid: 740, ppid: 701, pgrp: 701 });
    },
  ],
  [
    'hermes had a child that looks like it and started in the same tick',
    (s) => s.lives.unshift({ ...hermes(s), pid: 740, ppid: hermes(s).pid, pgrp: hermes(s).pid }),
  ],
  [
    'hermes came back as a dead process',
    (s) => {
      newcomer(s, T0 + 3000, RESUME + 100).state = () => ended;
    },
  ],
];

const survivors: readonly Row[] = [
  [
    'horus was replaced by the undo',
    (s) => {
      baselineLife(s, 'horus').toMs = RESUME + 600;
      another(s, 'horus', 730, RESUME + 800, FOREVER);
    },
  ],
  [
    'horus was ended by the undo, and stayed away',
    (s) => {
      baselineLife(s, 'horus').toMs = RESUME + 600;
    },
  ],
  [
    'two processes of horus ended, and one was replaced',
    (s) => {
      baselineLife(s, 'horus').toMs = T0 + 500;
      planned(s, 'horus', { instances: 2 });
      another(s, 'horus', 731, 0, T0 + 1500);
      another(s, 'horus', 730, T0 + 700, FOREVER);
    },
  ],
  [
    'one process of horus was replaced while halted, and one by the undo',
    (s) => {
      baselineLife(s, 'horus').toMs = T0 + 500;
      planned(s, 'horus', { instances: 2 });
      another(s, 'horus', 731, 0, RESUME + 1500);
      another(s, 'horus', 730, T0 + 700, FOREVER);
      another(s, 'horus', 732, RESUME + 1700, FOREVER);
    },
  ],
  [
    'horus was replaced, and its successor went too',
    (s) => {
      baselineLife(s, 'horus').toMs = T0 + 500;
      another(s, 'horus', 730, T0 + 700, T0 + 2000);
    },
  ],
  ['a second horus came while halted', (s) => void another(s, 'horus', 730, T0 + 700, FOREVER)],
  [
    'horus was gone in the last sample of the halt',
    (s) => {
      baselineLife(s, 'horus').toMs = RESUME;
      haltEndsAt(s, LAST_RECEIVED);
    },
  ],
  ['the drill crashed horus, which came back', (s) => void horusCrashed(s)],
  [
    'the drill crashed horus, which did not come back',
    (s) => {
      horusCrashed(s).fromMs = FOREVER;
    },
  ],
  [
    'the drill crashed horus, which ended again',
    (s) => {
      horusCrashed(s).toMs = T0 + 4000;
      another(s, 'horus', 732, T0 + 4200, FOREVER);
    },
  ],
  [
    'the drill crashed one of two processes of horus, and the other ended',
    (s) => {
      horusCrashed(s);
      planned(s, 'horus', { instances: 2 });
      another(s, 'horus', 731, 0, T0 + 4000);
    },
  ],
  [
    'the broker ended again, and its third life too',
    (s) => {
      for (const one of livesOf(s, 'principal')) if (one.pid === 101) one.toMs = T0 + 4000;
      another(s, 'principal', 732, T0 + 4200, T0 + 6000);
    },
  ],
  [
    'the broker ended again after the undo',
    (s) => {
      for (const one of livesOf(s, 'principal')) if (one.pid === 101) one.toMs = RESUME + 600;
      another(s, 'principal', 732, RESUME + 800, FOREVER);
    },
  ],
  [
    'the broker did not come back after its crash',
    (s) => {
      s.lives = s.lives.filter(({ pid }) => pid !== 101);
    },
  ],
  [
    'the crash hit nothing, and the broker ended all the same',
    (s) => {
      if (s.crash !== null) s.crash.missed = true;
    },
  ],
  [
    'the crash was to hit another life of the broker',
    (s) => {
      if (s.crash !== null) s.crash.start = 999;
    },
  ],
  [
    'the crash was to hit another process than the broker',
    (s) => {
      if (s.crash !== null) s.crash.pid = 120;
    },
  ],
  [
    'the broker was replaced before the drill crashed it',
    (s) => {
      const [first, second] = livesOf(s, 'principal');
      if (first === undefined || second === undefined) return;
      first.toMs = T0 + 700;
      second.fromMs = T0 + 900;
      second.toMs = T0 + 1530;
      s.crash = { pid: second.pid, start: second.start, atMs: T0 + 1500 };
      another(s, 'principal', 732, T0 + 1800, FOREVER);
    },
  ],
  ['the broker lived on', (s) => void brokerRunsOn(s)],
  [
    'the broker was replaced by the undo',
    (s) => {
      brokerRunsOn(s).toMs = RESUME + 600;
      another(s, 'principal', 732, RESUME + 800, FOREVER);
    },
  ],
  [
    'the broker was last seen as the halt ended, and was replaced',
    (s) => {
      haltEndsAt(s, LAST_SENT);
      brokerRunsOn(s).toMs = LAST_SENT + 100;
      another(s, 'principal', 732, LAST_SENT + 300, FOREVER);
    },
  ],
  [
    'the broker restarted by itself while halted',
    (s) => {
      brokerRunsOn(s).toMs = T0 + 700;
      another(s, 'principal', 732, T0 + 900, FOREVER);
    },
  ],
  [
    'the broker ended by itself while halted, and stayed away',
    (s) => {
      brokerRunsOn(s).toMs = T0 + 700;
    },
  ],
  [
    'the broker was down before the trigger and came while halted',
    (s) => {
      goneBefore(s, 'principal');
      s.plan = { ...s.plan, crash: null };
      s.crash = null;
    },
  ],
];

/** Keeps only those samples of knox from then on. */
const knoxOnly = (s: Scenario, fromMs: number, kept: readonly number[]): void => {
  s.sampling = (host, ms) =>
    host === 'knox' && ms >= fromMs && ms <= RESUME && !kept.includes(ms) ? 'lost' : 'kept';
  timed(s, { maxGapMs: 3000 });
};

const health: readonly Row[] = [
  [
    'horus was frozen for the last second of the halt',
    (s) => {
      baselineLife(s, 'horus').state = frozen(13_400);
    },
  ],
  [
    'horus was frozen for less than the last second of the halt',
    (s) => {
      baselineLife(s, 'horus').state = frozen(13_600);
    },
  ],
  [
    'horus was frozen in the last two samples of the halt',
    (s) => {
      baselineLife(s, 'horus').state = frozen(12_900);
      knoxOnly(s, 12_800, [13_000, 14_400]);
    },
  ],
  [
    'horus was traced in the last three samples of the halt',
    (s) => {
      baselineLife(s, 'horus').state = frozen(12_900, FOREVER, 't');
      knoxOnly(s, 12_800, [13_000, 13_800, 14_400]);
    },
  ],
  [
    'horus was frozen throughout, but for one sample after the trigger',
    (s) => {
      baselineLife(s, 'horus').state = (ms) => ({ state: ms > 7000 && ms < 7200 ? 'S' : 'T' });
      haltEndsAt(s, LAST_RECEIVED);
    },
  ],
  [
    'horus was frozen throughout',
    (s) => {
      baselineLife(s, 'horus').state = frozen(0);
      haltEndsAt(s, LAST_RECEIVED - 1);
    },
  ],
  [
    'horus was frozen until the last sample of the halt',
    (s) => {
      baselineLife(s, 'horus').state = frozen(0, RESUME - 200);
    },
  ],
  [
    'the second process of horus was frozen',
    (s) => {
      planned(s, 'horus', { instances: 2 });
      another(s, 'horus', 731, 0, FOREVER).state = frozen(T0 + 500);
    },
  ],
  [
    'sentinel was frozen and its heartbeat stood still',
    (s) => {
      baselineLife(s, 'sentinel').state = frozen(T0 + 500);
      beating(s, stopped(T0 + 500));
    },
  ],
  [
    'the heartbeat could not be read before the trigger',
    (s) => beating(s, (ms) => (ms < T0 ? unread : ticking(ms))),
  ],
  ['the heartbeat could never be read', (s) => beating(s, () => unread)],
  [
    'the heartbeat was not there before the trigger',
    (s) => beating(s, (ms) => (ms < T0 ? null : ticking(ms))),
  ],
  [
    'the heartbeat could not be read while halted',
    (s) => beating(s, (ms) => (ms > T0 && ms < RESUME ? unread : ticking(ms))),
  ],
  [
    'the heartbeat was last read just long enough before the undo',
    (s) => {
      beating(s, (ms) => (ms > 11_000 ? unread : ticking(ms)));
      timed(s, { maxGapMs: RESUME - AHEAD - 10_800 - 2000 });
    },
  ],
  [
    'the heartbeat was last read just too long before the undo',
    (s) => {
      beating(s, (ms) => (ms > 11_000 ? unread : ticking(ms)));
      timed(s, { maxGapMs: RESUME - AHEAD - 10_800 - 2000 - 1 });
    },
  ],
  ['the heartbeat was gone from the trigger on', (s) => beating(s, (ms) => (ms > T0 ? null : ticking(ms)))],
  [
    'a slow heartbeat first changed after the trigger',
    (s) => beating(s, (ms) => (ms < T0 ? '7' : ticking(ms)), 1260),
  ],
  [
    'a heartbeat that should have changed before the trigger changed after it',
    (s) => beating(s, (ms) => (ms < T0 ? '7' : ticking(ms)), 1259),
  ],
  ['a slow heartbeat never changed', (s) => beating(s, () => '7', 1260)],
  ['the heartbeat stood still for as long as it may', (s) => beating(s, stopped(6800, 14_820), 2660)],
  ['the heartbeat stood still for longer than it may', (s) => beating(s, stopped(6800, 14_820), 2659)],
  [
    'the heartbeat stood still on both sides of a look that failed',
    (s) => beating(s, (ms) => (ms > 8800 && ms < 8900 ? unread : stopped(6800, 10_900)(ms))),
  ],
  [
    'the heartbeat stood still on both sides of a lost sample',
    (s) => {
      beating(s, stopped(6800, 10_900));
      s.sampling = (host, ms) => (host === 'knox' && ms === 8800 ? 'failed' : 'kept');
    },
  ],
  [
    'the heartbeat stood still twice for as long, after a look that failed',
    (s) =>
      beating(s, (ms) => {
        if (ms > 6800 && ms < 6900) return unread;
        return ms < 12_900 ? stopped(8800, 12_900)(ms) : stopped(14_800, END)(ms);
      }),
  ],
  [
    'the heartbeat stood still twice, the second time longer',
    (s) => beating(s, (ms) => (ms < 9000 ? stopped(4800, 8900)(ms) : stopped(10_800, 17_000)(ms))),
  ],
  [
    'the heartbeat stood still twice for as long',
    (s) => beating(s, (ms) => (ms < 9000 ? stopped(4800, 8900)(ms) : stopped(10_800, 14_900)(ms))),
  ],
  ['the heartbeat stood still until the trigger', (s) => beating(s, stopped(2800, T0), 2000)],
  [
    'the heartbeat stood still from before the trigger until a sample at the trigger',
    (s) => {
      s.sampling = (host, ms) => (host === 'knox' && ms === 1400 ? 'lost' : 'kept');
      beating(s, (ms) => (ms < 5100 ? '7' : ticking(ms)), 500);
    },
  ],
];

export const stopping: readonly Row[] = [
  ...beforeTheTrigger,
  ...inDoubt,
  ...copies,
  ...twoHostsOneMachine,
  ...stops,
  ...ranOn,
  ...cameBack,
  ...survivors,
  ...health,
];
