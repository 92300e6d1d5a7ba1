import { excuseOf } from '../../model/excuse.ts';
import type { Bounds } from '../../model/lineage.ts';
import { machineOf, type Plan, type PlannedService } from '../../model/plan.ts';
import type { IncarnationKey } from '../../model/process.ts';
import { type DetailSeen, detailAt, firstSeen, type Life, type Lives } from './lives.ts';
import { otherProgram } from './other-program.ts';

/** The lives of one service: which were there before the trigger, what descends from them, what came later. */
export interface ServiceLives {
  readonly planned: PlannedService;
  /** Lives that match it on its host and were alive when T0 came. */
  readonly baseline: readonly Life[];
  /** Those of `baseline` that descend from no other of them. */
  readonly roots: readonly Life[];
  /** Descendants of `baseline` seen before the halt ended, whenever born, but for declared leaves. */
  readonly family: readonly Life[];
  /** Root lives that match it on its host, seen after T0 and before the halt ended, and not before T0. */
  readonly newcomers: readonly Life[];
  /** Root lives that match it on its host and were first seen after the halt ended. */
  readonly returned: readonly Life[];
  /**
   * Root lives beside which all the time the service itself was there, of a service that was not to stop, or from the undo on: a status
   * command with the same script, or a second instance. They are in none of the lists above, but for those of `returned` that lasted.
   */
  readonly beside: readonly Life[];
  /** Lives that match it on a machine that is not its host's, at any time. */
  readonly elsewhere: readonly Life[];
  /** Lives of which it could not be told whether they match it, on any host. */
  readonly undecided: readonly Life[];
}

/** What the sorting goes by, besides the lives themselves. */
export interface Sorting {
  readonly anchorMs: number;
  readonly haltEndMs: number;
  /** Tags of the canaries that the runner planted, by host; anybody can write such an argv, so no other tag counts. */
  readonly canaries: ReadonlyMap<string, ReadonlySet<string>>;
  /** Cgroups that a service manager calls a service's own, by service. */
  readonly groups: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Sorts every life to the services that it belongs to. */
export function livesOfService(
  plan: Plan,
  lives: Lives,
  at: Sorting,
): (planned: PlannedService) => ServiceLives {
  const declared = plan.services.map((service) => service.name);
  const matchedTo = new Map(declared.map((name) => [name, lives.all.filter((l) => l.matched.has(name))]));

  const { isSeenAt, isAt, isRightful } = whereabouts(plan, lives);

  return (planned) => {
    const matched = matchedTo.get(planned.name) ?? [];
    const here = matched.filter((life) => isSeenAt(life, planned.host));
    const baseline = here.filter((life) => isBaseline(life, planned.name, lives, at.anchorMs));
    const bounds = boundsOf(plan, lives, planned, at, isAt, new Set(baseline));
    const tied = new Set(familyOf(baseline, lives, { ...bounds, by: 'pid' }));
    const isNew = (life: Life): boolean => !tied.has(life) && matchedMs(life, planned.name) > at.anchorMs;
    const scopes = new Set(baseline.map(({ scope }) => scope));
    const next = here.filter((life) => isNew(life) && life.seen.length > 0 && scopes.has(life.scope));
    const kin = familyOf(baseline, lives, { ...bounds, bornBefore: firstStart(next) }).filter(
      (life) => !life.matched.has(planned.name) || !isNew(life),
    );
    const known = new Set([...baseline, ...kin]);
    const later = rootsInTime(
      planned.name,
      here.filter(
        (life) => !known.has(life) && life.seen.length > 0 && matchedMs(life, planned.name) > at.anchorMs,
      ),
      lives,
      bounds,
    );
    const roots = rootsAmong(baseline, lives, bounds);
    // What comes and goes beside a service that must not stop, or has been started again, is none of it; in place of one, it is.
    const steadyMs = at.anchorMs - plan.timing.maxGapMs;
    const isFree = (life: Life): boolean =>
      planned.role === 'target'
        ? matchedMs(life, planned.name) > at.haltEndMs
        : (firstSeen(life)?.sentMs ?? 0) > steadyMs;
    const beside = besides([...roots, ...later], planned, at.anchorMs, plan.timing.maxGapMs).filter(isFree);
    const isProper = (life: Life): boolean => !beside.includes(life);
    const newcomers = later.filter((life) => matchedMs(life, planned.name) <= at.haltEndMs);
    return {
      planned,
      baseline: baseline.filter(isProper),
      roots: roots.filter(isProper),
      family: kin.filter((life) => (firstSeen(life)?.receivedMs ?? Infinity) <= at.haltEndMs),
      newcomers: newcomers.filter(isProper),
      returned: later.filter(
        (life) => !newcomers.includes(life) && (isProper(life) || isLasting(life, plan.timing.maxGapMs)),
      ),
      beside,
      elsewhere: matched.filter((life) => !isAt(life, planned.host) && !isRightful(life, planned.name)),
      undecided: lives.all.filter((life) => isUndecided(life, planned.name)),
    };
  };
}

/** On which hosts a life is, and whether it is where another service that it matches should be. */
function whereabouts(plan: Plan, lives: Lives) {
  // What one host of a machine shows is on all of them, even while another of them shows nothing.
  const isSeenAt = (life: Life, host: string): boolean =>
    machineOf(plan, host).some((name) => life.hosts.has(name));
  // A process in a container is one with what the host that has it shows of it.
  const isAt = (life: Life, host: string): boolean =>
    [life, ...lives.twinsOf(life)].some((one) => isSeenAt(one, host));

  // The same daemon may be declared on two hosts, by the same match.
  const isRightful = (life: Life, except: string): boolean =>
    plan.services.some((one) => one.name !== except && life.matched.has(one.name) && isAt(life, one.host));
  return { isSeenAt, isAt, isRightful };
}

/** What ends descent from a service: lives that are excused, each on its own host, by what they are when the halt ends. */
function boundsOf(
  plan: Plan,
  lives: Lives,
  { name, host }: PlannedService,
  at: Sorting,
  isAt: (life: Life, host: string) => boolean,
  baseline: ReadonlySet<Life>,
): Bounds {
  const isThere = new Map(plan.services.map((one) => [one.name, one.host]));
  const others = new Set<IncarnationKey>();
  const helpers = new Set<IncarnationKey>();
  // Whoever may be left behind, or go on, is that by the deadline; what was not, was a part of the service until then.
  const byMs = at.anchorMs + plan.timing.withinMs;
  for (const life of lives.all) {
    if (baseline.has(life)) continue;
    const looks = life.details.filter(({ sample }, index) => index === 0 || sample.sentMs <= at.haltEndMs);
    const excuse = excuseOf(
      looks.map(({ detail }) => detail),
      name,
      (other) => other !== name && isAt(life, isThere.get(other) ?? ''),
      (tag) =>
        [life, ...lives.twinsOf(life)].some((one) =>
          [...one.hosts].some((own) => at.canaries.get(own)?.has(tag) === true),
        ),
    );
    if (excuse === null) continue;
    const sinceMs = looks[excuse.since]?.sample.receivedMs ?? 0;
    const bornMs = firstSeen(life)?.receivedMs ?? 0;
    if (sinceMs > Math.max(byMs, bornMs + plan.timing.maxGapMs)) continue;
    (excuse.kind === 'helper' ? helpers : others).add(life.key);
  }
  const shared = [...at.groups].flatMap(([other, groups]) =>
    other !== name && isThere.get(other) === host ? [...groups] : [],
  );
  const own = new Set([...(at.groups.get(name) ?? [])].filter((group) => !shared.includes(group)));
  return { others, helpers, own };
}

const firstStart = (lives: readonly Life[]): number => Math.min(...lives.map(({ start }) => start));

/** Whether it was there for longer than a pass says anything about. */
export function isLasting(life: Life, maxGapMs: number): boolean {
  const [first, last] = [life.seen[0], life.seen.at(-1)];
  return (last?.sample.receivedMs ?? 0) - (first?.sample.sentMs ?? 0) > maxGapMs;
}

/** Root lives all of whose time others, as many as there should be and longer there, were there as well. */
function besides(
  roots: readonly Life[],
  planned: PlannedService,
  anchorMs: number,
  maxGapMs: number,
): Life[] {
  const span = (life: Life): readonly [number, number] => [
    firstSeen(life)?.sentMs ?? 0,
    otherProgram(life, planned, anchorMs)?.from.sample.sentMs ?? life.seen.at(-1)?.sample.sentMs ?? 0,
  ];
  const order = [...roots].sort((a, b) => span(a)[0] - span(b)[0] || a.start - b.start || a.pid - b.pid);
  const proper: Life[] = [];
  return order.filter((life) => {
    const [from, to] = span(life);
    const longer = proper.filter((one) => {
      const [first, last] = span(one);
      return first <= from && to <= last && isLasting(one, maxGapMs);
    });
    if (longer.length >= planned.instances) return true;
    proper.push(life);
    return false;
  });
}

function isBaseline(life: Life, service: string, lives: Lives, anchorMs: number): boolean {
  const first = firstSeen(life);
  if (first === null || first.receivedMs > anchorMs) return false;
  if (detailAt(life, anchorMs)?.detail.services.includes(service) !== true) return false;
  const death = lives.death(life);
  return death === null || death.toMs > anchorMs;
}

// What decides is the last look: a process may be unreadable for an instant while it execs. Where the main thread has exited, or
// is ending, and no other thread could be read, it still is what it was at an earlier look, as long as it bears
// the same command name, which exec would have set.
function isUndecided(life: Life, service: string): boolean {
  const doubts = ({ detail }: DetailSeen): boolean =>
    detail.undecided.some((doubt) => doubt.service === service);
  const last = life.details.at(-1);
  if (last === undefined || !doubts(last)) return false;
  if (last.detail.headless !== true || last.detail.comm === undefined) return true;
  return !life.details.some((seen) => !doubts(seen) && seen.detail.comm === last.detail.comm);
}

/** When it was first seen to match. */
function matchedMs(life: Life, service: string): number {
  return life.details.find(({ detail }) => detail.services.includes(service))?.sample.receivedMs ?? 0;
}

function familyOf(roots: readonly Life[], lives: Lives, bounds: Bounds): Life[] {
  const found = new Set<IncarnationKey>();
  for (const scope of new Set(roots.map((life) => life.scope))) {
    const keys = new Set(roots.filter((life) => life.scope === scope).map((life) => life.key));
    for (const key of lives.lineage(scope).descendants(keys, bounds)) found.add(key);
  }
  return lives.all.filter((life) => found.has(life.key) && life.seen.length > 0);
}

/**
 * Root lives of a service over all of their time, as the runner counts them by the parents that live: one that descends from another is a
 * root once that has ended, as a daemon is whose starter waits until it is ready, as long as it still matches.
 */
function rootsInTime(service: string, candidates: readonly Life[], lives: Lives, bounds: Bounds): Life[] {
  const matches = (life: Life): boolean => life.details.at(-1)?.detail.services.includes(service) === true;
  return rootsAmong(candidates, lives, bounds, (root, life) => {
    const death = lives.death(root);
    return death !== null && matches(life) && (life.seen.at(-1)?.sample.sentMs ?? 0) >= death.toMs;
  });
}

// A forked child shows its parent's argv until it execs, and so may match; it is no root.
function rootsAmong(
  candidates: readonly Life[],
  lives: Lives,
  bounds: Bounds,
  outlives: (root: Life, life: Life) => boolean = () => false,
): Life[] {
  const roots: Life[] = [];
  for (const life of [...candidates].sort((a, b) => a.start - b.start || a.pid - b.pid)) {
    const descends = roots.some(
      (root) =>
        !outlives(root, life) &&
        root.scope === life.scope &&
        lives
          .lineage(life.scope)
          .descendants(new Set([root.key]), { ...bounds, by: 'pid' })
          .has(life.key),
    );
    if (!descends) roots.push(life);
  }
  return roots;
}
