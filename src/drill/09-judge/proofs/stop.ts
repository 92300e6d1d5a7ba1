import type { FindingCode } from '../../model/findings.ts';
import { seconds } from '../../model/wording.ts';
import {
  acknowledged,
  type CaseFile,
  detailAt,
  firstSeen,
  isOtherKind,
  type Life,
  once,
  type Reboot,
  rebootsOf,
  type ServiceLives,
  type Sighting,
  said,
  type Trigger,
  within,
} from '../evidence/index.ts';
import { type Fault, fault, finding, spanning } from '../finding.ts';
import { controllerClockTrouble } from './clocks.ts';
import { controlsOf } from './controls.ts';
import { diedBy, stillnessOf } from './hold.ts';
import { haltTroubleOf } from './host.ts';
import { managerFindings } from './managers.ts';
import { isFrozenState } from './working.ts';

/** What became of one life, seen from the deadline. */
type Fate = 'gone' | 'late' | 'straddling' | 'alive' | 'unknown';

export interface StopProof {
  readonly proven: boolean;
  /** What is wrong with this stop; a proof that fails for want of evidence about the host or the hold has none here. */
  readonly findings: readonly Fault[];
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
    // Whatever it was, beside a target that was known: what was there before the trigger, and had to be gone by the deadline, was.
    const { role, instances } = service.planned;
    const isKnown = role === 'target' && service.roots.length >= instances && first.sentMs <= c.anchorMs;
    const death = isKnown ? c.lives.death(life) : null;
    if (death !== null && c.trigger !== null && death.toMs <= c.trigger.deadlineMs) return false;
    return last.receivedMs - first.sentMs > c.plan.timing.maxGapMs && last.receivedMs > c.anchorMs;
  });
}

function stopFindings(c: CaseFile, trigger: Trigger, service: ServiceLives): Fault[] {
  const all = fates(c, trigger, service);
  const alive = all.filter(({ fate }) => fate === 'alive').map(({ life }) => life);
  const stopped = [
    ...reappeared(c, trigger, service),
    ...late(c, trigger, service, all),
    ...straddling(c, trigger, service, all),
  ];
  if (alive.length > 0) return [...stillRunning(c, trigger, service, alive), ...stopped];
  const isOver = stopped.every(({ code }) => code !== 'respawned' && code !== 'boot-resurrection');
  return [
    ...stopped,
    ...(stopped.length === 0 ? stillAnswering(c, trigger, service) : []),
    // What is there again is not brought back by what its manager still has in mind.
    ...(isOver ? managerFindings(c, service) : []),
  ];
}

// Who answers for the broker is at work somewhere, whatever the process table of its host shows: here an answer accuses, and any will do.
function stillAnswering(c: CaseFile, trigger: Trigger, service: ServiceLives): Fault[] {
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

function stillRunning(c: CaseFile, trigger: Trigger, service: ServiceLives, alive: readonly Life[]): Fault[] {
  const { name } = service.planned;
  const [baseline, family] = [
    alive.filter((life) => service.baseline.includes(life)),
    withoutParent(c, service, alive),
  ];
  // One that was there before, and did not match then, has become it.
  const isNew = (life: Life): boolean => isBorn(life, trigger) || life.matched.has(name);
  const [reborn, orphans] = parted(family, (life) => isNew(life) && matchesStill(c, life, name));
  const [frozen, awake] = parted(baseline, (life) => isFrozen(c, life));
  const [same, renamed] = parted(awake, (life) => matchesStill(c, life, name));
  const found = (
    lives: readonly Life[],
    code: FindingCode,
    say: (pids: string, after: string) => string,
  ): Fault[] => {
    if (lives.length === 0) return [];
    const pids = lives.map((life) => life.pid).join(', ');
    const after = seconds(Math.max(...lives.map((life) => lastSeenInHalt(c, life))) - trigger.t0Ms);
    const evidence = [...trigger.ids, ...lives.map((life) => lastInHalt(c, life)?.sample.id)];
    const subject = { host: service.planned.host, service: name };
    return [spanning(finding(code, subject, say(pids, after), evidence), trigger.t0Ms, c.haltEndMs)];
  };
  return [
    ...found(
      reborn,
      'respawned',
      (pids, after) =>
        `${name} stopped, and a child of it took its place (pid ${pids}), seen ${after} after T0.`,
    ),
    ...found(
      orphans,
      'orphaned-children',
      (pids, after) =>
        `${name} stopped, but processes that descend from it still ran ${after} after T0 (pid ${pids}).`,
    ),
    ...found(
      frozen,
      'frozen-not-stopped',
      (pids, after) => `${name} is frozen, not stopped: pid ${pids} was in state T ${after} after T0.`,
    ),
    ...found(
      renamed,
      'renamed-survivor',
      (pids, after) =>
        `Pid ${pids}, which was ${name} before the trigger, still ran under another name ${after} after T0.`,
    ),
    ...found(same, ...unstopped(c, service, alive, same)),
  ];
}

/** The processes of the service that are as they were: none of it stopped, though that was acknowledged, or not all of it. */
function unstopped(
  c: CaseFile,
  service: ServiceLives,
  alive: readonly Life[],
  same: readonly Life[],
): [FindingCode, (pids: string, after: string) => string] {
  const { name, host } = service.planned;
  const isAcknowledged = acknowledged(c, name);
  const gone = service.roots.filter((life) => !alive.includes(life));
  if (isAcknowledged && gone.length === 0) {
    return [
      'successful-no-op',
      (pids, after) =>
        `The broker acknowledged the stop of ${name}; the same process (pid ${pids}) still ran on ${host} ${after} after T0.`,
    ];
  }
  const part =
    gone.length > 0
      ? `${same.length} of ${service.baseline.length} processes of ${name} still ran`
      : `The broker did not acknowledge the stop of ${name}, and it still ran`;
  return ['partial-stop', (pids, after) => `${part} on ${host} ${after} after T0 (pid ${pids}).`];
}

/** Those of the family that no living process of the service is the parent of: a child beside its parent is no orphan. */
function withoutParent(c: CaseFile, service: ServiceLives, alive: readonly Life[]): Life[] {
  const parents = alive.filter((life) => service.baseline.includes(life));
  return alive.filter(
    (life) =>
      service.family.includes(life) &&
      !parents.some(
        (parent) =>
          parent.scope === life.scope &&
          c.lives
            .lineage(life.scope)
            .descendants(new Set([parent.key]))
            .has(life.key),
      ),
  );
}

function parted<T>(all: readonly T[], fits: (one: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [all.filter(fits), all.filter((one) => !fits(one))];
}

function reappeared(c: CaseFile, trigger: Trigger, service: ServiceLives): Fault[] {
  const { name, host } = service.planned;
  // Where one never went, nothing came back and went again.
  const lastGone = Math.max(0, ...service.baseline.map((life) => c.lives.death(life)?.toMs ?? Infinity));
  const stayed = service.newcomers.filter((life) => !diedBy(c, life, c.haltEndMs));
  const went = service.newcomers.filter((life) => {
    const last = life.seen.at(-1)?.sample;
    if (last === undefined || !diedBy(c, life, c.haltEndMs) || last.receivedMs <= lastGone) return false;
    // Begun before the service was gone, with other arguments, and gone by the deadline: its own script stopped it. A new pid is
    // read one sample after it is listed.
    const before = c.hosts.get(host)?.good.findLast(({ sentMs }) => sentMs < (firstSeen(life)?.sentMs ?? 0));
    const isTool = before !== undefined && before.sentMs < lastGone && isOtherKind(service, life);
    if (isTool && diedBy(c, life, trigger.deadlineMs)) return false;
    return isSeenComing(c, life) || last.sentMs >= trigger.deadlineMs;
  });
  const evidence = (lives: readonly Life[]): (string | undefined)[] =>
    lives.flatMap((life) => [life.seen[0], lastInHalt(c, life)].map((seen) => seen?.sample.id));
  const pids = (lives: readonly Life[]): string => lives.map((life) => life.pid).join(', ');
  const reboots = rebootsIn(c, host);
  const [resurrected, respawned] = parted(stayed, (life) => reboots.has(life.scope));
  const found = (
    lives: readonly Life[],
    code: FindingCode,
    message: string,
    before: readonly string[] = [],
  ) =>
    lives.length === 0
      ? []
      : [
          spanning(
            finding(code, { host, service: name }, message, [...before, ...evidence(lives)]),
            Math.min(...lives.map((life) => firstSeen(life)?.receivedMs ?? Number.POSITIVE_INFINITY)),
            c.haltEndMs,
          ),
        ];
  return [
    ...found(
      resurrected,
      'boot-resurrection',
      `${host} was rebooted while halted, and ${name} came back with it (pid ${pids(resurrected)}) and was still there when the halt ended.`,
      [...reboots.values()].map(({ before }) => before.id),
    ),
    ...found(
      respawned,
      'respawned',
      `${name} came back on ${host} while halted (pid ${pids(respawned)}) and was still there when the halt ended.`,
    ),
    ...found(
      went,
      'flapped',
      `${name} came back on ${host} while halted (pid ${pids(went)}) and went again.`,
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
): Fault[] {
  const { name, host } = service.planned;
  const deaths = all.flatMap(({ life, fate }) => (fate === 'late' ? (c.lives.death(life) ?? []) : []));
  if (deaths.length === 0) return [];
  const from = Math.max(...deaths.map((death) => death.fromMs)) - trigger.t0Ms;
  const to = Math.max(...deaths.map((death) => death.toMs)) - trigger.t0Ms;
  const evidence = deaths.flatMap((death) => [death.lastSeen.id, death.firstNot.id]);
  return [
    fault(
      'late-stop',
      'late',
      { host, service: name },
      { fromMs: from, toMs: to, withinMs: c.plan.timing.withinMs },
      evidence,
    ),
  ];
}

function straddling(
  c: CaseFile,
  trigger: Trigger,
  service: ServiceLives,
  all: readonly { life: Life; fate: Fate }[],
): Fault[] {
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
