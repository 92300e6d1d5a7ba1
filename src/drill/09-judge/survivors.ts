import type { Finding } from '../model/verdict.ts';
import { type CaseFile, servicesOf } from './case-file.ts';
import { finding, seconds } from './finding.ts';
import { diedBy } from './hold.ts';
import type { Life } from './lives.ts';
import type { ServiceLives } from './service-lives.ts';

/** Whether every survivor lived through the halt as the same process. */
export function judgeSurvivors(c: CaseFile): Finding[] {
  if (c.trigger === null) return [];
  return servicesOf(c, 'survivor').flatMap((service) =>
    service.planned.name === c.plan.broker ? brokerRestarts(c, service) : survivorEnded(c, service),
  );
}

function survivorEnded(c: CaseFile, service: ServiceLives): Finding[] {
  const crashed = crashedLife(c, service);
  const ended = service.roots.filter((life) => life !== crashed && c.lives.death(life) !== null);
  if (ended.length === 0) return crashed === null ? [] : afterCrash(c, service);
  const { name, host } = service.planned;
  const during = ended.filter((life) => diedBy(c, life, c.haltEndMs));
  const evidence = ended.flatMap((life) => deathIds(c, life));
  const replaced = service.newcomers.filter((life) => !diedBy(c, life, c.haltEndMs));
  if (during.length > replaced.length) {
    return [
      finding(
        'collateral-stop',
        { host, service: name },
        `${name} must survive this level; it was stopped on ${host} (pid ${pids(during)}), and nothing took its place.`,
        evidence,
      ),
    ];
  }
  const when = during.length > 0 ? 'during the halt' : 'by the undo';
  const successors = [...replaced, ...service.returned.filter((life) => c.lives.death(life) === null)];
  return [
    finding(
      'survivor-restarted',
      { host, service: name },
      `${name} must survive this level; its process on ${host} (pid ${pids(ended)}) was ended ${when}, and ${successors.length > 0 ? 'another' : 'nothing'} took its place.`,
      [...evidence, ...replaced.map((life) => life.seen[0]?.sample.id)],
    ),
  ];
}

// The broker that the drill crashes has one new life; that it stopped itself, or is gone, other judges say.
function brokerRestarts(c: CaseFile, service: ServiceLives): Finding[] {
  const [first] = service.roots;
  if (first === undefined) return [];
  const death = c.lives.death(first);
  if (death !== null && death.fromMs >= c.haltEndMs) return survivorEnded(c, service);
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

/** Whether every survivor is still at work: its heartbeat goes on changing, and it is not frozen. */
export function judgeHeartbeats(c: CaseFile): Finding[] {
  if (c.trigger === null) return [];
  return servicesOf(c, 'survivor').flatMap((service) =>
    [...frozen(c, service), ...stale(c, service)].slice(0, 1),
  );
}

function frozen(c: CaseFile, service: ServiceLives): Finding[] {
  const { name, host } = service.planned;
  for (const life of service.roots) {
    const inHalt = life.seen.filter(
      ({ sample }) => sample.sentMs >= c.anchorMs && sample.receivedMs <= c.haltEndMs,
    );
    const tail = inHalt.slice(inHalt.findLastIndex(({ state }) => state !== 'T' && state !== 't') + 1);
    const span = (tail.at(-1)?.sample.sentMs ?? 0) - (tail[0]?.sample.sentMs ?? 0);
    if (tail.length >= 3 && span >= 1000) {
      return [
        finding(
          'survivor-stale',
          { host, service: name },
          `${name} is there (pid ${life.pid}), but frozen: in state T for ${seconds(span)} until the halt ended.`,
          [tail[0]?.sample.id, tail.at(-1)?.sample.id],
        ),
      ];
    }
  }
  return [];
}

interface Beat {
  readonly id: string;
  readonly sentMs: number;
  readonly receivedMs: number;
  /** Null where the file was not there. */
  readonly value: string | null;
}

function stale(c: CaseFile, service: ServiceLives): Finding[] {
  const { name, host, heartbeat } = service.planned;
  if (heartbeat === null) return [];
  const limit = Math.max(3 * heartbeat.everyMs, 2000);
  const runs = steadyRuns(c, service);
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
  const beatBefore = new Set(before.map((beat) => beat.value)).size > 1;
  const watched = (before.at(-1)?.sentMs ?? 0) - (before[0]?.receivedMs ?? 0);
  const beatAfter = new Set([...before, ...after].map((beat) => beat.value)).size > 1;
  if (!beatBefore && (watched > limit || !beatAfter)) {
    return [
      finding(
        'vacuous-target',
        { host, service: name },
        `The heartbeat of ${name} on ${host} did not change before the trigger, so it cannot show that ${name} went on.`,
        [before[0]?.id],
      ),
    ];
  }
  for (const run of runs) {
    const still = longestStill(run, c);
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

/** Heartbeats in stretches without an unreadable one in between, since nobody knows what happened there. */
function steadyRuns(c: CaseFile, service: ServiceLives): Beat[][] {
  const runs: Beat[][] = [[]];
  for (const sample of c.hosts.get(service.planned.host)?.samples ?? []) {
    if (sample.mode !== 'full') continue;
    const read = sample.table?.heartbeats[service.planned.name];
    if (read === undefined || read.kind === 'unreadable') runs.push([]);
    else
      runs.at(-1)?.push({
        id: sample.id,
        sentMs: sample.sentMs,
        receivedMs: sample.receivedMs,
        value: read.kind === 'present' ? read.value : null,
      });
  }
  return runs;
}

// Only what was still standing still after T0 counts.
function longestStill(run: readonly Beat[], c: CaseFile): { first: Beat; last: Beat } | null {
  let best: { first: Beat; last: Beat } | null = null;
  let first: Beat | undefined;
  for (const beat of run) {
    if (first === undefined || first.value !== beat.value) first = beat;
    if (beat.sentMs < c.anchorMs) continue;
    if (best === null || beat.sentMs - first.receivedMs > best.last.sentMs - best.first.receivedMs)
      best = { first, last: beat };
  }
  return best;
}
