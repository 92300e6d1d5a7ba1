import type { Finding } from '../model/verdict.ts';
import type { CaseFile } from './case-file.ts';
import { hostClockTrouble } from './clocks.ts';
import { controlsOf } from './controls.ts';
import { finding } from './finding.ts';
import type { HostSamples } from './host-samples.ts';
import { identityTrouble, observationTrouble } from './host-trouble.ts';
import { firstSeen, speaksOf } from './lives.ts';

const cache = new WeakMap<CaseFile, Map<string, readonly Finding[]>>();

/** Whether every host of the inventory was observed, as itself, unbroken, wholly, and on a steady clock. */
export function judgeHosts(c: CaseFile): Finding[] {
  return c.plan.hosts.flatMap((host) => troubleOf(c, host.name));
}

/** Everything that keeps a host's evidence from proving an absence; empty where nothing does. */
export function troubleOf(c: CaseFile, name: string): readonly Finding[] {
  const known = cache.get(c) ?? new Map<string, readonly Finding[]>();
  cache.set(c, known);
  const kept = known.get(name);
  if (kept !== undefined) return kept;
  const host = c.hosts.get(name);
  const all =
    host === undefined
      ? []
      : [
          ...identityTrouble(c, host),
          ...observationTrouble(c, host),
          ...hostClockTrouble(host),
          ...controlsOf(c, host).findings,
          ...unexamined(c, host),
          ...flickering(c, host),
        ];
  const first = all.filter((f, index) => all.findIndex((other) => other.code === f.code) === index);
  known.set(name, first);
  return first;
}

// A process that nobody ever looked at may be anything, a target among them.
function unexamined(c: CaseFile, host: HostSamples): Finding[] {
  if (c.trigger === null) return [];
  const strangers = c.lives.all.filter((life) => {
    const first = firstSeen(life);
    const last = life.seen.at(-1)?.sample;
    if (first === null || last === undefined || life.details.length > 0 || !life.hosts.has(host.name))
      return false;
    if (first.sentMs > c.haltEndMs || last.receivedMs < c.anchorMs) return false;
    return last.receivedMs - first.sentMs > c.plan.timing.maxGapMs;
  });
  if (strangers.length === 0) return [];
  return [
    finding(
      'blind-probe',
      { host: host.name },
      `On ${host.name} ${strangers.length === 1 ? 'a process was' : `${strangers.length} processes were`} listed and never looked at (pid ${strangers
        .slice(0, 5)
        .map((life) => life.pid)
        .join(', ')}), so it cannot be said what ran there.`,
      strangers.map((life) => firstSeen(life)?.id),
    ),
  ];
}

// A life that one sample lacks and a later one has again was overlooked: so may others have been.
function flickering(c: CaseFile, host: HostSamples): Finding[] {
  for (const life of c.lives.all) {
    if (life.matched.size === 0 || !life.hosts.has(host.name)) continue;
    const own = life.seen.filter(({ sample }) => sample.host === host.name).map(({ sample }) => sample);
    const [first, last] = [own[0], own.at(-1)];
    if (first === undefined || last === undefined) continue;
    const seen = new Set(own);
    const missed = host.good.find(
      (s) =>
        s.sentMs > first.receivedMs && s.receivedMs < last.sentMs && !seen.has(s) && speaksOf(s, life.pid),
    );
    if (missed === undefined) continue;
    return [
      finding(
        'blind-probe',
        { host: host.name },
        `A sample of ${host.name} lacks pid ${life.pid}, which samples before and after it show.`,
        [first.id, missed.id, last.id],
      ),
    ];
  }
  return [];
}
