import type { Finding } from '../model/verdict.ts';
import { acknowledged } from './acknowledgement.ts';
import { type CaseFile, said, type Trigger, within } from './case-file.ts';
import { controllerClockTrouble } from './clocks.ts';
import { controlsOf } from './controls.ts';
import { finding, seconds } from './finding.ts';
import { diedBy, stillnessOf } from './hold.ts';
import { haltTroubleOf } from './hosts.ts';
import { detailAt, firstSeen, type Life, type Sighting } from './lives.ts';
import { managerFindings } from './managers.ts';
import { once } from './once.ts';
import { type Reboot, rebootsOf } from './reboots.ts';
import type { ServiceLives } from './service-lives.ts';
import { isFrozenState } from './working.ts';

/** What became of one life, seen from the deadline. */
type Fate = 'gone' | 'late' | 'straddling' | 'alive' | 'unknown';

export interface StopProof {
  readonly proven: boolean;
  /** What is wrong with this stop; a proof that fails for want of evidence about the host or the hold has none here. */
  readonly findings: readonly Finding[];
  /** Between which instants the last life of it died; null where some did not, or none was there. */
  readonly died: readonly [number, number] | null;
}

/**
 * Whether a target is proven stopped: on a host that is proven to be itself and was observed unbroken under controls
 * that held, its lives were alive at the baseline, all of them and their descendants were gone by the deadline, and
 * nothing that matches it appeared again until the end of a hold of full length.
 */
export function proveStop(c: CaseFile, service: ServiceLives): StopProof {
  const kept = proofs(c).get(service) ?? prove(c, service);
  proofs(c).set(service, kept);
  return kept;
}

const proofs = once((_: CaseFile) => new Map<ServiceLives, StopProof>());

function prove(c: CaseFile, service: ServiceLives): StopProof {
  const findings = c.trigger === null ? [] : stopFindings(c, c.trigger, service);
  const host = c.hosts.get(service.planned.host);
  const still = stillnessOf(c, service);
  const proven =
    c.trigger !== null &&
    host !== undefined &&
    haltTroubleOf(c, host.name).length === 0 &&
    controllerClockTrouble(c).length === 0 &&
    controlsOf(c, host).finalSeen &&
    service.roots.length >= service.planned.instances &&
    unclassified(c, service).length === 0 &&
    fates(c, c.trigger, service).every(({ fate }) => fate === 'gone') &&
    findings.length === 0 &&
    still !== null &&
    still.heldMs >= c.plan.timing.holdMs;
  return { proven, findings, died: lastDeath(c, service) };
}

/** Lives of which it cannot be told whether they are this service, and that were there too long to be overlooked. */
export function unclassified(c: CaseFile, service: ServiceLives): Life[] {
  return service.undecided.filter((life) => {
    const first = firstSeen(life);
    const last = life.seen.at(-1)?.sample;
    if (first === null || last === undefined || first.sentMs > c.haltEndMs) return false;
    return last.receivedMs - first.sentMs > c.plan.timing.maxGapMs && last.receivedMs > c.anchorMs;
  });
}

function stopFindings(c: CaseFile, trigger: Trigger, service: ServiceLives): Finding[] {
  const all = fates(c, trigger, service);
  const alive = all.filter(({ fate }) => fate === 'alive').map(({ life }) => life);
  if (alive.length > 0) return [stillRunning(c, trigger, service, alive)];
  const back = reappeared(c, trigger, service);
  if (back.length > 0) return back;
  const outOfTime = [...late(c, trigger, service, all), ...straddling(c, trigger, service, all)];
  const wrong = outOfTime.length > 0 ? outOfTime : stillAnswering(c, trigger, service);
  return [...wrong, ...managerFindings(c, service)];
}

// Who answers for the broker is at work somewhere, whatever the process table of its host shows: here an answer accuses, and any will do.
function stillAnswering(c: CaseFile, trigger: Trigger, service: ServiceLives): Finding[] {
  const { name, host } = service.planned;
  if (!c.brokerMustStop || name !== c.plan.broker) return [];
  const members = [...service.baseline, ...service.family, ...service.newcomers];
  const fromMs = Math.max(trigger.deadlineMs, ...members.map((life) => c.lives.death(life)?.toMs ?? 0));
  const answer = said(within(c.status, { fromMs, toMs: c.haltEndMs })).at(-1);
  if (answer === undefined) return [];
  return [
    finding(
      'partial-stop',
      { host, service: name },
      `${name} had to be gone, and its API still answered ${seconds(answer.sentMs - trigger.t0Ms)} after T0.`,
      [...trigger.ids, answer.id],
    ),
  ];
}

function fates(c: CaseFile, trigger: Trigger, service: ServiceLives): { life: Life; fate: Fate }[] {
  return [...service.baseline, ...service.family].map((life) => ({ life, fate: fateOf(c, trigger, life) }));
}

function fateOf(c: CaseFile, { deadlineMs }: Trigger, life: Life): Fate {
  const death = c.lives.death(life);
  if (death === null || death.toMs > c.haltEndMs) {
    return lastSeenInHalt(c, life) >= deadlineMs ? 'alive' : 'unknown';
  }
  if (death.toMs <= deadlineMs) return 'gone';
  // Gone, there, and gone again is not what one life does: when it ended is anybody's guess.
  if (c.lives.flickered(life) !== null) return 'unknown';
  return death.fromMs >= deadlineMs ? 'late' : 'straddling';
}

function stillRunning(c: CaseFile, trigger: Trigger, service: ServiceLives, alive: readonly Life[]): Finding {
  const { name, host } = service.planned;
  const baseline = alive.filter((life) => service.baseline.includes(life));
  const subject = { host, service: name };
  const evidence = [...trigger.ids, ...alive.map((life) => lastInHalt(c, life)?.sample.id)];
  const pids = (lives: readonly Life[]): string => lives.map((life) => life.pid).join(', ');
  const after = seconds(Math.max(...alive.map((life) => lastSeenInHalt(c, life))) - trigger.t0Ms);

  if (baseline.length === 0) {
    const reborn = alive.filter((life) => isBorn(life, trigger) && matchesStill(c, life, name));
    if (reborn.length > 0) {
      return finding(
        'respawned',
        subject,
        `${name} stopped, and a child of it took its place (pid ${pids(reborn)}), seen ${after} after T0.`,
        evidence,
      );
    }
    return finding(
      'orphaned-children',
      subject,
      `${name} stopped, but processes that descend from it still ran ${after} after T0 (pid ${pids(alive)}).`,
      evidence,
    );
  }
  if (baseline.every((life) => isFrozen(c, life))) {
    return finding(
      'frozen-not-stopped',
      subject,
      `${name} is frozen, not stopped: pid ${pids(baseline)} was in state T ${after} after T0.`,
      evidence,
    );
  }
  if (baseline.every((life) => isFrozen(c, life) || !matchesStill(c, life, name))) {
    return finding(
      'renamed-survivor',
      subject,
      `Pid ${pids(baseline)}, which was ${name} before the trigger, still ran under another name ${after} after T0.`,
      evidence,
    );
  }
  const gone = service.roots.filter((life) => !alive.includes(life));
  if (acknowledged(c, name) && gone.length === 0) {
    return finding(
      'successful-no-op',
      subject,
      `The broker acknowledged the stop of ${name}; the same process (pid ${pids(baseline)}) still ran on ${host} ${after} after T0.`,
      evidence,
    );
  }
  const part =
    gone.length > 0
      ? `${baseline.length} of ${service.baseline.length} processes of ${name} still ran`
      : `The broker did not acknowledge the stop of ${name}, and it still ran`;
  return finding(
    'partial-stop',
    subject,
    `${part} on ${host} ${after} after T0 (pid ${pids(baseline)}).`,
    evidence,
  );
}

function reappeared(c: CaseFile, trigger: Trigger, service: ServiceLives): Finding[] {
  const { name, host } = service.planned;
  const lastGone = Math.max(0, ...service.baseline.map((life) => c.lives.death(life)?.toMs ?? 0));
  const stayed = service.newcomers.filter((life) => !diedBy(c, life, c.haltEndMs));
  const went = service.newcomers.filter((life) => {
    const last = life.seen.at(-1)?.sample;
    if (last === undefined || !diedBy(c, life, c.haltEndMs) || last.receivedMs <= lastGone) return false;
    return isSeenComing(c, life) || last.sentMs >= trigger.deadlineMs;
  });
  const evidence = (lives: readonly Life[]): (string | undefined)[] =>
    lives.flatMap((life) => [life.seen[0], lastInHalt(c, life)].map((seen) => seen?.sample.id));
  const pids = (lives: readonly Life[]): string => lives.map((life) => life.pid).join(', ');
  const reboots = rebootsIn(c, host);
  const resurrected = stayed.filter((life) => reboots.has(life.scope));
  if (resurrected.length > 0) {
    return [
      finding(
        'boot-resurrection',
        { host, service: name },
        `${host} was rebooted while halted, and ${name} came back with it (pid ${pids(resurrected)}) and was still there when the halt ended.`,
        [...[...reboots.values()].map(({ before }) => before.id), ...evidence(resurrected)],
      ),
    ];
  }
  if (stayed.length > 0) {
    return [
      finding(
        'respawned',
        { host, service: name },
        `${name} came back on ${host} while halted (pid ${pids(stayed)}) and was still there when the halt ended.`,
        evidence(stayed),
      ),
    ];
  }
  if (went.length === 0) return [];
  return [
    finding(
      'flapped',
      { host, service: name },
      `${name} came back on ${host} while halted (pid ${pids(went)}) and went again.`,
      evidence(went),
    ),
  ];
}

/** Boots of the host that began after the trigger, by their scope. */
function rebootsIn(c: CaseFile, name: string): ReadonlyMap<string, Reboot> {
  const host = c.hosts.get(name);
  const reboots = (host && rebootsOf(host)) ?? [];
  return new Map(reboots.filter(({ after }) => after.receivedMs > c.anchorMs).map((one) => [one.scope, one]));
}

function late(
  c: CaseFile,
  trigger: Trigger,
  service: ServiceLives,
  all: readonly { life: Life; fate: Fate }[],
): Finding[] {
  const { name, host } = service.planned;
  const deaths = all.flatMap(({ life, fate }) => (fate === 'late' ? (c.lives.death(life) ?? []) : []));
  if (deaths.length === 0) return [];
  const from = Math.max(...deaths.map((death) => death.fromMs)) - trigger.t0Ms;
  const to = Math.max(...deaths.map((death) => death.toMs)) - trigger.t0Ms;
  const evidence = deaths.flatMap((death) => [death.lastSeen.id, death.firstNot.id]);
  return [
    finding(
      'late-stop',
      { host, service: name },
      `${name} stopped on ${host} ${seconds(from)} to ${seconds(to)} after T0; the deadline was ${seconds(c.plan.timing.withinMs)}.`,
      evidence,
    ),
  ];
}

function straddling(
  c: CaseFile,
  trigger: Trigger,
  service: ServiceLives,
  all: readonly { life: Life; fate: Fate }[],
): Finding[] {
  const { name, host } = service.planned;
  const death = all.find(({ fate }) => fate === 'straddling');
  const seen = death === undefined ? null : c.lives.death(death.life);
  if (seen === null) return [];
  return [
    finding(
      'sampled-too-coarsely',
      { host, service: name },
      `${name} died between ${seconds(seen.fromMs - trigger.t0Ms)} and ${seconds(seen.toMs - trigger.t0Ms)} after T0, and the deadline lies in between.`,
      [seen.lastSeen.id, seen.firstNot.id],
    ),
  ];
}

function lastDeath(c: CaseFile, service: ServiceLives): readonly [number, number] | null {
  const members = [...service.baseline, ...service.family];
  const deaths = members.flatMap((life) => {
    const death = c.lives.death(life);
    return death !== null && death.toMs <= c.haltEndMs ? [death] : [];
  });
  if (deaths.length === 0 || deaths.length < members.length) return null;
  return [Math.max(...deaths.map((death) => death.fromMs)), Math.max(...deaths.map((death) => death.toMs))];
}

function lastInHalt(c: CaseFile, life: Life): Sighting | undefined {
  return life.seen.findLast(({ sample }) => sample.receivedMs <= c.haltEndMs);
}

function lastSeenInHalt(c: CaseFile, life: Life): number {
  return lastInHalt(c, life)?.sample.sentMs ?? Number.NEGATIVE_INFINITY;
}

// What the first sample of its host shows may have been there all along.
function isSeenComing(c: CaseFile, life: Life): boolean {
  const first = firstSeen(life);
  return [...c.hosts.values()].every(({ good }) => good[0] !== first);
}

function isBorn(life: Life, trigger: Trigger): boolean {
  return (firstSeen(life)?.receivedMs ?? 0) > trigger.t0Ms;
}

function isFrozen(c: CaseFile, life: Life): boolean {
  return isFrozenState(lastInHalt(c, life)?.state);
}

// A zombie with living threads shows no argv: that is no new name.
function matchesStill(c: CaseFile, life: Life, service: string): boolean {
  if (lastInHalt(c, life)?.state === 'Z') return true;
  const last = detailAt(life, c.haltEndMs)?.detail;
  return (
    last === undefined ||
    last.services.includes(service) ||
    last.undecided.some((doubt) => doubt.service === service)
  );
}
