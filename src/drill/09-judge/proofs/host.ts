import type { Finding } from '../../model/verdict.ts';
import { type CaseFile, firstSeen, type HostSamples, once } from '../evidence/index.ts';
import { fault } from '../finding.ts';
import { hostClockTrouble } from './clocks.ts';
import { controlsOf } from './controls.ts';
import { identityTrouble, observationTrouble, watchedUntilMs } from './watching.ts';

/** Whether every host of the inventory was observed, as itself, unbroken, wholly, and on a steady clock. */
export function judgeHosts(c: CaseFile): Finding[] {
  return c.plan.hosts.flatMap((host) => troubleOf(c, host.name));
}

/** Everything that keeps a host's evidence from proving an absence, from baseline to proven undo; empty where nothing does. */
export function troubleOf(c: CaseFile, name: string): readonly Finding[] {
  return troubles(c).get(name) ?? [];
}

/** The same, of what was seen until the halt ended: what could not be seen of the undo takes nothing from the proof of a stop. */
export function haltTroubleOf(c: CaseFile, name: string): readonly Finding[] {
  return haltTroubles(c).get(name) ?? [];
}

type Troubles = ReadonlyMap<string, readonly Finding[]>;
const troubles = once((c: CaseFile): Troubles => troublesUntil(c, watchedUntilMs(c)));
const haltTroubles = once((c: CaseFile): Troubles => troublesUntil(c, c.haltEndMs));

function troublesUntil(c: CaseFile, untilMs: number): Troubles {
  return new Map([...c.hosts].map(([name, host]) => [name, firstOfEachCode(troubleWith(c, host, untilMs))]));
}

function troubleWith(c: CaseFile, host: HostSamples, untilMs: number): Finding[] {
  return [
    ...identityTrouble(c, host),
    ...observationTrouble(c, host, untilMs),
    ...hostClockTrouble(host),
    ...controlsOf(c, host).findings,
    ...unexamined(c, host),
    ...flickering(c, host),
  ];
}

function firstOfEachCode(all: readonly Finding[]): Finding[] {
  return all.filter((f, index) => all.findIndex((other) => other.code === f.code) === index);
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
    fault(
      'blind-probe',
      'never looked at',
      { host: host.name },
      { pids: strangers.map((life) => life.pid) },
      strangers.map((life) => firstSeen(life)?.id),
    ),
  ];
}

// A life that one sample lacks and a later one has again was overlooked: so may others have been.
function flickering(c: CaseFile, host: HostSamples): Finding[] {
  for (const life of c.lives.all) {
    if (life.matched.size === 0) continue;
    const flicker = c.lives.flickered(life);
    if (flicker === null || flicker.missed.host !== host.name) continue;
    const { before, missed, after } = flicker;
    const otherHost = [before.host, after.host].find((name) => name !== host.name) ?? null;
    return [
      fault('blind-probe', 'pid overlooked', { host: host.name }, { pid: life.pid, otherHost }, [
        before.id,
        missed.id,
        after.id,
      ]),
    ];
  }
  return [];
}
