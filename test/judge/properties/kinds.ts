import fc from 'fast-check';
import { present } from '../../../src/drill/model/reading.ts';
import { DEADLINE, END, FOREVER, life, livesOf, RESUME, type Scenario, T0 } from '../scenario.ts';
import type { Change } from '../scenarios/case.ts';

/** What may happen to a fleet and to the evidence of it, in words. */
export interface Happening {
  readonly says: string;
  readonly change: Change;
}

const HOSTS = ['knox', 'tesseract'];
const SERVICES = ['hermes', 'shiva', 'principal', 'sentinel', 'horus'];
const host = fc.constantFrom(...HOSTS);
const service = fc.constantFrom(...SERVICES);
const moment = fc.oneof(
  fc.integer({ min: 2000, max: END }),
  // Where it is decided: around the trigger, the deadline and the undo, and until that is proven.
  ...[T0, DEADLINE, RESUME].map((ms) => fc.integer({ min: ms - 150, max: ms + 150 })),
  fc.integer({ min: RESUME, max: END }),
);
const long = fc.integer({ min: 50, max: 9000 });

function kind<T>(name: string, of: fc.Arbitrary<T>, change: (one: T, s: Scenario) => void) {
  return of.map(
    (one): Happening => ({
      says: `${name} ${JSON.stringify(one)}`,
      change: (s) => change(one, s),
    }),
  );
}

const pidAfter = (s: Scenario, from: number): number => from + (s.lives.length % 50);

function bear(s: Scenario, of: string, fromMs: number, forMs: number, other: object): void {
  const parent = livesOf(s, of).find((one) => one.fromMs < fromMs && one.toMs > fromMs);
  const where = parent?.hosts[0];
  if (parent === undefined || where === undefined) return;
  const one = life('', where, pidAfter(s, 750), fromMs, fromMs + forMs);
  s.lives.push({ ...one, services: [], ppid: parent.pid, pgrp: parent.pid, ...other });
}

const death = kind(
  'ends',
  fc.record({ name: service, which: fc.nat(1), atMs: fc.oneof(moment, fc.constant(FOREVER)) }),
  ({ name, which, atMs }, s) => {
    const one = livesOf(s, name)[which];
    if (one !== undefined && atMs > one.fromMs) one.toMs = atMs;
  },
);
const birth = kind(
  'another life',
  fc.record({ name: fc.constantFrom(...SERVICES, ''), where: host, atMs: moment, forMs: long }),
  ({ name, where, atMs, forMs }, s) => {
    const one = life(name, where, pidAfter(s, 700), atMs, atMs + forMs);
    s.lives.push(name === '' ? { ...one, services: [] } : one);
  },
);
const child = kind(
  'a child',
  fc.record({ of: service, fromMs: moment, forMs: long, looksLike: fc.constantFrom('', ...SERVICES) }),
  ({ of, fromMs, forMs, looksLike }, s) =>
    bear(s, of, fromMs, forMs, { services: looksLike === '' ? [] : [looksLike] }),
);
const helper = kind(
  'a declared helper, which may become the trader',
  fc.record({ fromMs: fc.integer({ min: 2000, max: DEADLINE }), forMs: long, becomesMs: fc.option(moment) }),
  ({ fromMs, forMs, becomesMs }, s) =>
    bear(s, 'hermes', fromMs, forMs, {
      leftBy: ['hermes'],
      matchedAt: (ms: number) => (ms >= (becomesMs ?? FOREVER) ? ['hermes'] : []),
    }),
);
const unseen = kind(
  'not seen',
  fc.record({
    where: host,
    fromMs: moment,
    forMs: fc.integer({ min: 50, max: 3500 }),
    how: fc.constantFrom('lost' as const, 'failed' as const, 'blind' as const),
  }),
  ({ where, fromMs, forMs, how }, s) => {
    const { sampling } = s;
    s.sampling = (name, ms) =>
      name === where && ms >= fromMs && ms < fromMs + forMs ? how : sampling(name, ms);
  },
);
const canary = kind(
  'a canary',
  fc.record({ which: fc.nat(3), goneMs: moment, killedMs: fc.option(moment) }),
  ({ which, goneMs, killedMs }, s) => {
    const one = s.canaries[which];
    if (one !== undefined && goneMs > one.fromMs) Object.assign(one, { goneMs, killedMs });
  },
);
/** As a runner does that kills its last control before the hold has ended after all. */
const early = kind('the last control comes early', fc.record({ where: host, killedMs: moment }), (one, s) => {
  const last = s.canaries.find(({ host: at, purpose }) => at === one.where && purpose === 'final');
  if (last === undefined || one.killedMs < last.fromMs + 500) return;
  Object.assign(last, { killedMs: one.killedMs, goneMs: one.killedMs + 40 });
  s.canaries.push({ ...last, tag: `late-${one.where}`, pid: 903, killedMs: null, goneMs: FOREVER });
});
const clock = kind(
  'a clock jumps',
  fc.record({
    where: fc.constantFrom(...HOSTS, null),
    fromMs: moment,
    byMs: fc.integer({ min: -900, max: 900 }),
  }),
  ({ where, fromMs, byMs }, s) => {
    const jump = (ms: number): number => (ms >= fromMs ? byMs : 0);
    if (where === null) s.wallDrift = jump;
    else s.uptimeDrift = (name, ms) => (name === where ? jump(ms) : 0);
  },
);
const trade = kind(
  'orders, or a position that grows',
  fc.record({ fromMs: moment, by: fc.nat(5), held: fc.constantFrom(0, 30) }),
  ({ fromMs, by, held }, s) => {
    const { exchange } = s;
    s.exchange = (ms) => {
      const read = exchange(ms);
      if (read.kind !== 'present' || ms < fromMs) return read;
      const accepted = read.value.accepted.map((line) => ({ ...line, count: line.count + by }));
      const positions = { 'DOGE-USD': (read.value.positions['DOGE-USD'] ?? 0) + held };
      return present({ ...read.value, accepted, positions });
    };
  },
);
const source = kind(
  'cannot be read',
  fc.record({ which: fc.constantFrom('api' as const, 'store' as const), fromMs: moment, forMs: long }),
  ({ which, fromMs, forMs }, s) => {
    const [api, store] = [s.api, s.store];
    const fails = (ms: number): boolean => ms >= fromMs && ms < fromMs + forMs;
    const failed = { kind: 'unreadable', reason: 'locked' } as const;
    if (which === 'api') s.api = (ms) => (fails(ms) ? failed : api(ms));
    else s.store = (ms) => (fails(ms) ? failed : store(ms));
  },
);
/** Something goes on saying what the broker said last, whether or not there is one. */
const cache = kind('a cache answers', fc.record({ fromMs: moment, forMs: long }), ({ fromMs, forMs }, s) => {
  const { api } = s;
  s.api = (ms) => api(ms >= fromMs && ms < fromMs + forMs ? fromMs : ms);
});
const frozen = kind(
  'frozen',
  fc.record({ name: service, fromMs: moment, forMs: fc.oneof(long, fc.constant(FOREVER)) }),
  ({ name, fromMs, forMs }, s) => {
    for (const one of livesOf(s, name))
      one.state = (ms) => ({ state: ms >= fromMs && ms < fromMs + forMs ? 'T' : 'S' });
  },
);
const heart = kind('its heart stops', fc.record({ fromMs: moment }), ({ fromMs }, s) => {
  const { heartbeat } = s;
  s.heartbeat = (name, ms) => heartbeat(name, Math.min(ms, fromMs));
});
const bystander = kind('horus is only watched', fc.constant({}), (_, s) => {
  const services = s.plan.services.map((one) =>
    one.name === 'horus' && one.role === 'survivor' ? { ...one, role: 'bystander' as const } : one,
  );
  s.plan = { ...s.plan, services };
});

export const happening: fc.Arbitrary<Happening> = fc.oneof(
  ...[
    death,
    birth,
    child,
    helper,
    unseen,
    canary,
    early,
    clock,
    trade,
    source,
    cache,
    frozen,
    heart,
    bystander,
  ],
);
