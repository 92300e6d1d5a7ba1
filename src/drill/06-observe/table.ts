import { type Excuse, excuseOf } from '../model/excuse.ts';
import { Lineage } from '../model/lineage.ts';
import { type Plan, servicesAt } from '../model/plan.ts';
import { hasEnded, type IncarnationKey, incarnationKey, type ProcessRow } from '../model/process.ts';
import { type RecordedDetail, type SeenTable, seesEverything } from '../model/sample.ts';
import type { ForeignCanary, SeenLife } from '../ports/observer.ts';
import { begin, isSomebodys, type KnownLife, MOST_CHANGES, takeLook } from './known-life.ts';

/** How often a process that has just begun is opened: until it execs, a forked child shows its parent's argv. */
const LOOKS_AT_YOUNG = 3;
const YOUNG_MS = 2_000;
/** A service that forks all the time has any number of lives. */
const MOST_ASKED = 200;
/** Strangers that are gone and still remembered, the latest; as many of those that services started. */
const GONE = 4_096;
/** How many more have to be gone before some are forgotten, since that takes a look at all of them. */
const GONE_AT_ONCE = 1_024;
/** Lives that are followed on one host, some that are gone among them: each takes somewhat less than 2 KiB. */
export const MOST_LIVES = 24_576;
/** How long past its end a canary may still be about to end by itself. */
const SLACK_S = 2;

/** One host's process table as it is known after the samples so far: what to ask next, and who is alive. */
export class Table {
  readonly #plan: Plan;
  readonly #lineage = new Lineage();
  readonly #known = new Map<IncarnationKey, KnownLife>();
  readonly #current = new Map<number, KnownLife>();
  /** Listed pids of which not even a row has been read yet. */
  #unread = new Set<number>();
  #listed: ReadonlySet<number> | null = null;
  /** Of the pids of the first listing, those that were neither opened nor gone since. */
  #awaited: Set<number> | null = null;
  #again = new Set<IncarnationKey>();
  /** Lives that are gone, in the order in which they went. */
  readonly #gone = new Set<IncarnationKey>();
  #forgetAt = GONE + GONE_AT_ONCE;
  #bootId = '';
  #families = new Map<string, ReadonlySet<IncarnationKey>>();

  /** Clock ticks per second of the host, in which start times are counted. */
  readonly #ticksPerSecond: number;
  /** The host's wall clock when a sample last told it, milliseconds. */
  #hostWallMs: number | null = null;
  #proberUid: number | null = null;

  /** Services that are declared on this machine, and which cgroup their manager calls their own. */
  readonly #declared: ReadonlySet<string>;
  readonly #groups = new Map<string, string>();

  constructor(plan: Plan, ticksPerSecond: number, host: string) {
    this.#plan = plan;
    this.#declared = servicesAt(plan, host);
    this.#ticksPerSecond = ticksPerSecond;
  }

  /** Which cgroup a service manager calls a service's own. */
  owns(service: string, group: string): void {
    if (this.#groups.get(service) === group) return;
    this.#groups.set(service, group);
    this.#families = this.#regroup();
  }

  /** Pids whose row a list sample must read. */
  watch(): number[] {
    const interesting = this.#interesting();
    const pids = new Set(this.#unread);
    for (const known of this.#current.values()) {
      if (known.looksLeft > 0 || interesting.has(known.key)) pids.add(known.row.pid);
    }
    return [...pids];
  }

  /** Pids to open in the next sample, at most `most`: new ones first, then `also` (lives to look at again). */
  detail(most: number, also: readonly number[]): number[] {
    const pids = new Set<number>();
    const current = [...this.#current.values()];
    // Half for newcomers, a canary among them, and half for those that have lasted: neither may keep the other waiting.
    for (const pid of [...this.#unread].slice(0, Math.ceil(most / 2))) pids.add(pid);
    for (const known of current) if (!known.opened) pids.add(known.row.pid);
    for (const pid of this.#unread) pids.add(pid);
    for (const known of current)
      if (known.looksLeft > 0 || this.#again.has(known.key)) pids.add(known.row.pid);
    for (const pid of also) pids.add(pid);
    return [...pids].slice(0, most);
  }

  /**
   * Whether all of the first listing was opened, or has gone. From then on only newcomers can be unrecognised candidates, and
   * each of those is opened in the samples that follow. (To wait for a moment without newcomers is to wait for ever on a host
   * where there always are some.)
   */
  get lookedThrough(): boolean {
    return this.#awaited?.size === 0;
  }

  /** Has every process opened once more: exec need not change the command name, as from one script to another. */
  lookAgain(): void {
    this.#again = new Set([...this.#current.values()].map((known) => known.key));
  }

  get lookedAgain(): boolean {
    return this.#again.size === 0;
  }

  /** Pids that were not listed before; takes the sample's listing as the latest. */
  list(pids: readonly number[]): number[] {
    const before = this.#listed;
    const listed = new Set(pids);
    this.#listed = listed;
    this.#awaited ??= new Set(pids);
    for (const pid of this.#awaited) if (!listed.has(pid)) this.#awaited.delete(pid);
    for (const [pid, known] of this.#current) if (!listed.has(pid)) this.#end(known);
    this.#unread = new Set([...this.#unread].filter((pid) => listed.has(pid)));
    const appeared = pids.filter((pid) => before === null || !before.has(pid));
    for (const pid of appeared) this.#unread.add(pid);
    return before === null ? [] : appeared;
  }

  /** Takes in a sample's rows and details, after `list`. */
  take(
    seen: Pick<SeenTable, 'scope' | 'uptimeMs' | 'rows' | 'details' | 'watched'> &
      Partial<Pick<SeenTable, 'hostWallMs' | 'visibility'>>,
  ): void {
    this.#bootId = seen.scope.bootId;
    this.#proberUid = seen.visibility?.uid ?? this.#proberUid;
    this.#hostWallMs = seen.hostWallMs ?? this.#hostWallMs;
    const rows = new Set(seen.rows.map((row) => row.pid));
    for (const pid of seen.watched) {
      const known = this.#current.get(pid);
      if (known && !rows.has(pid)) this.#end(known);
      if (rows.has(pid)) continue;
      this.#unread.delete(pid);
      this.#awaited?.delete(pid);
    }
    let changed = false;
    for (const row of seen.rows) changed = this.#row(seen, row) || changed;
    for (const detail of seen.details) changed = this.#detail(seen.scope, detail) || changed;
    if (changed) this.#families = this.#regroup();
    this.#forgetTheGone();
  }

  /** How many lives are followed, those that are gone among them. */
  get lives(): number {
    return this.#known.size;
  }

  /** Every life of a service that is there and has not ended. */
  livesOf(service: string): SeenLife[] {
    const family = this.#families.get(service) ?? new Set();
    return [...this.#current.values()]
      .filter((known) => known.alive && (known.services.has(service) || family.has(known.key)))
      .filter((known) => this.#excuse(known, service) === null)
      .sort((a, b) => a.row.start - b.row.start)
      .map((known) => ({
        key: known.key,
        bootId: this.#bootId,
        pid: known.row.pid,
        start: known.row.start,
        part: this.#isRoot(known, service) ? 'root' : 'child',
      }));
  }

  /** Pids of every life of these services that was ever seen, there or not; of very many, the latest. */
  pidsEver(services: readonly string[]): number[] {
    const keys = new Set(services.flatMap((name) => [...(this.#families.get(name) ?? [])]));
    const own = [...this.#known.values()].filter(
      (known) => keys.has(known.key) || services.some((name) => known.services.has(name)),
    );
    return [...new Set(own.map((known) => known.row.pid))].slice(-MOST_ASKED);
  }

  /** Whether the latest sample listed the pid, whoever bears it. */
  lists(pid: number): boolean {
    return this.#listed?.has(pid) === true;
  }

  /** The canary with this tag, if it is there. */
  canary(tag: string): { pid: number; start: number } | null {
    const known = [...this.#current.values()].find((one) => one.alive && one.canary === tag);
    return known ? { pid: known.row.pid, start: known.row.start } : null;
  }

  /** Canaries and probes that are there of any drill of this fleet but `own`. A clock that was never read tells no end. */
  runnersBut(own: string): Omit<ForeignCanary, 'host'>[] {
    const nowS = this.#hostWallMs === null ? null : this.#hostWallMs / 1000;
    const common = { bootId: this.#bootId, proberUid: this.#proberUid };
    return [...this.#current.values()].flatMap(({ alive, canary, runner, uid, row }) => {
      if (!alive || runner === null || runner.drillId === own) return [];
      const { kind, drillId, endsS } = runner;
      const endsInS = nowS === null || endsS === null ? null : endsS - nowS;
      const expired = kind === 'canary' && endsInS !== null && endsInS < -SLACK_S;
      const { pid, start } = row;
      return [{ ...common, drillId, kind, tag: canary ?? drillId, pid, start, uid, endsInS, expired }];
    });
  }

  // What the runner's probe and canaries start, all the time, is not what it is looking for; all of it is opened again at the end.
  #isOwn(known: KnownLife): boolean {
    return (this.#current.get(known.row.ppid)?.runner ?? null) !== null;
  }

  #isRoot(known: KnownLife, service: string): boolean {
    return known.services.has(service) && !this.#current.get(known.row.ppid)?.services.has(service);
  }

  #row({ scope, uptimeMs }: Pick<SeenTable, 'scope' | 'uptimeMs'>, row: ProcessRow): boolean {
    const key = incarnationKey(scope, row);
    const before = this.#current.get(row.pid);
    if (before && before.key !== key) {
      this.#end(before);
      this.#awaited?.delete(row.pid);
    }
    this.#unread.delete(row.pid);
    let known = this.#known.get(key);
    const isNew = !known;
    if (!known) {
      const isYoung = uptimeMs === null || uptimeMs - (row.start * 1000) / this.#ticksPerSecond < YOUNG_MS;
      known = begin(key, row, isYoung ? LOOKS_AT_YOUNG : 1);
      this.#known.set(key, known);
    }
    // A stranger that calls exec may become a service: a shell that sleeps first and execs later.
    const image = row.image ?? known.image;
    const isOther = known.image !== undefined && known.image !== image;
    if (known.comm !== row.comm || isOther) known.looksLeft = this.#isOwn(known) ? 1 : LOOKS_AT_YOUNG;
    known.comm = row.comm;
    known.image = image;
    const moved = known.row.ppid !== row.ppid || known.row.sid !== row.sid || known.row.pgrp !== row.pgrp;
    known.row = row;
    known.alive = !hasEnded(row);
    this.#current.set(row.pid, known);
    this.#gone.delete(key);
    return (isNew || moved) && this.#ties(scope, known);
  }

  /** Whether the row or the cgroup of a life, as last seen, ties it to others in a way that was not known before. */
  #ties(scope: SeenTable['scope'], known: KnownLife): boolean {
    if (known.ties > MOST_CHANGES || !this.#lineage.note(scope, known.row, known.cgroup)) return false;
    known.ties += 1;
    return true;
  }

  /** Whether it said anything by which lives belong together that was not known before. */
  #detail(scope: SeenTable['scope'], detail: RecordedDetail): boolean {
    const known = this.#known.get(incarnationKey(scope, detail));
    if (!known) return false;
    known.opened = true;
    this.#awaited?.delete(detail.pid);
    this.#again.delete(known.key);
    known.looksLeft = this.#isOwn(known) ? 0 : Math.max(0, known.looksLeft - 1);
    const { canary, cgroup } = known;
    const news = takeLook(known, detail);
    const tied = known.cgroup !== cgroup && this.#ties(scope, known);
    return news || tied || known.canary !== canary;
  }

  #end(known: KnownLife): void {
    known.alive = false;
    this.#again.delete(known.key);
    if (this.#current.get(known.row.pid) === known) this.#current.delete(known.row.pid);
    this.#gone.add(known.key);
  }

  // On a host where processes come and go all the time, those would be all that is remembered. Whoever is there still belongs to whom
  // it belonged, since those by whom it does are kept.
  #forgetTheGone(): void {
    if (this.#gone.size <= this.#forgetAt) return;
    const families = this.#inFamilies();
    const left = { stranger: GONE, member: GONE };
    const wanted = new Set([...this.#current.values()].map(({ key }) => key));
    for (const key of [...this.#gone].toReversed()) {
      const known = this.#known.get(key);
      const kind = families.has(key) ? 'member' : 'stranger';
      if (known === undefined) continue;
      if (isSomebodys(known)) wanted.add(key);
      else if (left[kind] > 0) {
        left[kind] -= 1;
        wanted.add(key);
      }
    }
    for (const key of this.#lineage.keepOnly(wanted)) {
      this.#known.delete(key);
      this.#gone.delete(key);
    }
    this.#forgetAt = this.#gone.size + GONE_AT_ONCE;
  }

  #regroup(): Map<string, ReadonlySet<IncarnationKey>> {
    const all = [...this.#known.values()];
    return new Map(
      this.#plan.services.map(({ name }) => {
        const roots = new Set(all.filter((known) => known.services.has(name)).map((known) => known.key));
        if (roots.size === 0) return [name, new Set<IncarnationKey>()];
        const excused = (kind: Excuse['kind']): ReadonlySet<IncarnationKey> =>
          new Set(all.filter((one) => this.#excuse(one, name)?.kind === kind).map(({ key }) => key));
        const bounds = { others: excused('other'), helpers: excused('helper') };
        return [name, this.#lineage.descendants(roots, { ...bounds, own: this.#ownGroups(name) })];
      }),
    );
  }

  #excuse(known: KnownLife, service: string): Excuse | null {
    return excuseOf(
      known.looks,
      service,
      (other) => this.#declared.has(other),
      () => true,
    );
  }

  #ownGroups(service: string): ReadonlySet<string> {
    const group = this.#groups.get(service);
    const isShared = [...this.#groups].some(([other, theirs]) => other !== service && theirs === group);
    return new Set(group === undefined || isShared ? [] : [group]);
  }

  #inFamilies(): Set<IncarnationKey> {
    const keys = new Set<IncarnationKey>();
    for (const family of this.#families.values()) for (const key of family) keys.add(key);
    return keys;
  }

  #interesting(): Set<IncarnationKey> {
    const keys = this.#inFamilies();
    for (const known of this.#current.values()) {
      if (known.services.size > 0 || known.undecided || known.canary !== null) keys.add(known.key);
    }
    return keys;
  }
}

/** Why a sample cannot vouch for an absence, or null. */
export function blindness(seen: SeenTable): string | null {
  if (seesEverything(seen.visibility)) return null;
  return seen.visibility.pid1
    ? `processes of other users are hidden (hidepid=${seen.visibility.hidepid})`
    : 'pid 1 cannot be read';
}
