import { Lineage } from '../../model/lineage.ts';
import { hasEnded, type IncarnationKey, incarnationKey, type ProcessRow } from '../../model/process.ts';
import type { Interval } from '../../model/reading.ts';
import type { RecordedDetail, SeenTable } from '../../model/sample.ts';
import type { HostSample, HostSamples } from './host-samples.ts';

/** One sample that saw a life, and in which state. */
export interface Sighting {
  readonly sample: HostSample;
  readonly state: string;
}

export interface DetailSeen {
  readonly sample: HostSample;
  readonly detail: RecordedDetail;
}

/** One life of a process, with everything that any host's samples say of it. */
export interface Life {
  readonly key: IncarnationKey;
  /** Boot id and pid namespace, as one word. */
  readonly scope: string;
  readonly bootId: string;
  readonly pid: number;
  readonly start: number;
  readonly hosts: Set<string>;
  /** Samples that saw it alive, by the time they were sent. */
  readonly seen: Sighting[];
  readonly details: DetailSeen[];
  /** Services that any detail of it ever matched. */
  readonly matched: Set<string>;
  /** Parent, group and session as last noted, so that an unchanged row is not noted again. */
  kin: { readonly ppid: number; readonly pgrp: number; readonly sid: number } | null;
}

/** `[sent of the last sample that saw it, received of the first that did not]`. */
export interface Death extends Interval {
  readonly lastSeen: HostSample;
  readonly firstNot: HostSample;
}

/** Every life on every machine, and who descends from whom. */
export class Lives {
  readonly all: Life[] = [];
  readonly #twins = new Map<Life, readonly Life[]>();
  readonly #byPid = new Map<string, Map<number, Life[]>>();
  readonly #lineages = new Map<string, Lineage>();
  readonly #flickers = new Map<Life, ReturnType<Lives['flickered']>>();
  readonly #deaths = new Map<Life, Death | null>();
  readonly #hosts: ReadonlyMap<string, HostSamples>;

  constructor(hosts: ReadonlyMap<string, HostSamples>) {
    this.#hosts = hosts;
    // By name first, so that the order in which the plan names its hosts makes no difference.
    const byName = [...hosts.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    const samples = byName.flatMap((host) => host.samples);
    samples.sort((a, b) => a.sentMs - b.sentMs || a.receivedMs - b.receivedMs);
    for (const sample of samples) if (sample.table !== null) this.#note(sample, sample.table);
    this.#pair();
  }

  /** The same process as it is seen from elsewhere: from within its container, or from the host that has that. */
  twinsOf(life: Life): readonly Life[] {
    return this.#twins.get(life) ?? [];
  }

  // A start time is counted from the boot of the machine, on both sides alike (proc_pid_stat(5)).
  #pair(): void {
    const byKey = new Map(this.all.map((life) => [life.key, life]));
    for (const outer of this.all) {
      const { inner } = outer.details.find(({ detail }) => detail.inner !== undefined)?.detail ?? {};
      if (inner === undefined) continue;
      const scope = { bootId: outer.bootId, pidNamespace: inner.pidNamespace };
      const twin = byKey.get(incarnationKey(scope, { pid: inner.pid, start: outer.start }));
      if (twin === undefined || twin === outer) continue;
      this.#twins.set(outer, [...this.twinsOf(outer), twin]);
      this.#twins.set(twin, [...this.twinsOf(twin), outer]);
    }
  }

  lineage(scope: string): Lineage {
    const known = this.#lineages.get(scope);
    if (known !== undefined) return known;
    const begun = new Lineage();
    this.#lineages.set(scope, begun);
    return begun;
  }

  /** When it died, or null where no good sample vouches for its absence after the last that saw it. */
  death(life: Life): Death | null {
    const known = this.#deaths.get(life);
    if (known !== undefined) return known;
    const death = this.#death(life);
    this.#deaths.set(life, death);
    return death;
  }

  #death(life: Life): Death | null {
    const lastSeen = life.seen.at(-1)?.sample;
    if (lastSeen === undefined) return null;
    let firstNot: HostSample | null = null;
    for (const name of life.hosts) {
      const found = this.#hosts
        .get(name)
        ?.good.find((s) => s.sentMs > lastSeen.sentMs && speaksOf(s, life.pid));
      if (found !== undefined && (firstNot === null || found.receivedMs < firstNot.receivedMs))
        firstNot = found;
    }
    if (firstNot === null) return null;
    return { fromMs: lastSeen.sentMs, toMs: firstNot.receivedMs, lastSeen, firstNot };
  }

  /**
   * A good sample, of any host of its machine, that lacks a life which samples before and after it show: one of them is wrong.
   * Null where there is none.
   */
  flickered(
    life: Life,
  ): { readonly before: HostSample; readonly missed: HostSample; readonly after: HostSample } | null {
    const known = this.#flickers.get(life);
    if (known !== undefined) return known;
    const flicker = this.#flicker(life);
    this.#flickers.set(life, flicker);
    return flicker;
  }

  #flicker(life: Life) {
    const [before, after] = [life.seen[0]?.sample, life.seen.at(-1)?.sample];
    if (before === undefined || after === undefined) return null;
    const seen = new Set(life.seen.map(({ sample }) => sample));
    const lacksIt = (s: HostSample): boolean =>
      s.sentMs > before.receivedMs &&
      s.receivedMs < after.sentMs &&
      !seen.has(s) &&
      s.table !== null &&
      scopeOf(s.table) === life.scope &&
      speaksOf(s, life.pid);
    const missing = [...this.#hosts.values()].flatMap((host) => host.good.find(lacksIt) ?? []);
    // Whoever showed it itself, before and after, contradicts nobody but itself.
    const own = (s: HostSample): boolean =>
      life.seen.some(({ sample }) => sample.host === s.host && sample.sentMs > s.receivedMs);
    const missed = missing.find(own) ?? missing[0];
    return missed === undefined ? null : { before, missed, after };
  }

  #note(sample: HostSample, table: SeenTable): void {
    const scope = scopeOf(table);
    const lineage = this.lineage(scope);
    const pids = this.#byPid.get(scope) ?? new Map<number, Life[]>();
    this.#byPid.set(scope, pids);
    const details = new Map(table.details.map((detail) => [detail.pid, detail]));
    for (const row of table.rows) {
      const bearers = pids.get(row.pid);
      const life = bearers?.find((one) => one.start === row.start) ?? this.#begin(scope, table, row, pids);
      life.hosts.add(sample.host);
      if (!hasEnded(row)) life.seen.push({ sample, state: row.state });
      const detail = details.get(row.pid);
      // What has ended shows neither argv nor executable: that says nothing of what it was.
      const own =
        detail !== undefined && detail.start === row.start && !(hasEnded(row) && isEmpty(detail))
          ? detail
          : null;
      if (own !== null) {
        life.details.push({ sample, detail: own });
        for (const service of own.services) life.matched.add(service);
      }
      const { ppid, pgrp, sid } = row;
      const moved = life.kin?.ppid !== ppid || life.kin.pgrp !== pgrp || life.kin.sid !== sid;
      if (!moved && own === null) continue;
      life.kin = { ppid, pgrp, sid };
      lineage.note(table.scope, row, own?.cgroup ?? null);
    }
  }

  #begin(scope: string, table: SeenTable, row: ProcessRow, pids: Map<number, Life[]>): Life {
    const life: Life = {
      key: incarnationKey(table.scope, row),
      scope,
      bootId: table.scope.bootId,
      pid: row.pid,
      start: row.start,
      hosts: new Set(),
      seen: [],
      details: [],
      matched: new Set(),
      kin: null,
    };
    pids.set(row.pid, [...(pids.get(row.pid) ?? []), life]);
    this.all.push(life);
    return life;
  }
}

const isEmpty = ({ services, undecided, canary }: RecordedDetail): boolean =>
  services.length + undecided.length === 0 && canary === null;

/** A sample whose table could be read. */
export type SpeakingSample = HostSample & { readonly table: SeenTable };

/** Whether a sample that lacks the pid says that it was not there: it read everything, or was asked for it. */
export function speaksOf(sample: HostSample, pid: number): sample is SpeakingSample {
  return sample.table !== null && (sample.mode === 'full' || sample.table.watched.includes(pid));
}

export function scopeOf(table: Pick<SeenTable, 'scope'>): string {
  return `${table.scope.bootId}/${table.scope.pidNamespace}`;
}

/** First sample that saw the life alive, or null where it was only ever seen as ended. */
export function firstSeen(life: Life): HostSample | null {
  return life.seen[0]?.sample ?? null;
}

/** The last detail read no later than `byMs`; where there is none, the first ever read. */
export function detailAt(life: Life, byMs: number): DetailSeen | null {
  return life.details.findLast((seen) => seen.sample.sentMs <= byMs) ?? life.details[0] ?? null;
}

/** The tag of the runner's own canary or probe, or null. */
export function canaryTag(life: Life): string | null {
  return life.details.find((seen) => seen.detail.canary !== null)?.detail.canary ?? null;
}
