import { compareBeats } from '../../model/heartbeat.ts';
import type { Finding } from '../../model/verdict.ts';
import {
  type Beat,
  beatBefore,
  beatsOf,
  type CaseFile,
  isWayUp,
  type Life,
  limitOf,
  longestStill,
  otherProgram,
  type ServiceLives,
  servicesOf,
  whyUnread,
} from '../evidence/index.ts';
import { fault } from '../finding.ts';
import { diedBy } from './hold.ts';
import { freezesOf } from './working.ts';

/** Whether every survivor lived through the halt as the same process. */
export function judgeSurvivors(c: CaseFile): Finding[] {
  if (c.trigger === null) return [];
  return servicesOf(c, 'survivor').flatMap((service) =>
    service.planned.name === c.plan.broker ? brokerRestarts(c, service) : survivorEnded(c, service),
  );
}

function survivorEnded(c: CaseFile, service: ServiceLives): Finding[] {
  const crashed = crashedLife(c, service);
  const ended = service.roots.filter((life) => life !== crashed && hasGone(c, service, life));
  if (ended.length === 0) return crashed === null ? [] : afterCrash(c, service);
  const { name, host } = service.planned;
  const during = ended.filter((life) => wentBy(c, service, life, c.haltEndMs));
  const evidence = ended.flatMap((life) => endIds(c, service, life));
  const replaced = service.newcomers.filter((life) => !diedBy(c, life, c.haltEndMs));
  const again = ended.filter((life) => otherProgram(life, service.planned, c.anchorMs)?.back != null);
  const isExec = ended.every((life) => c.lives.death(life) === null);
  if (during.length > replaced.length + again.length) {
    return [
      fault(
        'collateral-stop',
        'nothing follows',
        { host, service: name },
        { pids: pids(during), isExec },
        evidence,
      ),
    ];
  }
  const successors = [...replaced, ...service.returned.filter((life) => c.lives.death(life) === null)];
  const next = successors.length > 0 ? 'another' : again.length > 0 ? 'itself' : 'nothing';
  return [
    fault(
      'survivor-restarted',
      'process ended',
      { host, service: name },
      { pids: pids(ended), by: during.length > 0 ? 'halt' : 'undo', isExec, next },
      [...evidence, ...replaced.map((life) => life.seen[0]?.sample.id)],
    ),
  ];
}

/** Whether a life of a service ended: with its process, or because that called exec and is another program. */
export function hasGone(c: CaseFile, service: ServiceLives, life: Life): boolean {
  return c.lives.death(life) !== null || otherProgram(life, service.planned, c.anchorMs) !== null;
}

function wentBy(c: CaseFile, service: ServiceLives, life: Life, byMs: number): boolean {
  const other = otherProgram(life, service.planned, c.anchorMs);
  return diedBy(c, life, byMs) || (other !== null && other.from.sample.receivedMs <= byMs);
}

function endIds(c: CaseFile, service: ServiceLives, life: Life): (string | undefined)[] {
  const other = otherProgram(life, service.planned, c.anchorMs);
  return [...(other === null ? [] : [other.from.sample.id]), ...deathIds(c, life)];
}

// The broker that the drill crashes has one new life; that it stopped itself, or is gone, other judges say.
function brokerRestarts(c: CaseFile, service: ServiceLives): Finding[] {
  const [first] = service.roots;
  if (first === undefined) return [];
  const death = c.lives.death(first);
  if (death !== null && death.fromMs >= c.haltEndMs) return survivorEnded(c, service);
  if (otherProgram(first, service.planned, c.anchorMs) !== null) return survivorEnded(c, service);
  return death === null ? [] : afterCrash(c, service);
}

function afterCrash(c: CaseFile, service: ServiceLives): Finding[] {
  const { name, host } = service.planned;
  const crashed = crashedLife(c, service);
  const died = service.newcomers.filter(
    (life) => life !== crashed && c.lives.death(life) !== null && !isWayUp(c, service, life),
  );
  if (died.length === 0) return [];
  const isFirst = crashed !== null && service.roots.includes(crashed);
  return [
    fault(
      'survivor-restarted',
      'ended after crash',
      { host, service: name },
      { pids: pids(died), isFirst },
      died.flatMap((life) => deathIds(c, life)),
    ),
  ];
}

/** The life that the drill itself killed, if it did and if it is one of this service. */
export function crashedLife(c: CaseFile, service: ServiceLives): Life | null {
  const act = c.crash?.intent.act;
  if (
    act?.act !== 'crash' ||
    act.service !== service.planned.name ||
    c.crash?.done?.command?.kind === 'absent'
  )
    return null;
  return (
    [...service.roots, ...service.newcomers].find(
      (life) => life.pid === act.pid && life.start === act.start,
    ) ?? null
  );
}

function deathIds(c: CaseFile, life: Life): string[] {
  const death = c.lives.death(life);
  return death === null ? [] : [death.lastSeen.id, death.firstNot.id];
}

function pids(lives: readonly Life[]): number[] {
  return lives.map((life) => life.pid);
}

/**
 * Whether every survivor is still at work, from the trigger until the drill ended: its heartbeat goes on changing, and it is not
 * frozen. Of the heartbeat of a target only whether it can show later that the target came back.
 */
export function judgeHeartbeats(c: CaseFile): Finding[] {
  if (c.trigger === null) return [];
  return [
    ...servicesOf(c, 'survivor').flatMap((service) =>
      [...frozen(c, service), ...stale(c, service)].slice(0, 1),
    ),
    ...servicesOf(c, 'target').flatMap((service) => neverBeat(c, service)),
  ];
}

function frozen(c: CaseFile, service: ServiceLives): Finding[] {
  const { name, host } = service.planned;
  const span = { fromMs: c.anchorMs, toMs: c.endMs };
  const [longest] = [...service.roots, ...service.newcomers]
    .flatMap((life) => freezesOf(life, span).map((freeze) => ({ life, ...freeze })))
    .toSorted((a, b) => b.forMs - a.forMs);
  if (longest === undefined) return [];
  const { life, first, last, forMs } = longest;
  return [
    fault(
      'survivor-stale',
      'frozen',
      { host, service: name },
      { pid: life.pid, state: last.state, forMs, isToTheEnd: last === life.seen.at(-1) },
      [first.sample.id, last.sample.id],
    ),
  ];
}

function neverBeat(c: CaseFile, service: ServiceLives): Finding[] {
  const { name, host, heartbeat } = service.planned;
  if (heartbeat === null) return [];
  const before = beatBefore(c, service);
  if (before !== 'still' && before !== 'unread') return [];
  const [first] = beatsOf(c, service).flat();
  return before === 'still'
    ? [didNotChange(service, first)]
    : [
        fault(
          'blind-probe',
          'heartbeat unread',
          { host, service: name },
          { when: 'before', reason: whyUnread(c, service, c.anchorMs) },
          [first?.id],
        ),
      ];
}

function didNotChange({ planned: { name, host, role } }: ServiceLives, first: Beat | undefined): Finding {
  const toShow = role === 'target' ? 'return' : 'work';
  return fault('vacuous-target', 'heartbeat unchanged', { host, service: name }, { toShow }, [first?.id]);
}

function stale(c: CaseFile, service: ServiceLives): Finding[] {
  const { name, host, heartbeat } = service.planned;
  if (heartbeat === null) return [];
  const limit = limitOf(heartbeat);
  const runs = beatsOf(c, service);
  const all = runs.flat();
  const before = all.filter((beat) => beat.receivedMs <= c.anchorMs && beat.value !== null);
  const after = all.filter((beat) => beat.sentMs >= c.anchorMs && beat.receivedMs <= c.haltEndMs);
  const last = after.at(-1);
  if (
    before.length === 0 ||
    last === undefined ||
    last.sentMs < c.haltEndMs - limit - c.plan.timing.maxGapMs
  ) {
    return [
      fault(
        'blind-probe',
        'heartbeat unread',
        { host, service: name },
        {
          when: before.length === 0 ? 'before' : 'halted',
          reason: whyUnread(c, service, before.length === 0 ? c.anchorMs : c.haltEndMs),
        },
        [before[0]?.id, last?.id],
      ),
    ];
  }
  const was = beatBefore(c, service);
  const beatAfter = [...before, ...after].some(
    (beat) => compareBeats(before[0]?.value ?? null, beat.value) === 'other',
  );
  if (was === 'still' || (was === 'short' && !beatAfter)) return [didNotChange(service, before[0])];
  for (const run of runs) {
    const still = longestStill(run, c.anchorMs);
    if (still === null) continue;
    const forMs = still.last.sentMs - still.first.receivedMs;
    if (forMs > limit) {
      return [
        fault(
          'survivor-stale',
          'heartbeat stood still',
          { host, service: name },
          { forMs, everyMs: heartbeat.everyMs },
          [still.first.id, still.last.id],
        ),
      ];
    }
  }
  return [];
}
