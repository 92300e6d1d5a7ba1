import type { Finding } from '../../model/verdict.ts';
import { seconds } from '../../model/wording.ts';
import {
  type Beat,
  beatBefore,
  beatsOf,
  type CaseFile,
  type Life,
  limitOf,
  longestStill,
  otherProgram,
  type ServiceLives,
  servicesOf,
} from '../evidence/index.ts';
import { finding } from '../finding.ts';
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
  const how = ended.every((life) => c.lives.death(life) === null)
    ? ' called exec and was another program'
    : null;
  if (during.length > replaced.length + again.length) {
    return [
      finding(
        'collateral-stop',
        { host, service: name },
        how === null
          ? `${name} must survive this level; it was stopped on ${host} (pid ${pids(during)}), and nothing took its place.`
          : `${name} must survive this level; its process on ${host} (pid ${pids(during)})${how}, and nothing took its place.`,
        evidence,
      ),
    ];
  }
  const when = during.length > 0 ? 'during the halt' : 'by the undo';
  const successors = [...replaced, ...service.returned.filter((life) => c.lives.death(life) === null)];
  const next =
    successors.length > 0
      ? 'another took its place'
      : again.length > 0
        ? 'is it again'
        : 'nothing took its place';
  return [
    finding(
      'survivor-restarted',
      { host, service: name },
      `${name} must survive this level; its process on ${host} (pid ${pids(ended)})${how ?? ' was ended'} ${when}, and ${next}.`,
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
  return crashedLife(c, service) === first ? afterCrash(c, service) : [];
}

function afterCrash(c: CaseFile, service: ServiceLives): Finding[] {
  const { name, host } = service.planned;
  const died = service.newcomers.filter((life) => c.lives.death(life) !== null);
  if (died.length === 0) return [];
  return [
    finding(
      'survivor-restarted',
      { host, service: name },
      `After the one crash that the drill made, ${name} ended again on ${host} (pid ${pids(died)}).`,
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

function pids(lives: readonly Life[]): string {
  return lives.map((life) => life.pid).join(', ');
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
  const until = last === life.seen.at(-1) ? ' until the drill ended' : '';
  return [
    finding(
      'survivor-stale',
      { host, service: name },
      `${name} is there (pid ${life.pid}), but was frozen: in state ${last.state} for ${seconds(forMs)}${until}.`,
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
        finding(
          'blind-probe',
          { host, service: name },
          `The heartbeat of ${name} on ${host} could not be read before the trigger.`,
          [first?.id],
        ),
      ];
}

function didNotChange({ planned: { name, host, role } }: ServiceLives, first: Beat | undefined): Finding {
  const what = role === 'target' ? 'came back at work' : 'went on';
  return finding(
    'vacuous-target',
    { host, service: name },
    `The heartbeat of ${name} on ${host} did not change before the trigger, so it cannot show that ${name} ${what}.`,
    [first?.id],
  );
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
      finding(
        'blind-probe',
        { host, service: name },
        `The heartbeat of ${name} on ${host} could not be read ${before.length === 0 ? 'before the trigger' : 'during the halt'}.`,
        [before[0]?.id, last?.id],
      ),
    ];
  }
  const was = beatBefore(c, service);
  const beatAfter = new Set([...before, ...after].map((beat) => beat.value)).size > 1;
  if (was === 'still' || (was === 'short' && !beatAfter)) return [didNotChange(service, before[0])];
  for (const run of runs) {
    const still = longestStill(run, c.anchorMs);
    if (still !== null && still.last.sentMs - still.first.receivedMs > limit) {
      const length = seconds(still.last.sentMs - still.first.receivedMs);
      return [
        finding(
          'survivor-stale',
          { host, service: name },
          `The heartbeat of ${name} on ${host} stood still for ${length}; it changes every ${seconds(heartbeat.everyMs)} when all is well.`,
          [still.first.id, still.last.id],
        ),
      ];
    }
  }
  return [];
}
