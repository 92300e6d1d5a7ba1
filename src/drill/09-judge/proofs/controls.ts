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
import { finding } from '../finding.ts';

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
  const findings: Finding[] = [];
  const blind = (message: string, evidence: readonly (string | null | undefined)[]): void => {
    findings.push(finding('blind-probe', { host: host.name }, message, evidence));
  };

  // While the drill takes itself down, a control may fail to be planted; nothing is proven from then on.
  const failed = c.canaries.find(
    (event) => event.host === host.name && event.event === 'failed' && event.sentMs <= c.haltEndMs,
  );
  if (failed !== undefined) {
    blind(`A control on ${host.name} failed: ${failed.reason ?? 'no reason given'}.`, [failed.id]);
  }
  const stale = host.samples.filter(isBad).find(({ trouble }) => trouble.kind === 'stale');
  if (stale !== undefined) blind(`On ${host.name} ${stale.trouble.reason}.`, [stale.id]);
  const watchedUntilMs = host.good.at(-1)?.sentMs ?? 0;
  for (const canary of canaries) {
    if (canary.killed === null || canary.life === null) continue;
    const ghost = sampleShowing(host, canary.life, canary.killed.toMs + GRACE_MS);
    if (ghost !== null) {
      blind(`A canary on ${host.name} was still listed over ${GRACE_MS / 1000} s after it had been killed.`, [
        canary.killed.id,
        ghost.id,
      ]);
    } else if (
      watchedUntilMs > canary.killed.toMs + GRACE_MS &&
      vanishedAt(host, canary.life, canary.killed) === null
    ) {
      blind(`A canary on ${host.name} was killed, and no sample shows that it vanished.`, [canary.killed.id]);
    }
  }
  const unseen = sampleWithoutCanary(c, host, canaries);
  if (unseen !== null)
    blind(`No living canary was seen on ${host.name} in a sample that had to show one.`, [unseen.id]);

  const kills = canaries.filter((canary): canary is KilledCanary => canary.killed !== null);
  const calibration = kills.find(
    (canary) => canary.killed.purpose === 'calibration' && canary.killed.fromMs < c.anchorMs,
  );
  const latencyMs = calibration === undefined ? null : latencyOf(host, calibration);
  if (c.trigger !== null && latencyMs === null && host.good.length > 0) {
    blind(
      `No canary was killed on ${host.name} before the trigger and seen to vanish, so the probe is not calibrated.`,
      [calibration?.planted],
    );
  }
  const vouched = kills.flatMap(({ killed, life }) => {
    const vanished = life === null || killed.fromMs <= c.anchorMs ? null : vanishedAt(host, life, killed);
    return vanished === null ? [] : [{ killed, atMs: vanished.sentMs }];
  });
  const inHalt = vouched.filter(({ killed }) => killed.fromMs <= c.haltEndMs).map(({ atMs }) => atMs);
  return {
    findings,
    latencyMs,
    vouchedUntilMs: inHalt.length === 0 ? null : Math.max(...inHalt),
    finalSeen: vouched.some(({ killed }) => killed.purpose === 'final'),
  };
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

function vanishedAt(host: HostSamples, life: Life, killed: Interval): HostSample | null {
  const last = life.seen.findLast(({ sample }) => sample.host === host.name)?.sample;
  if (last === undefined) return null;
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
