import type { Finding } from '../../model/verdict.ts';
import {
  type CaseFile,
  firstSeen,
  isLasting,
  type Life,
  type ServiceLives,
  servicesOf,
} from '../evidence/index.ts';
import { fault } from '../finding.ts';
import { proveStop, unclassified } from '../proofs/index.ts';

/** Whether every target stopped, in time, wholly, and stayed stopped. */
export function judgeTargets(c: CaseFile): Finding[] {
  return servicesOf(c, 'target').flatMap((service) => proveStop(c, service).findings);
}

/** Whether every target and survivor was there before the trigger, so that what happened to it says something. */
export function judgeBaseline(c: CaseFile): Finding[] {
  // A drill that was cut short before its trigger may not have looked at everything yet.
  if (c.fired === null && c.interrupted.length > 0) return [];
  return [...absent(c), ...shared(c)];
}

/** One process that counts for two services stops once: of one of the two nothing is known. */
function shared(c: CaseFile): Finding[] {
  const demanded = [...c.services.values()].filter(({ planned }) => planned.role !== 'bystander');
  return demanded.flatMap((service, at) => {
    const { name, host } = service.planned;
    for (const other of demanded.slice(0, at)) {
      const both = service.roots.filter((life) => other.roots.includes(life));
      if (both.length === 0) continue;
      const pids = both.map((life) => life.pid);
      const evidence = both.map((life) => life.seen[0]?.sample.id);
      return [
        fault(
          'vacuous-target',
          'counted twice',
          { host, service: name },
          { pids, other: other.planned.name },
          evidence,
        ),
      ];
    }
    return [];
  });
}

function absent(c: CaseFile): Finding[] {
  return [...c.services.values()].flatMap((service) => {
    const { name, host, instances, role } = service.planned;
    const good = c.hosts.get(host)?.good ?? [];
    if (role === 'bystander' || good.length === 0 || service.roots.length >= instances) return [];
    const last = good.findLast((sample) => sample.receivedMs <= c.anchorMs) ?? good[0];
    return [
      fault(
        'vacuous-target',
        'not running',
        { host, service: name },
        { role, ran: service.roots.length, declared: instances },
        [last?.id],
      ),
    ];
  });
}

/** Whether every process that might be a target or survivor could be told to be one or not. */
export function judgeClassification(c: CaseFile): Finding[] {
  return [...c.services.values()].flatMap((service) => {
    const lives = service.planned.role === 'bystander' ? [] : unclassified(c, service);
    const [first] = lives;
    if (first === undefined) return [];
    const { name, host } = service.planned;
    const last = first.details.at(-1);
    const reason = last?.detail.undecided.find((doubt) => doubt.service === name)?.reason ?? 'unknown';
    const pids = lives.map((life) => life.pid).slice(0, 5);
    return [fault('blind-probe', 'undecided', { host, service: name }, { pids, reason }, [last?.sample.id])];
  });
}

/** Whether a service also runs where, or more often than, the inventory says. */
export function judgeDuplicates(c: CaseFile): Finding[] {
  return [...c.services.values()].flatMap((service) =>
    service.planned.role === 'bystander'
      ? []
      : [...extraRoots(c, service), ...secondOnes(c, service), ...copies(c, service)],
  );
}

function extraRoots(c: CaseFile, { planned, roots, beside }: ServiceLives): Finding[] {
  const before = beside.filter((life) => isBefore(c, life));
  const twice = [...roots, ...before].filter((life) => isThere(c, life));
  if (twice.length <= planned.instances) return [];
  const { name, host } = planned;
  return [
    fault(
      'duplicate-instance',
      'too many',
      { host, service: name },
      { pids: twice.map((life) => life.pid), declared: planned.instances },
      twice.map((life) => life.seen[0]?.sample.id),
    ),
  ];
}

/** What came to stay beside a service that went on all the time. */
function secondOnes(c: CaseFile, { planned, beside }: ServiceLives): Finding[] {
  const there = beside.filter((life) => !isBefore(c, life) && isThere(c, life));
  // Of a target that comes back twice, that it was not restored as it was is said already.
  if (there.length === 0 || planned.role === 'target') return [];
  const { name, host } = planned;
  return [
    fault(
      'duplicate-instance',
      'beside it',
      { host, service: name },
      { pids: there.map((life) => life.pid), declared: planned.instances },
      there.map((life) => life.seen[0]?.sample.id),
    ),
  ];
}

function isBefore(c: CaseFile, life: Life): boolean {
  return (firstSeen(life)?.receivedMs ?? 0) <= c.anchorMs;
}

function copies(c: CaseFile, { planned, elsewhere }: ServiceLives): Finding[] {
  const byHost = new Map<string, typeof elsewhere>();
  for (const life of elsewhere.filter((one) => isThere(c, one) || outlasted(c, one, planned.name))) {
    const host = [...life.hosts].sort()[0] ?? '-';
    byHost.set(host, [...(byHost.get(host) ?? []), life]);
  }
  return [...byHost].map(([host, lives]) =>
    fault(
      'duplicate-instance',
      'elsewhere',
      { host, service: planned.name },
      { pids: lives.map((life) => life.pid), home: planned.host },
      lives.map((life) => life.seen[0]?.sample.id),
    ),
  );
}

/**
 * Whether it may have been that service for longer than `max-gap`, which is what a pass denies of every host: from the last good
 * sample before it was first seen to the first that no longer shows it, or shows it as something else.
 */
function outlasted(c: CaseFile, life: Life, service: string): boolean {
  const first = firstSeen(life);
  if (first === null) return false;
  const before = [...life.hosts].map(
    (name) =>
      c.hosts.get(name)?.good.findLast((sample) => sample.sentMs < first.sentMs)?.sentMs ?? first.sentMs,
  );
  const lastMatch = life.details.findLastIndex(({ detail }) => detail.services.includes(service));
  const other = life.details[lastMatch + 1]?.sample.receivedMs;
  const toMs = other ?? c.lives.death(life)?.toMs ?? life.seen.at(-1)?.sample.receivedMs ?? 0;
  return toMs - Math.max(...before) > c.plan.timing.maxGapMs;
}

// One full read may catch a forked child before its exec, and what is gone within max-gap is a command that somebody ran.
function isThere(c: CaseFile, life: Life): boolean {
  const inFull = life.seen.filter(({ sample }) => sample.mode === 'full').length;
  return inFull >= 2 && isLasting(life, c.plan.timing.maxGapMs);
}
