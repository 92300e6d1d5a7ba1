import { pinDifferences } from '../../model/pin.ts';
import type { Finding } from '../../model/verdict.ts';
import {
  type BadSample,
  type CaseFile,
  type HostSample,
  type HostSamples,
  isBad,
  once,
  type Reboot,
  rebootsOf,
  scopeOf,
} from '../evidence/index.ts';
import { fault } from '../finding.ts';

/** A stretch without a good sample: from the last good one before it to the first good one after it. */
export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
  readonly before: HostSample;
  readonly after: HostSample | null;
  readonly bad: readonly BadSample[];
}

/**
 * When the last sample of any host came in, be it a good one or not: until then all of them had to be watched. Where one of them never
 * sent any, until the journal ends: that must not shorten what is asked of the others.
 */
export const watchedUntilMs = once((c: CaseFile): number => {
  const hosts = [...c.hosts.values()].map(({ samples }) => samples);
  const endMs = hosts.some(({ length }) => length === 0) ? (c.entries.at(-1)?.atMs ?? 0) : 0;
  return Math.max(endMs, ...hosts.map((all) => all.at(-1)?.receivedMs ?? 0));
});

/** The longest stretch between two good samples from baseline to the proven undo or to `untilMs`, its last edge included. */
export function longestGap(c: CaseFile, host: HostSamples, untilMs = watchedUntilMs(c)): Gap | null {
  const good = host.good.filter((sample) => sample.sentMs <= untilMs);
  let longest: Omit<Gap, 'bad'> | null = null;
  for (const [index, before] of good.entries()) {
    const after = good[index + 1] ?? null;
    const gap = { fromMs: before.sentMs, toMs: after?.receivedMs ?? untilMs, before, after };
    if (longest === null || gap.toMs - gap.fromMs > longest.toMs - longest.fromMs) longest = gap;
  }
  if (longest === null) return null;
  const { fromMs, toMs } = longest;
  const bad = host.samples.filter(isBad).filter((s) => s.sentMs >= fromMs && s.sentMs <= toMs);
  return { ...longest, bad };
}

/** Whether this host was observed without a break until then: everything wrong with its samples, as findings about it. */
export function observationTrouble(c: CaseFile, host: HostSamples, untilMs: number): Finding[] {
  const identity = host.identities.findLast((seen) => seen.identity.kind !== 'present');
  const unidentified = host.identities.every((seen) => seen.identity.kind !== 'present');
  if (unidentified || host.good.length === 0) {
    if (c.trigger === null && identity === undefined && host.samples.length === 0) return [];
    const bad = host.samples.filter(isBad);
    const blind = bad.find(answeredInVain);
    if (blind !== undefined)
      return [
        fault('blind-probe', 'answer unfit', { host: host.name }, { reason: blind.trouble.reason }, [
          blind.id,
        ]),
      ];
    const [failed] = bad;
    const reason =
      identity?.identity.kind === 'unreadable' ? identity.identity.reason : (failed?.trouble.reason ?? null);
    return [
      fault('unreachable-host', 'never observed', { host: host.name }, { reason }, [
        identity?.id,
        failed?.id,
      ]),
    ];
  }
  if (c.trigger === null) return [];
  return [...lateBaseline(c, host), ...brokenObservation(c, host, untilMs)];
}

function lateBaseline(c: CaseFile, host: HostSamples): Finding[] {
  const { baselineMs, maxGapMs } = c.plan.timing;
  const first = host.good[0];
  if (first === undefined || first.sentMs + Math.max(0, baselineMs - maxGapMs) <= c.anchorMs) return [];
  const late = host.samples[0] !== first;
  return [
    fault(
      late ? 'unreachable-host' : 'sampled-too-coarsely',
      'watched too short',
      { host: host.name },
      { watchedMs: Math.max(0, c.anchorMs - first.sentMs), baselineMs },
      [first.id],
    ),
  ];
}

function brokenObservation(c: CaseFile, host: HostSamples, untilMs: number): Finding[] {
  const worst = longestGap(c, host, untilMs);
  const { maxGapMs } = c.plan.timing;
  if (worst === null || worst.toMs - worst.fromMs <= maxGapMs) return [];
  const forMs = worst.toMs - worst.fromMs;
  const subject = { host: host.name };
  const evidence = [worst.before.id, worst.bad[0]?.id, worst.after?.id];
  const blind = worst.bad.find(answeredInVain);
  if (blind !== undefined) {
    return [
      fault('blind-probe', 'unfit for long', subject, { reason: blind.trouble.reason, forMs }, evidence),
    ];
  }
  const failed = worst.bad[0];
  if (failed !== undefined) {
    const { reason } = failed.trouble;
    return [fault('unreachable-host', 'unread for long', subject, { reason, forMs }, evidence)];
  }
  return [
    fault('sampled-too-coarsely', 'two samples apart', subject, { apartMs: forMs, maxGapMs }, evidence),
  ];
}

// A host that answers is there; what it says is of no use.
function answeredInVain(sample: BadSample): boolean {
  return sample.trouble.kind !== 'unreadable';
}

/** Whether one and the same machine answered for this host throughout, and no other host is that machine. */
export function identityTrouble(c: CaseFile, host: HostSamples): Finding[] {
  const stranger = host.identities.find((seen) => seen.strangeKey !== undefined);
  if (stranger?.identity.kind === 'unreadable') {
    const { reason } = stranger.identity;
    return [fault('wrong-host-probe', 'strange key', { host: host.name }, { reason }, [stranger.id])];
  }
  const pinned = unlikeItsPin(c, host);
  if (pinned.length > 0) return pinned;
  const scopes = scopesOf(host);
  const machines = new Map<string, string>();
  for (const { id, identity } of host.identities) {
    if (identity.kind === 'present')
      machines.set(`${identity.value.machineId}/${identity.value.hostKey}`, id);
  }
  const reboots = rebootsOf(host);
  if (reboots === null || machines.size > 1) {
    return [
      fault(
        'wrong-host-probe',
        'not one machine',
        { host: host.name },
        { changed: scopes.size > 1 ? 'scope' : 'machine' },
        [...(scopes.size > 1 ? scopes : machines).values()],
      ),
    ];
  }
  return [...twins(c, host), ...rebooted(host.name, reboots)];
}

function twins(c: CaseFile, host: HostSamples): Finding[] {
  const scopes = scopesOf(host);
  const all = [...c.hosts.values()].filter(
    (other) =>
      other !== host &&
      !declaredOne(c, host.name, other.name) &&
      [...scopes.keys()].some((scope) => scopesOf(other).has(scope)),
  );
  if (all.length === 0) return [];
  return [
    fault('wrong-host-probe', 'twins', { host: host.name }, { twins: all.map((twin) => twin.name) }, [
      ...scopes.values(),
    ]),
  ];
}

// However short the time in which nothing could be seen: a boot may have run whatever it liked in it.
function rebooted(host: string, reboots: readonly Reboot[]): Finding[] {
  return reboots.map(({ before, after }) =>
    fault('unreachable-host', 'rebooted', { host }, { forMs: after.receivedMs - before.sentMs }, [
      before.id,
      after.id,
    ]),
  );
}

/** Whether somebody else answered for a host than the machine that the operator pinned. */
function unlikeItsPin(c: CaseFile, host: HostSamples): Finding[] {
  const pin = c.plan.hosts.find(({ name }) => name === host.name)?.pin;
  if (pin === undefined) return [];
  for (const { id, identity } of host.identities) {
    const differences = identity.kind === 'present' ? pinDifferences(pin, identity.value) : [];
    if (differences.length === 0) continue;
    return [fault('wrong-host-probe', 'not as pinned', { host: host.name }, { differences }, [id])];
  }
  return [];
}

/** Every boot and pid namespace that answered for a host, with the record that shows it. */
const scopesOf = once((host: HostSamples): ReadonlyMap<string, string> => {
  const scopes = new Map<string, string>();
  for (const { id, identity } of host.identities)
    if (identity.kind === 'present') scopes.set(scopeOf({ scope: identity.value }), id);
  for (const { id, table } of host.samples)
    if (table !== null && !scopes.has(scopeOf(table))) scopes.set(scopeOf(table), id);
  return scopes;
});

function declaredOne(c: CaseFile, a: string, b: string): boolean {
  return c.plan.oneMachine.some((group) => group.includes(a) && group.includes(b));
}
