import type { StillRunning } from '../../model/findings/stopping.ts';
import type { Interval } from '../../model/reading.ts';
import {
  acknowledged,
  type CaseFile,
  detailAt,
  firstSeen,
  isLasting,
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
import { type Fault, fault, spanning } from '../finding.ts';
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
    wasAsked(c, c.trigger, service) &&
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
  const unseen = unseenEnds(c, trigger, service, all);
  if (alive.length > 0) return [...stillRunning(c, trigger, service, alive), ...stopped, ...unseen];
  const isOver = stopped.every(({ code }) => code !== 'respawned' && code !== 'boot-resurrection');
  return [
    ...stopped,
    ...unseen,
    ...(stopped.length === 0 ? stillAnswering(c, trigger, service) : []),
    // What is there again is not brought back by what its manager still has in mind.
    ...(isOver ? managerFindings(c, service) : []),
  ];
}

/** What the API of a broker that has to be gone was asked when it was; null of any other service. */
function askedWhenGone(c: CaseFile, trigger: Trigger, service: ServiceLives): CaseFile['status'] | null {
  if (!c.brokerMustStop || service.planned.name !== c.plan.broker) return null;
  const members = [...service.baseline, ...service.family, ...service.newcomers];
  const fromMs = Math.max(trigger.deadlineMs, ...members.map((life) => c.lives.death(life)?.toMs ?? 0));
  return within(c.status, { fromMs, toMs: c.haltEndMs });
}

// Nobody can say that a broker is gone who did not ask whether somebody answers for it.
function wasAsked(c: CaseFile, trigger: Trigger, service: ServiceLives): boolean {
  return c.plan.sources?.status === false || askedWhenGone(c, trigger, service)?.length !== 0;
}

// Who answers for the broker is at work somewhere, whatever the process table of its host shows: here an answer accuses, and any will do.
function stillAnswering(c: CaseFile, trigger: Trigger, service: ServiceLives): Fault[] {
  const { name, host } = service.planned;
  const answer = said(askedWhenGone(c, trigger, service) ?? []).at(-1);
  if (answer === undefined) return [];
  const answers = fault(
    'partial-stop',
    'still answers',
    { host, service: name },
    { afterMs: answer.sentMs - trigger.t0Ms },
    [...trigger.ids, answer.id],
  );
  return [spanning(answers, trigger.t0Ms, answer.receivedMs)];
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
  const subject = { host: service.planned.host, service: name };
  const found = (
    lives: readonly Life[],
    say: (seen: StillRunning, evidence: readonly (string | undefined)[]) => Fault,
  ): Fault[] => {
    if (lives.length === 0) return [];
    const pids = lives.map((life) => life.pid);
    const afterMs = Math.max(...lives.map((life) => lastSeenInHalt(c, life))) - trigger.t0Ms;
    const evidence = [...trigger.ids, ...lives.map((life) => lastInHalt(c, life)?.sample.id)];
    return [spanning(say({ pids, afterMs }, evidence), trigger.t0Ms, c.haltEndMs)];
  };
  return [
    ...found(reborn, (seen, ids) => fault('respawned', 'child took over', subject, seen, ids)),
    ...found(orphans, (seen, ids) => fault('orphaned-children', 'descendants run', subject, seen, ids)),
    ...found(frozen, (seen, ids) => fault('frozen-not-stopped', 'frozen', subject, seen, ids)),
    ...found(renamed, (seen, ids) => fault('renamed-survivor', 'another name', subject, seen, ids)),
    ...found(same, (seen, ids) => unstopped(c, service, alive, seen, ids)),
  ];
}

/** The processes of the service that are as they were: none of it stopped, though that was acknowledged, or not all of it. */
function unstopped(
  c: CaseFile,
  service: ServiceLives,
  alive: readonly Life[],
  seen: StillRunning,
  ids: readonly (string | undefined)[],
): Fault {
  const { name, host } = service.planned;
  const subject = { host, service: name };
  const isAnyGone = service.roots.some((life) => !alive.includes(life));
  if (isAnyGone) {
    return fault('partial-stop', 'some still run', subject, { ...seen, of: service.baseline.length }, ids);
  }
  return acknowledged(c, name)
    ? fault('successful-no-op', 'same process', subject, seen, ids)
    : fault('partial-stop', 'not acknowledged', subject, seen, ids);
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
  // Beside one that never went, what is there for no longer than `max-gap` is a command that somebody ran.
  const lastGone = Math.max(0, ...service.baseline.map((life) => c.lives.death(life)?.toMs ?? Infinity));
  const stayed = service.newcomers.filter((life) => !diedBy(c, life, c.haltEndMs));
  const went = service.newcomers.filter((life) => {
    const last = life.seen.at(-1)?.sample;
    if (last === undefined || !diedBy(c, life, c.haltEndMs)) return false;
    // Begun before the service was gone, with other arguments, and gone by the deadline: its own script stopped it. A new pid is
    // read one sample after it is listed.
    const before = c.hosts.get(host)?.good.findLast(({ sentMs }) => sentMs < (firstSeen(life)?.sentMs ?? 0));
    const isTool = before !== undefined && before.sentMs < lastGone && isOtherKind(service, life);
    if (isTool && diedBy(c, life, trigger.deadlineMs)) return false;
    if (lastGone === Infinity) return isLasting(life, c.plan.timing.maxGapMs);
    if (last.receivedMs <= lastGone) return false;
    return isSeenComing(c, life) || last.sentMs >= trigger.deadlineMs;
  });
  const evidence = (lives: readonly Life[]): (string | undefined)[] =>
    lives.flatMap((life) => [life.seen[0], lastInHalt(c, life)].map((seen) => seen?.sample.id));
  const reboots = rebootsIn(c, host);
  const booted = [...reboots.values()].map(({ before }) => before.id);
  const [resurrected, respawned] = parted(stayed, (life) => reboots.has(life.scope));
  const subject = { host, service: name };
  const found = (
    lives: readonly Life[],
    say: (seen: Pick<StillRunning, 'pids'>, evidence: readonly (string | undefined)[]) => Fault,
  ) => {
    if (lives.length === 0) return [];
    const { fromMs, toMs } = thereAtFirst(c, lives);
    return [spanning(say({ pids: lives.map((life) => life.pid) }, evidence(lives)), fromMs, toMs)];
  };
  return [
    ...found(resurrected, (seen, ids) =>
      fault('boot-resurrection', 'came back with host', subject, seen, [...booted, ...ids]),
    ),
    ...found(respawned, (seen, ids) => fault('respawned', 'came back', subject, seen, ids)),
    ...found(went, (seen, ids) => fault('flapped', 'came and went', subject, seen, ids)),
  ];
}

/** From when to when at least one of these was there in the halt without a break, from the first of them on. */
function thereAtFirst(c: CaseFile, lives: readonly Life[]): Interval {
  const spans = lives
    .map((life) => ({
      fromMs: firstSeen(life)?.receivedMs ?? Number.POSITIVE_INFINITY,
      toMs: Math.min(c.haltEndMs, c.lives.death(life)?.toMs ?? c.haltEndMs),
    }))
    .toSorted((a, b) => a.fromMs - b.fromMs);
  const fromMs = spans[0]?.fromMs ?? Number.POSITIVE_INFINITY;
  let toMs = fromMs;
  for (const one of spans) if (one.fromMs <= toMs) toMs = Math.max(toMs, one.toMs);
  return { fromMs, toMs };
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
  const stopped = fault(
    'late-stop',
    'late',
    { host, service: name },
    { fromMs: from, toMs: to, withinMs: c.plan.timing.withinMs },
    evidence,
  );
  return [spanning(stopped, trigger.t0Ms, trigger.t0Ms + to)];
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
    fault(
      'sampled-too-coarsely',
      'straddled deadline',
      { host, service: name },
      { fromMs: seen.fromMs - trigger.t0Ms, toMs: seen.toMs - trigger.t0Ms },
      [seen.lastSeen.id, seen.firstNot.id],
    ),
  ];
}

/** Those of which nobody saw whether they were gone by the deadline: whatever else is said of the service, that is not known. */
function unseenEnds(
  c: CaseFile,
  trigger: Trigger,
  service: ServiceLives,
  all: readonly { life: Life; fate: Fate }[],
): Fault[] {
  const { name, host } = service.planned;
  const lives = all.flatMap(({ life, fate }) => (fate === 'unknown' ? [life] : []));
  if (lives.length === 0) return [];
  const lastMs = Math.max(...lives.map((life) => lastSeenInHalt(c, life)));
  const unseen = fault(
    'blind-probe',
    'end not seen',
    { host, service: name },
    { pids: lives.map((life) => life.pid), lastMs: lastMs - trigger.t0Ms },
    lives.map((life) => lastInHalt(c, life)?.sample.id),
  );
  return [spanning(unseen, trigger.t0Ms, c.haltEndMs)];
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
