import type { Entry } from '../../src/drill/model/journal.ts';
import type { Sample, SeenTable } from '../../src/drill/model/sample.ts';

/**
 * The proof of a stop (DESIGN 2.4), looked for a second time in the raw journal, and said in words where it is missing. It
 * shares no code with the judge, knows nothing of findings, and is written to be compared with the design, not to be quick.
 */
export function missingFromProof(entries: readonly Entry[]): string[] {
  const opened = entries.find((entry) => entry.kind === 'opened');
  if (opened === undefined) return ['there is no plan'];
  const { plan } = opened;
  const missing: string[] = [];
  const lack = (is: boolean, what: string): void => void (is || missing.push(what));

  const intents = entries.filter((entry) => entry.kind === 'intent');
  const outcomes = entries.filter((entry) => entry.kind === 'outcome');
  const trigger = intents.find(({ act }) => act.act === 'trigger');
  if (trigger === undefined) return ['nothing was triggered'];
  const t0 = outcomes.find(({ intent }) => intent === trigger.id)?.startedMs ?? trigger.atMs;
  const deadline = t0 + plan.timing.withinMs;
  const undo = intents.filter(
    ({ act, atMs }) => atMs >= t0 && /resume|start-service|manual-step/.test(act.act),
  );
  const samples = entries.filter((entry) => entry.kind === 'sample').map(({ sample }) => sample);
  const haltEnd = Math.min(...undo.map(({ atMs }) => atMs), Math.max(...samples.map((s) => s.receivedMs)));

  const offsets = entries.map(({ atMs, wall }) => dayMs(wall) - atMs);
  lack(Math.max(...offsets) - Math.min(...offsets) <= 500, 'the controller’s clocks parted');

  const lastDeaths: number[] = [t0];
  const hostEnds: number[] = [];
  for (const { name: host } of plan.hosts) {
    const own = samples.filter((s) => s.host === host).toSorted((a, b) => a.sentMs - b.sentMs);
    const good = own.filter((s) => seesAll(tableOf(s)));
    const scopes = new Set(
      own.flatMap((s) => tableOf(s)?.scope ?? []).map((s) => `${s.bootId} ${s.pidNamespace}`),
    );
    lack(scopes.size === 1, `${host} is not one machine`);
    const identities = entries.filter((entry) => entry.kind === 'host' && entry.host === host);
    lack(identities.length > 0, `${host} has no identity`);
    const watched = good.filter((s) => s.sentMs <= haltEnd);
    lack(
      (watched[0]?.sentMs ?? Infinity) <= t0 - plan.timing.baselineMs + plan.timing.maxGapMs,
      `${host} has no baseline`,
    );
    for (const [index, s] of watched.entries()) {
      const next = watched[index + 1]?.receivedMs ?? Math.max(haltEnd, s.receivedMs);
      lack(next - s.sentMs <= plan.timing.maxGapMs, `${host} was not watched from ${s.sentMs} to ${next}`);
    }
    hostEnds.push(watched.findLast((s) => s.receivedMs <= haltEnd)?.sentMs ?? -Infinity);
    for (const what of missingControls(entries, host, good, t0)) missing.push(what);
  }

  for (const service of plan.services.filter(({ role }) => role === 'target')) {
    const good = samples
      .filter((s) => s.host === service.host && seesAll(tableOf(s)))
      .toSorted((a, b) => a.sentMs - b.sentMs);
    const lives = livesOn(good, service.name, entries);
    const there = lives.filter(
      (life) =>
        life.service && firstOf(life).receivedMs <= t0 && aliveAt(life, good, t0) && life.matchedMs <= t0,
    );
    lack(there.length >= service.instances, `${service.name} was not there before the trigger`);
    const family = descendants(there, lives);
    for (const life of [...there, ...family]) {
      const last = life.seen.findLast((s) => s.receivedMs <= haltEnd);
      if (last === undefined) continue;
      const not = good.find((s) => s.sentMs > last.sentMs && s.receivedMs <= haltEnd && speaks(s, life.pid));
      lack(
        not !== undefined && not.receivedMs <= deadline,
        `pid ${life.pid} of ${service.name} was not gone in time`,
      );
      lastDeaths.push(not?.receivedMs ?? Infinity);
    }
    const gone = Math.max(
      ...there.flatMap((life) => life.seen.findLast((s) => s.receivedMs <= haltEnd)?.receivedMs ?? []),
    );
    for (const life of lives.filter((one) => one.service && !there.includes(one) && !family.includes(one))) {
      const back = life.seen.filter(
        (s) => s.receivedMs > gone && s.receivedMs <= haltEnd && life.matchedMs <= haltEnd,
      );
      lack(back.length === 0, `${service.name} was there again as pid ${life.pid}`);
    }
    for (const life of lives.filter(({ doubted }) => doubted)) {
      const [first, last] = [firstOf(life), life.seen.at(-1) ?? firstOf(life)];
      const passing = last.receivedMs - first.sentMs <= plan.timing.maxGapMs;
      lack(
        passing || last.receivedMs <= t0 || first.sentMs > haltEnd,
        `pid ${life.pid} may be ${service.name}`,
      );
    }
  }

  const stores = entries.filter((entry) => entry.kind === 'store').map(({ read }) => read);
  const verified = stores.find(
    (r) =>
      r.sentMs >= t0 &&
      r.receivedMs <= haltEnd &&
      r.reading.kind === 'present' &&
      r.reading.value.state.level === plan.expect.level,
  );
  lack(verified !== undefined, 'the store never held the halt');
  const held = Math.min(...hostEnds) - Math.max(...lastDeaths, verified?.receivedMs ?? Infinity);
  lack(held >= plan.timing.holdMs, `the halt was held for ${held} ms`);
  return missing;
}

// The journals of tests do not last over midnight.
function dayMs(wall: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = wall.slice(11, -1).split(':').map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

function firstOf(life: Seen): Sample {
  const [first] = life.seen;
  if (first === undefined) throw new Error('a life that was never seen');
  return first;
}

interface Seen {
  readonly pid: number;
  readonly start: number;
  readonly seen: Sample[];
  readonly kin: Set<number>;
  service: boolean;
  matchedMs: number;
  /** It is another declared service, a canary or a declared leaf. */
  other: boolean;
  doubted: boolean;
}

function tableOf(sample: Sample): SeenTable | null {
  return sample.seen.kind === 'present' ? sample.seen.value : null;
}

function seesAll(table: SeenTable | null): boolean {
  return table?.visibility.pid1 === true && (table.visibility.uid === 0 || table.visibility.hidepid === '0');
}

function speaks(sample: Sample, pid: number): boolean {
  return sample.mode === 'full' || tableOf(sample)?.watched.includes(pid) === true;
}

function livesOn(good: readonly Sample[], name: string, entries: readonly Entry[]): Seen[] {
  const planted = entries.flatMap((e) => (e.kind === 'canary' && e.event === 'planted' ? e.tag : []));
  const lives = new Map<string, Seen>();
  for (const sample of good) {
    const table = tableOf(sample);
    for (const row of table?.rows ?? []) {
      if (row.state === 'X' || (row.state === 'Z' && row.liveThreads === 0)) continue;
      const key = `${row.pid} ${row.start}`;
      const fresh = { pid: row.pid, start: row.start, seen: [], kin: new Set<number>(), service: false };
      const life = lives.get(key) ?? { ...fresh, matchedMs: Infinity, other: false, doubted: false };
      lives.set(key, life);
      life.seen.push(sample);
      for (const pid of [row.ppid, row.pgrp, row.sid]) if (pid !== row.pid) life.kin.add(pid);
      const detail = table?.details.find((one) => one.pid === row.pid && one.start === row.start);
      if (detail === undefined) continue;
      if (detail.services.includes(name)) {
        life.service = true;
        life.matchedMs = Math.min(life.matchedMs, sample.receivedMs);
      } else if (detail.services.length > 0) life.other = true;
      if (planted.includes(detail.canary ?? '') || detail.leftBy.includes(name)) life.other = true;
      life.doubted = detail.undecided.some(({ service }) => service === name);
    }
  }
  return [...lives.values()];
}

function aliveAt(life: Seen, good: readonly Sample[], ms: number): boolean {
  const last = life.seen.at(-1);
  const not = good.find((s) => last !== undefined && s.sentMs > last.sentMs && speaks(s, life.pid));
  return not === undefined || not.receivedMs > ms;
}

// A parent is never younger than its child, so that a pid used again is nobody's parent.
function descendants(roots: readonly Seen[], lives: readonly Seen[]): Seen[] {
  const found: Seen[] = [];
  for (let grew = true; grew; ) {
    const of = [...roots, ...found];
    const more = lives.filter(
      (life) =>
        !of.includes(life) &&
        !life.other &&
        of.some(({ pid, start }) => life.kin.has(pid) && start <= life.start),
    );
    found.push(...more);
    grew = more.length > 0;
  }
  return found;
}

function missingControls(
  entries: readonly Entry[],
  host: string,
  good: readonly Sample[],
  t0: number,
): string[] {
  const events = entries.filter((e) => e.kind === 'canary').filter((e) => e.host === host);
  const kills = events.filter(({ event }) => event === 'killed');
  const shows = (sample: Sample, pid: number | null): boolean =>
    tableOf(sample)?.rows.some((row) => row.pid === pid && row.state !== 'Z') === true;
  const vanished = (purpose: string, fits: (ms: number) => boolean): boolean =>
    kills.some(
      (kill) =>
        kill.purpose === purpose &&
        fits(kill.sentMs) &&
        good.some((s) => s.receivedMs < kill.sentMs && shows(s, kill.pid)) &&
        good.some((s) => s.sentMs > kill.receivedMs && !shows(s, kill.pid)),
    );
  const missing: string[] = [];
  if (!vanished('calibration', (ms) => ms < t0))
    missing.push(`no canary on ${host} vanished before the trigger`);
  if (!vanished('final', (ms) => ms > t0)) missing.push(`no canary on ${host} vanished at the end`);
  const last = Math.max(...kills.map(({ sentMs }) => sentMs));
  const begun =
    good.find((s) => events.some((e) => e.event === 'planted' && shows(s, e.pid)))?.sentMs ?? Infinity;
  const empty = good.find(
    (s) =>
      s.sentMs >= begun &&
      s.receivedMs <= last &&
      !events.some((e) => e.event === 'planted' && shows(s, e.pid)),
  );
  if (empty !== undefined) missing.push(`no canary on ${host} is in the sample of ${empty.sentMs}`);
  return missing;
}
