import { type IncarnationKey, incarnationKey, type ProcessRow, type TableScope } from './process.ts';

const NONE: ReadonlySet<string> = new Set();

/** What is known of one life, over all samples that saw it; its parent, group and session may change. */
interface Life {
  readonly key: IncarnationKey;
  readonly pid: number;
  readonly start: number;
  readonly parents: Set<number>;
  /** Process groups and sessions, by the pid that leads them. */
  readonly leaders: Set<number>;
  readonly cgroups: Set<string>;
}

/** What ends descent, and what is known of cgroups. */
export interface Bounds {
  /** Lives of other declared services, canaries: descent ends there, though what they start may be tied to a root in another way. */
  readonly others?: ReadonlySet<IncarnationKey>;
  /** Declared helpers: what they start is theirs, whatever group or session it is in. */
  readonly helpers?: ReadonlySet<IncarnationKey>;
  /** Cgroups that a service manager calls the roots' own; they hold no strangers, whatever their age. */
  readonly own?: ReadonlySet<string>;
  /** By cgroup alone belongs only what began before this, in clock ticks: the rest is of the next life's. */
  readonly bornBefore?: number;
  readonly by?: 'pid' | 'pid or cgroup';
}

/** Who descends from whom on one machine. `note` is called with every row of every sample, in order. */
export class Lineage {
  readonly #lives = new Map<IncarnationKey, Life>();
  readonly #byPid = new Map<number, Life[]>();

  note(scope: TableScope, row: ProcessRow, cgroup: string | null = null): void {
    const life = this.#lives.get(incarnationKey(scope, row)) ?? this.#begin(scope, row);
    life.parents.add(row.ppid);
    life.leaders.add(row.pgrp).add(row.sid);
    if (cgroup !== null) life.cgroups.add(cgroup);
  }

  /**
   * Every life that descends from `roots`: by parent, by a process group or session that a member leads, or by a
   * cgroup of the roots' own; as ever seen, so that a daemon that forked twice and was adopted by pid 1 is still
   * found. Roots are not in the result.
   */
  descendants(
    roots: ReadonlySet<IncarnationKey>,
    { others = NONE, helpers = NONE, own = NONE, bornBefore = Infinity, by = 'pid or cgroup' }: Bounds = {},
  ): Set<IncarnationKey> {
    const members = new Set(roots);
    const helped = this.#startedBy(helpers, members);
    const known = by === 'pid' ? NONE : this.#ownCgroups(roots, others);
    const isInOwn = (path: string): boolean =>
      known.has(path) || [...own].some((group) => path === group || path.startsWith(`${group}/`));
    const isTied = (life: Life): boolean =>
      by !== 'pid' && life.start < bornBefore && [...life.cgroups].some(isInOwn);
    for (let grew = true; grew; ) {
      grew = false;
      for (const life of this.#lives.values()) {
        if (members.has(life.key) || others.has(life.key) || helped.has(life.key)) continue;
        if (!this.#refersTo(members, life) && !isTied(life)) continue;
        members.add(life.key);
        grew = true;
      }
    }
    for (const key of roots) members.delete(key);
    return members;
  }

  /** These, and whatever they started. By the first parent alone: whoever adopts an orphan did not start it. */
  #startedBy(these: ReadonlySet<IncarnationKey>, but: ReadonlySet<IncarnationKey>): Set<IncarnationKey> {
    const started = new Set(these);
    for (let grew = these.size > 0; grew; ) {
      grew = false;
      for (const life of this.#lives.values()) {
        if (started.has(life.key) || but.has(life.key)) continue;
        const [parent] = life.parents;
        if (parent === undefined || !this.#isMember(parent, life, started)) continue;
        started.add(life.key);
        grew = true;
      }
    }
    return started;
  }

  #begin(scope: TableScope, row: ProcessRow): Life {
    const key = incarnationKey(scope, row);
    const life: Life = {
      key,
      pid: row.pid,
      start: row.start,
      parents: new Set(),
      leaders: new Set(),
      cgroups: new Set(),
    };
    this.#lives.set(key, life);
    this.#byPid.set(row.pid, [...(this.#byPid.get(row.pid) ?? []), life]);
    return life;
  }

  #refersTo(members: ReadonlySet<IncarnationKey>, life: Life): boolean {
    for (const pid of life.parents) if (this.#isMember(pid, life, members)) return true;
    for (const pid of life.leaders) if (this.#isMember(pid, life, members)) return true;
    return false;
  }

  // A pid stands for its latest life that was not younger than the one that refers to it: a parent or leader
  // is never younger than its child, and a stranger may have reused the pid of a member.
  #isMember(pid: number, of: Life, members: ReadonlySet<IncarnationKey>): boolean {
    if (pid === of.pid) return false;
    let bearer: Life | null = null;
    for (const life of this.#byPid.get(pid) ?? []) {
      if (life.start <= of.start && life.start > (bearer?.start ?? -1)) bearer = life;
    }
    return bearer !== null && members.has(bearer.key);
  }

  // systemd gives a unit a cgroup of its own; a login session, a container or a plain supervisor shares one among
  // strangers, which shows in that whoever started the root, or another service, sits in it too.
  #ownCgroups(roots: ReadonlySet<IncarnationKey>, others: ReadonlySet<IncarnationKey>): Set<string> {
    const own = new Set<string>();
    const starters = new Set<number>();
    let oldest = Number.POSITIVE_INFINITY;
    for (const key of roots) {
      const root = this.#lives.get(key);
      oldest = Math.min(oldest, root?.start ?? oldest);
      for (const path of root?.cgroups ?? []) own.add(path);
      for (const pid of root?.parents ?? []) starters.add(pid);
    }
    own.delete('/');
    for (const life of this.#lives.values()) {
      if (roots.has(life.key)) continue;
      if (others.has(life.key) || starters.has(life.pid) || life.start < oldest)
        for (const path of life.cgroups) own.delete(path);
    }
    return own;
  }
}
