import fc from 'fast-check';
import type { Entry } from '../../../src/drill/model/journal.ts';
import { present } from '../../../src/drill/model/reading.ts';
import {
  asFoundLevel2,
  asFoundLevel3,
  cleanLevel2,
  cleanLevel4,
  DEADLINE,
  END,
  FOREVER,
  journalOf,
  life,
  livesOf,
  RESUME,
  type Scenario,
  T0,
} from '../scenario.ts';
import type { Change } from '../scenarios/case.ts';

const hosts = ['knox', 'tesseract'];
const services = ['hermes', 'shiva', 'principal', 'sentinel', 'horus'];
const moment = fc.oneof(
  fc.integer({ min: 2000, max: END }),
  // Where it is decided: around the trigger, the deadline and the undo.
  ...[T0, DEADLINE, RESUME].map((ms) => fc.integer({ min: ms - 150, max: ms + 150 })),
);
const host = fc.constantFrom(...hosts);

const death: fc.Arbitrary<Change> = fc
  .record({
    name: fc.constantFrom(...services),
    which: fc.nat(1),
    atMs: fc.oneof(moment, fc.constant(FOREVER)),
  })
  .map(({ name, which, atMs }) => (s) => {
    const one = livesOf(s, name)[which];
    if (one !== undefined && atMs > one.fromMs) one.toMs = atMs;
  });
const birth: fc.Arbitrary<Change> = fc
  .record({
    name: fc.constantFrom(...services, ''),
    host,
    atMs: moment,
    forMs: fc.integer({ min: 50, max: 9000 }),
  })
  .map(({ name, host: where, atMs, forMs }) => (s) => {
    const one = life(name, where, 700 + (s.lives.length % 50), atMs, atMs + forMs);
    s.lives.push(name === '' ? { ...one, services: [] } : one);
  });
const child: fc.Arbitrary<Change> = fc
  .record({ of: fc.constantFrom(...services), fromMs: moment, forMs: fc.integer({ min: 50, max: 9000 }) })
  .map(({ of, fromMs, forMs }) => (s) => {
    const parent = livesOf(s, of).find((one) => one.fromMs < fromMs && one.toMs > fromMs);
    const where = parent?.hosts[0];
    if (parent === undefined || where === undefined) return;
    const pid = 750 + (s.lives.length % 50);
    const one = life('', where, pid, fromMs, fromMs + forMs);
    s.lives.push({ ...one, services: [], ppid: parent.pid, pgrp: parent.pid });
  });
const unseen: fc.Arbitrary<Change> = fc
  .record({
    host,
    fromMs: moment,
    forMs: fc.integer({ min: 50, max: 2500 }),
    how: fc.constantFrom('lost' as const, 'failed' as const, 'blind' as const),
  })
  .map(({ host: where, fromMs, forMs, how }) => (s) => {
    const { sampling } = s;
    s.sampling = (name, ms) =>
      name === where && ms >= fromMs && ms < fromMs + forMs ? how : sampling(name, ms);
  });
const canary: fc.Arbitrary<Change> = fc
  .record({ which: fc.nat(3), goneMs: moment, killedMs: fc.option(moment) })
  .map(({ which, goneMs, killedMs }) => (s) => {
    const one = s.canaries[which];
    if (one !== undefined && goneMs > one.fromMs) Object.assign(one, { goneMs, killedMs });
  });
const clock: fc.Arbitrary<Change> = fc
  .record({
    host: fc.constantFrom(...hosts, null),
    fromMs: moment,
    byMs: fc.integer({ min: -900, max: 900 }),
  })
  .map(({ host: where, fromMs, byMs }) => (s) => {
    const jump = (ms: number): number => (ms >= fromMs ? byMs : 0);
    if (where === null) s.wallDrift = jump;
    else s.uptimeDrift = (name, ms) => (name === where ? jump(ms) : 0);
  });
const trade: fc.Arbitrary<Change> = fc
  .record({ fromMs: moment, by: fc.integer({ min: 1, max: 5 }) })
  .map(({ fromMs, by }) => (s) => {
    const { exchange } = s;
    s.exchange = (ms) => {
      const read = exchange(ms);
      if (read.kind !== 'present' || ms < fromMs) return read;
      const accepted = read.value.accepted.map((line) => ({ ...line, count: line.count + by }));
      return present({ ...read.value, accepted });
    };
  });
const source: fc.Arbitrary<Change> = fc
  .record({
    which: fc.constantFrom('api' as const, 'store' as const),
    fromMs: moment,
    forMs: fc.integer({ min: 100, max: 9000 }),
  })
  .map(({ which, fromMs, forMs }) => (s) => {
    const [api, store] = [s.api, s.store];
    const fails = (ms: number): boolean => ms >= fromMs && ms < fromMs + forMs;
    const failed = { kind: 'unreadable', reason: 'locked' } as const;
    if (which === 'api') s.api = (ms) => (fails(ms) ? failed : api(ms));
    else s.store = (ms) => (fails(ms) ? failed : store(ms));
  });
const frozen: fc.Arbitrary<Change> = fc
  .record({ name: fc.constantFrom(...services), fromMs: moment })
  .map(({ name, fromMs }) => (s) => {
    for (const one of livesOf(s, name)) one.state = (ms) => ({ state: ms >= fromMs ? 'T' : 'S' });
  });

const change = fc.oneof(death, birth, child, unseen, canary, clock, trade, source, frozen);

/** A clean, an as-found or a level 4 drill, with some of what may happen to a fleet and to the evidence of it. */
export const perturbed: fc.Arbitrary<{ readonly scenario: Scenario; readonly journal: readonly Entry[] }> = fc
  .tuple(
    fc.constantFrom(cleanLevel2, cleanLevel2, cleanLevel4, asFoundLevel2, asFoundLevel3),
    fc.array(change, { maxLength: 3 }),
  )
  .map(([make, changes]) => {
    const scenario = make();
    for (const apply of changes) apply(scenario);
    return { scenario, journal: journalOf(scenario) };
  });
