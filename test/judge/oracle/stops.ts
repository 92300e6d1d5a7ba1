import type { PlannedService } from '../../../src/drill/model/plan.ts';
import { type Evidence, ofKind, once } from './evidence.ts';
import type { Lack } from './lack.ts';
import { aliveAt, firstSeen, goneIn, lastSeen, lookAt, type Seen, wasService } from './seen.ts';

/** The lives of a service on its own host as the trigger left: what has to stop, or to stay. */
export function baselineOf(e: Evidence, { name, host }: PlannedService): Seen[] {
  return once(e, `baseline ${host} ${name}`, () => {
    const good = e.good.get(host) ?? [];
    return (e.lives.get(host) ?? []).filter(
      (life) => aliveAt(life, good, e.t0) && wasService(life, name, 0, e.t0),
    );
  });
}

/** What descends from these lives, as ever seen; descent ends at what is excused on this host. */
export function familyOf(e: Evidence, service: PlannedService): Seen[] {
  return once(e, `family ${service.host} ${service.name}`, () => descendants(e, service));
}

function descendants(e: Evidence, service: PlannedService): Seen[] {
  const roots = baselineOf(e, service);
  const lives = e.lives.get(service.host) ?? [];
  const others = lives.filter((life) => isExcused(e, service, life));
  const own = ownCgroups(roots, others, lives);
  const found: Seen[] = [];
  for (let grew = true; grew; ) {
    const members = [...roots, ...found];
    const more = lives.filter(
      (life) =>
        !members.includes(life) &&
        !others.includes(life) &&
        (members.some((one) => isBornOf(life, one, lives)) ||
          life.looks.some(({ detail }) => own.has(detail.cgroup ?? ''))),
    );
    found.push(...more);
    grew = more.length > 0;
  }
  return found;
}

// A parent is never younger than its child: a pid used again is nobody's parent.
function isBornOf(life: Seen, parent: Seen, lives: readonly Seen[]): boolean {
  if (!life.kin.has(parent.pid) || parent.start > life.start) return false;
  return !lives.some(({ pid, start }) => pid === parent.pid && start > parent.start && start <= life.start);
}

/** By its last look, on this host: another service that is declared here, a declared helper, or a canary that was planted here. */
function isExcused(e: Evidence, service: PlannedService, life: Seen): boolean {
  const detail = life.looks.at(-1)?.detail;
  if (detail === undefined || detail.services.includes(service.name)) return false;
  const here = e.plan.services.filter(({ host }) => host === service.host).map(({ name }) => name);
  const canaries = ofKind(e.entries, 'canary').filter(({ host }) => host === service.host);
  return (
    detail.services.some((name) => here.includes(name)) ||
    detail.leftBy.includes(service.name) ||
    canaries.some(({ tag }) => tag === detail.canary)
  );
}

// One that is shared among strangers shows it: another service, whoever started the root, or pid 1 sits in it too.
function ownCgroups(roots: readonly Seen[], others: readonly Seen[], lives: readonly Seen[]): Set<string> {
  const of = (life: Seen): string[] => life.looks.flatMap(({ detail }) => detail.cgroup ?? []);
  const own = new Set(roots.flatMap(of));
  const starters = lives.filter(({ pid }) => pid === 1 || roots.some(({ kin }) => kin.has(pid)));
  for (const path of ['/', ...others.flatMap(of), ...starters.flatMap(of)]) own.delete(path);
  return own;
}

/** When the last of a target's lives and their descendants was seen gone; null where one never was, or none was there. */
export function lastDeath(e: Evidence, service: PlannedService): number | null {
  const good = e.good.get(service.host) ?? [];
  const roots = baselineOf(e, service);
  const gone = [...roots, ...familyOf(e, service)]
    .filter((life) => life.sightings.some(({ sample }) => sample.receivedMs <= e.haltEnd))
    .map((life) => goneIn(life, good, e.haltEnd));
  if (roots.length === 0 || gone.includes(null)) return null;
  return Math.max(...gone.map((sample) => sample?.receivedMs ?? 0));
}

/** The proof that one target stopped, all of it but the hold. */
export function missingStop(e: Evidence, service: PlannedService): Lack[] {
  return once(e, `stop ${service.host} ${service.name}`, () => lackingStop(e, service));
}

function lackingStop(e: Evidence, service: PlannedService): Lack[] {
  const about = { host: service.host, service: service.name };
  const good = e.good.get(service.host) ?? [];
  const roots = baselineOf(e, service);
  const family = familyOf(e, service);
  const lacks: Lack[] = [];
  if (roots.length < service.instances)
    lacks.push({ part: 'baseline', ...about, says: 'it was not there before the trigger' });
  for (const life of [...roots, ...family]) {
    if (!life.sightings.some(({ sample }) => sample.receivedMs <= e.haltEnd)) continue;
    const goneMs = goneIn(life, good, e.haltEnd)?.receivedMs ?? Infinity;
    if (goneMs <= e.deadline) continue;
    const same = lookAt(life, e.haltEnd)?.services.includes(service.name) === true;
    // One that was there before the trigger, became it, and went did not come again: it stopped late.
    const isLate = same && firstSeen(life).receivedMs <= e.t0 && goneMs <= e.haltEnd;
    // Of the family of one that ran on: it is part of what did not stop.
    const isOfRunning = roots.some((root) => goneIn(root, good, e.haltEnd) === null);
    const part = roots.includes(life) || isLate ? 'stop' : same && !isOfRunning ? 'again' : 'child';
    lacks.push({ part, ...about, says: `pid ${life.pid} was not gone in time` });
  }
  return [...lacks, ...missingAbsence(e, service, [...roots, ...family])];
}

/** Nobody of it came again, on its host or on another; and nobody was there of whom it cannot be told. */
function missingAbsence(e: Evidence, { name, host }: PlannedService, family: readonly Seen[]): Lack[] {
  const own = e.good.get(host) ?? [];
  const gone = Math.min(...family.map((life) => goneIn(life, own, e.haltEnd)?.receivedMs ?? Infinity));
  const lacks: Lack[] = [];
  // One machine under two names shows each life twice.
  const home = new Set(e.lives.get(host)?.map(({ key }) => key));
  for (const [where, lives] of e.lives) {
    const declared = e.plan.services.filter((one) => one.host === where).map((one) => one.name);
    for (const life of lives.filter(
      (one) => !family.includes(one) && (where === host || !home.has(one.key)),
    )) {
      const about = { host: where, service: name };
      const lasted = lastSeen(life).sentMs - firstSeen(life).receivedMs > e.plan.timing.maxGapMs;
      const other = lookAt(life, e.haltEnd)?.services.some((one) => one !== name && declared.includes(one));
      if (where === host && wasService(life, name, gone + 1, e.haltEnd))
        lacks.push({ part: 'again', ...about, says: `it was there again as pid ${life.pid}` });
      else if (where !== host && lasted && !other && wasService(life, name, 0, e.haltEnd))
        lacks.push({ part: 'elsewhere', ...about, says: `pid ${life.pid} is another of it` });
      if (lasted && where === host && isDoubted(life, name, e.t0, e.haltEnd))
        lacks.push({ part: 'doubt', ...about, says: `pid ${life.pid} may be it` });
    }
  }
  return lacks;
}

function isDoubted(life: Seen, name: string, fromMs: number, toMs: number): boolean {
  if (lastSeen(life).receivedMs <= fromMs || firstSeen(life).sentMs > toMs) return false;
  const look = lookAt(life, toMs);
  // Who was never looked into may be anybody.
  return look === null || look.undecided.some(({ service }) => service === name);
}
