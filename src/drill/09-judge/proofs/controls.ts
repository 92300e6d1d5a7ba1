import type { Interval } from '../../model/reading.ts';
import type { Finding } from '../../model/verdict.ts';
import {
  type CaseFile,
  canaryTag,
  type HostSample,
  type HostSamples,
  isBad,
  type Life,
  once,
  speaksOf,
} from '../evidence/index.ts';
import { fault } from '../finding.ts';

/** How long after its end a killed canary may still be listed. */
const GRACE_MS = 2000;

interface Canary {
  readonly tag: string;
  readonly planted: string | undefined;
  readonly killed: (Interval & { readonly id: string; readonly purpose: string }) | null;
  readonly life: Life | null;
}

type KilledCanary = Canary & { readonly killed: NonNullable<Canary['killed']> };

export interface Controls {
  readonly findings: readonly Finding[];
  /** From the calibration kill to the first sample without that canary. */
  readonly latencyMs: Interval | null;
  /**
   * Until when the probe is known to have shown what was there in the halt: the last sample that showed a control to be gone which was
   * killed after T0, before the halt ended, whatever it was called. Null where there was none.
   */
  readonly vouchedUntilMs: number | null;
  /** Whether the one that the runner kills at the end of the hold was seen to vanish. */
  readonly finalSeen: boolean;
}

/** Whether the controls of one host held: one canary seen in every sample, every killed one seen to vanish. */
export function controlsOf(c: CaseFile, host: HostSamples): Controls {
  const kept = all(c).get(host) ?? judgeControls(c, host);
  all(c).set(host, kept);
  return kept;
}

const all = once((_: CaseFile) => new Map<HostSamples, Controls>());

function judgeControls(c: CaseFile, host: HostSamples): Controls {
  const canaries = canariesOf(c, host);
  if (c.trigger === null && canaries.length === 0)
    return { findings: [], latencyMs: null, vouchedUntilMs: null, finalSeen: false };
  const kills = canaries.filter((canary): canary is KilledCanary => canary.killed !== null);
  const calibration = kills.find(
    (canary) => canary.killed.purpose === 'calibration' && canary.killed.fromMs < c.anchorMs,
  );
  const latencyMs = calibration === undefined ? null : latencyOf(host, calibration);
  const isUncalibrated = c.trigger !== null && latencyMs === null && host.good.length > 0;
  const vouched = kills.flatMap(({ killed, life }) => {
    const vanished = life === null || killed.fromMs <= c.anchorMs ? null : vanishedAt(host, life, killed);
    return vanished === null ? [] : [{ killed, atMs: vanished.sentMs }];
  });
  const inHalt = vouched.filter(({ killed }) => killed.fromMs <= c.haltEndMs).map(({ atMs }) => atMs);
  return {
    findings: [
      ...failed(c, host),
      ...stale(host),
      ...canaries.flatMap((canary) => lingering(host, canary)),
      ...unseen(c, host, canaries),
      ...(isUncalibrated
        ? [fault('blind-probe', 'uncalibrated', { host: host.name }, {}, [calibration?.planted])]
        : []),
    ],
    latencyMs,
    vouchedUntilMs: inHalt.length === 0 ? null : Math.max(...inHalt),
    finalSeen: vouched.some(({ killed }) => killed.purpose === 'final'),
  };
}

// While the drill takes itself down, a control may fail to be planted; nothing is proven from then on.
function failed(c: CaseFile, host: HostSamples): Finding[] {
  const event = c.canaries.find(
    (one) => one.host === host.name && one.event === 'failed' && one.sentMs <= c.haltEndMs,
  );
  if (event === undefined) return [];
  const { id, reason = null } = event;
  return [fault('blind-probe', 'control failed', { host: host.name }, { reason }, [id])];
}

function stale(host: HostSamples): Finding[] {
  const sample = host.samples.filter(isBad).find(({ trouble }) => trouble.kind === 'stale');
  if (sample === undefined) return [];
  const { reason } = sample.trouble;
  return [fault('blind-probe', 'answer unfit', { host: host.name }, { reason }, [sample.id])];
}

// A control that was killed and is still there, or was never seen to go.
function lingering(host: HostSamples, { killed, life }: Canary): Finding[] {
  if (killed === null || life === null) return [];
  const subject = { host: host.name };
  const goneMs = killed.toMs + GRACE_MS;
  const ghost = sampleShowing(host, life, goneMs);
  if (ghost !== null) {
    const ids = [killed.id, ghost.id];
    return [fault('blind-probe', 'canary still listed', subject, { graceMs: GRACE_MS }, ids)];
  }
  const watchedUntilMs = host.good.at(-1)?.sentMs ?? 0;
  return watchedUntilMs > goneMs && !wasGone(host, life, killed) && vanishedAt(host, life, killed) === null
    ? [fault('blind-probe', 'canary never vanished', subject, {}, [killed.id])]
    : [];
}

function unseen(c: CaseFile, host: HostSamples, canaries: readonly Canary[]): Finding[] {
  const sample = sampleWithoutCanary(c, host, canaries);
  return sample === null ? [] : [fault('blind-probe', 'no canary', { host: host.name }, {}, [sample.id])];
}

function latencyOf(host: HostSamples, { life, killed }: KilledCanary): Interval | null {
  const vanished = life === null ? null : vanishedAt(host, life, killed);
  if (vanished === null) return null;
  return {
    fromMs: Math.max(0, vanished.receivedMs - killed.toMs),
    toMs: vanished.receivedMs - killed.fromMs,
  };
}

function canariesOf(c: CaseFile, host: HostSamples): Canary[] {
  const events = c.canaries.filter((event) => event.host === host.name);
  const tags = [...new Set(events.map((event) => event.tag))];
  return tags.map((tag) => {
    const own = events.filter((event) => event.tag === tag);
    const planted = own.find((event) => event.event === 'planted');
    const killed = own.find((event) => event.event === 'killed');
    return {
      tag,
      planted: planted?.id,
      killed:
        killed === undefined
          ? null
          : { fromMs: killed.sentMs, toMs: killed.receivedMs, id: killed.id, purpose: killed.purpose },
      life:
        planted === undefined
          ? null
          : (c.lives.all.find((life) => life.hosts.has(host.name) && canaryTag(life) === tag) ?? null),
    };
  });
}

/** The first sample sent after `fromMs` through this host's own probe that shows the life alive. */
function sampleShowing(host: HostSamples, life: Life, fromMs: number): HostSample | null {
  return life.seen.find(({ sample }) => sample.host === host.name && sample.sentMs > fromMs)?.sample ?? null;
}

/** Whether it had gone by itself: that it is missing then says nothing of the kill. */
function wasGone(host: HostSamples, life: Life, killed: Interval): boolean {
  const last = lastSample(host, life);
  return host.good.some(
    (sample) =>
      sample.sentMs > (last?.sentMs ?? 0) && sample.receivedMs <= killed.fromMs && speaksOf(sample, life.pid),
  );
}

function lastSample(host: HostSamples, life: Life): HostSample | undefined {
  return life.seen.findLast(({ sample }) => sample.host === host.name)?.sample;
}

/** The first sample without a control that was there when it was killed; null where there is none. */
function vanishedAt(host: HostSamples, life: Life, killed: Interval): HostSample | null {
  const last = lastSample(host, life);
  if (last === undefined || wasGone(host, life, killed)) return null;
  const from = Math.max(last.sentMs, killed.fromMs);
  return host.good.find((sample) => sample.sentMs > from && speaksOf(sample, life.pid)) ?? null;
}

// From the first sample that showed a canary up to the last kill, the same probe must show one that was not yet killed. Whoever took
// over begins anew: the canaries of the runner before ended with it.
function sampleWithoutCanary(c: CaseFile, host: HostSamples, canaries: readonly Canary[]): HostSample | null {
  const begins = c.entries.flatMap((entry) => (entry.kind === 'taken-over' ? [entry.atMs] : []));
  const runnerOf = (sample: HostSample): number => begins.filter((ms) => ms <= sample.sentMs).length;
  const seenIn = new Map<HostSample, Canary[]>();
  for (const canary of canaries) {
    for (const { sample } of canary.life?.seen ?? []) {
      if (sample.host === host.name) seenIn.set(sample, [...(seenIn.get(sample) ?? []), canary]);
    }
  }
  const firsts = new Map<number, number>();
  for (const sample of seenIn.keys()) {
    const runner = runnerOf(sample);
    firsts.set(runner, Math.min(firsts.get(runner) ?? Number.POSITIVE_INFINITY, sample.sentMs));
  }
  const kills = canaries.flatMap((canary) => canary.killed?.fromMs ?? []);
  const until = kills.length > 0 ? Math.max(...kills) : Number.POSITIVE_INFINITY;
  if (firsts.size === 0) return host.good[0] ?? null;
  return (
    host.good.find((sample) => {
      const first = firsts.get(runnerOf(sample)) ?? Number.POSITIVE_INFINITY;
      if (sample.sentMs < first || sample.receivedMs > until) return false;
      const alive = seenIn
        .get(sample)
        ?.filter((canary) => canary.killed === null || canary.killed.toMs > sample.sentMs);
      return alive === undefined || alive.length === 0;
    }) ?? null
  );
}
