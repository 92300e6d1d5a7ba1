import type { Plan, PlannedService } from '../model/plan.ts';
import type { IncarnationKey } from '../model/process.ts';
import { canaryTag, type DetailSeen, detailAt, firstSeen, type Life, type Lives } from './lives.ts';

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
  /** Lives that match it on a machine that is not its host's, at any time. */
  readonly elsewhere: readonly Life[];
  /** Lives of which it could not be told whether they match it, on any host. */
  readonly undecided: readonly Life[];
}

/** Sorts every life to the services that it belongs to. */
export function livesOfService(
  plan: Plan,
  lives: Lives,
  at: {
    readonly anchorMs: number;
    readonly haltEndMs: number;
    /** Tags of the canaries that the runner planted; anybody can write such an argv, so no other tag counts. */
    readonly canaries: ReadonlySet<string>;
  },
): (planned: PlannedService) => ServiceLives {
  const declared = plan.services.map((service) => service.name);
  const matchedTo = new Map(declared.map((name) => [name, lives.all.filter((l) => l.matched.has(name))]));
  const canaries = lives.all.filter((life) => at.canaries.has(canaryTag(life) ?? '')).map((life) => life.key);

  // What one host of a machine shows is on all of them, even while another of them shows nothing.
  const machineOf = (host: string): readonly string[] =>
    plan.oneMachine.find((group) => group.includes(host)) ?? [host];
  const isAt = (life: Life, host: string): boolean => machineOf(host).some((name) => life.hosts.has(name));

  // The same daemon may be declared on two hosts, by the same match.
  const rightful = (life: Life, except: string): boolean =>
    plan.services.some((one) => one.name !== except && life.matched.has(one.name) && isAt(life, one.host));

  return (planned) => {
    const matched = matchedTo.get(planned.name) ?? [];
    const here = matched.filter((life) => isAt(life, planned.host));
    const others = new Set<IncarnationKey>(canaries);
    for (const [name, strangers] of matchedTo) {
      if (name !== planned.name) for (const life of strangers) if (!here.includes(life)) others.add(life.key);
    }
    for (const life of lives.all) {
      if (life.leftBy.has(planned.name)) others.add(life.key);
    }
    const baseline = here.filter((life) => isBaseline(life, planned.name, lives, at.anchorMs));
    for (const life of baseline) others.delete(life.key);
    const descendants = familyOf(baseline, lives, others);
    const tied = new Set(familyOf(baseline, lives, others, 'pid'));
    const isNew = (life: Life): boolean => !tied.has(life) && matchedMs(life, planned.name) > at.anchorMs;
    const kin = descendants.filter((life) => !life.matched.has(planned.name) || !isNew(life));
    const known = new Set([...baseline, ...kin]);
    const later = rootsAmong(
      here.filter(
        (life) => !known.has(life) && life.seen.length > 0 && matchedMs(life, planned.name) > at.anchorMs,
      ),
      lives,
      others,
    );
    return {
      planned,
      baseline,
      roots: rootsAmong(baseline, lives, others),
      family: kin.filter((life) => (firstSeen(life)?.receivedMs ?? Infinity) <= at.haltEndMs),
      newcomers: later.filter((life) => matchedMs(life, planned.name) <= at.haltEndMs),
      returned: later.filter((life) => matchedMs(life, planned.name) > at.haltEndMs),
      elsewhere: matched.filter((life) => !isAt(life, planned.host) && !rightful(life, planned.name)),
      undecided: lives.all.filter((life) => isUndecided(life, planned.name)),
    };
  };
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

function familyOf(
  roots: readonly Life[],
  lives: Lives,
  others: ReadonlySet<IncarnationKey>,
  by: 'pid' | 'pid or cgroup' = 'pid or cgroup',
): Life[] {
  const found = new Set<IncarnationKey>();
  for (const scope of new Set(roots.map((life) => life.scope))) {
    const keys = new Set(roots.filter((life) => life.scope === scope).map((life) => life.key));
    for (const key of lives.lineage(scope).descendants(keys, others, by)) found.add(key);
  }
  return lives.all.filter((life) => found.has(life.key) && life.seen.length > 0);
}

// A forked child shows its parent's argv until it execs, and so may match; it is no root.
function rootsAmong(candidates: readonly Life[], lives: Lives, others: ReadonlySet<IncarnationKey>): Life[] {
  const roots: Life[] = [];
  for (const life of [...candidates].sort((a, b) => a.start - b.start || a.pid - b.pid)) {
    const descends = roots.some(
      (root) =>
        root.scope === life.scope &&
        lives
          .lineage(life.scope)
          .descendants(new Set([root.key]), others, 'pid')
          .has(life.key),
    );
    if (!descends) roots.push(life);
  }
  return roots;
}
