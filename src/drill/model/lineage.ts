import { type IncarnationKey, incarnationKey, type ProcessRow, type TableScope } from './process.ts';

const NONE: ReadonlySet<string> = new Set();

/** Cgroups of forgotten lives that are still known to have had somebody in them, the latest. */
const MOST_CGROUPS = 1_024;

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
  /** Lives by the pids of others that they name: parents, leaders of their groups and sessions. */
  readonly #naming = new Map<number, Set<Life>>();
  /** Of lives that are forgotten: when the oldest of a cgroup began. */
  readonly #oldestIn = new Map<string, number>();

  /** Whether it says anything that was not known of this life. */
  note(scope: TableScope, row: ProcessRow, cgroup: string | null = null): boolean {
    const known = this.#lives.get(incarnationKey(scope, row));
    const life = known ?? this.#begin(scope, row);
    const { parents, leaders, cgroups } = life;
    const before = parents.size + leaders.size + cgroups.size;
    parents.add(row.ppid);
    leaders.add(row.pgrp).add(row.sid);
    if (cgroup !== null) cgroups.add(cgroup);
    for (const pid of [row.ppid, row.pgrp, row.sid]) this.#name(pid, life);
    return known === undefined || parents.size + leaders.size + cgroups.size > before;
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
    const isOut = ({ key }: Life): boolean => others.has(key) || helped.has(key);
    const found = this.#those(roots);
    const join = (life: Life): void => {
      if (members.has(life.key) || isOut(life)) return;
      members.add(life.key);
      found.push(life);
    };
    if (by !== 'pid' && known.size + own.size > 0)
      for (const life of this.#lives.values()) if (isTied(life)) join(life);
    // It grows while it is gone through.
    for (const member of found) for (const life of this.#referringTo(member)) join(life);
    for (const key of roots) members.delete(key);
    return members;
  }

  /**
   * Forgets every life but `wanted` and those that tie one of them to whoever started it, however far back: whoever descends from whom
   * among those that are left stays the same. Returns those that it forgot. Where an earlier life of a forgotten one's pid is left, that
   * pid goes on standing for a stranger, so that whoever refers to it later is not taken for a child of the earlier life.
   */
  keepOnly(wanted: ReadonlySet<IncarnationKey>): IncarnationKey[] {
    const kept = new Set(wanted);
    const found = this.#those(kept);
    // It grows while it is gone through.
    for (const life of found) {
      for (const one of this.#tiesOf(life)) {
        if (kept.has(one.key)) continue;
        kept.add(one.key);
        found.push(one);
      }
    }
    const forgotten = [...this.#lives.values()].filter(({ key }) => !kept.has(key));
    for (const life of forgotten) this.#forget(life);
    for (const pid of new Set(forgotten.map((life) => life.pid))) this.#thin(pid);
    return forgotten.map(({ key }) => key);
  }

  /** Those whom a life refers to; of its parents' pids every life whose cgroup is known (`#ownCgroups`). */
  #tiesOf(life: Life): Life[] {
    const bearers = [...life.parents, ...life.leaders].map((pid) => this.#bearer(pid, life)?.key);
    const starters = [...life.parents].flatMap((pid) => this.#byPid.get(pid) ?? []);
    const sharing = starters.filter(({ cgroups }) => cgroups.size > 0).map(({ key }) => key);
    return this.#those(new Set([...bearers, ...sharing].filter((key) => key !== undefined)));
  }

  #forget(life: Life): void {
    this.#lives.delete(life.key);
    for (const pid of [...life.parents, ...life.leaders]) {
      const naming = this.#naming.get(pid);
      naming?.delete(life);
      if (naming?.size === 0) this.#naming.delete(pid);
    }
    for (const path of life.cgroups) {
      const start = Math.min(life.start, this.#oldestIn.get(path) ?? life.start);
      // The latest last.
      this.#oldestIn.delete(path);
      this.#oldestIn.set(path, start);
      const [first] = this.#oldestIn.keys();
      if (first !== undefined && this.#oldestIn.size > MOST_CGROUPS) this.#oldestIn.delete(first);
    }
  }

  // Of those that are forgotten, the first after each that is left stands for all that follow it.
  #thin(pid: number): void {
    const left: Life[] = [];
    for (const one of (this.#byPid.get(pid) ?? []).toSorted((a, b) => a.start - b.start)) {
      const before = left.at(-1);
      if (this.#lives.has(one.key) || (before !== undefined && this.#lives.has(before.key))) left.push(one);
    }
    if (left.length === 0) this.#byPid.delete(pid);
    else this.#byPid.set(pid, left);
  }

  #those(keys: ReadonlySet<IncarnationKey>): Life[] {
    return [...keys].flatMap((key) => this.#lives.get(key) ?? []);
  }

  /** Lives that have this one as parent, or as leader of their group or session, in one sample or another. */
  *#referringTo(member: Life): Iterable<Life> {
    for (const life of this.#naming.get(member.pid) ?? [])
      if (this.#bearer(member.pid, life)?.key === member.key) yield life;
  }

  #name(pid: number, by: Life): void {
    if (pid === by.pid) return;
    const naming = this.#naming.get(pid);
    if (naming === undefined) this.#naming.set(pid, new Set([by]));
    else naming.add(by);
  }

  /** These, and whatever they started. By the first parent alone: whoever adopts an orphan did not start it. */
  #startedBy(these: ReadonlySet<IncarnationKey>, but: ReadonlySet<IncarnationKey>): Set<IncarnationKey> {
    const started = new Set(these);
    const found = this.#those(these);
    // It grows while it is gone through.
    for (const parent of found) {
      for (const life of this.#referringTo(parent)) {
        const [first] = life.parents;
        if (first !== parent.pid || started.has(life.key) || but.has(life.key)) continue;
        started.add(life.key);
        found.push(life);
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
    const others = (this.#byPid.get(row.pid) ?? []).filter((one) => one.key !== key);
    this.#byPid.set(row.pid, [...others, life]);
    return life;
  }

  // A pid stands for its latest life that was not younger than the one that refers to it: a parent or leader
  // is never younger than its child, and a stranger may have reused the pid of a member.
  #bearer(pid: number, of: Life): Life | null {
    if (pid === of.pid) return null;
    let bearer: Life | null = null;
    for (const life of this.#byPid.get(pid) ?? []) {
      if (life.start <= of.start && life.start > (bearer?.start ?? -1)) bearer = life;
    }
    return bearer;
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
    for (const [path, start] of this.#oldestIn) if (start < oldest) own.delete(path);
    for (const life of this.#lives.values()) {
      if (roots.has(life.key)) continue;
      if (others.has(life.key) || starters.has(life.pid) || life.start < oldest)
        for (const path of life.cgroups) own.delete(path);
    }
    return own;
  }
}
