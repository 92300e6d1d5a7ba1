import type { Finding } from '../../model/verdict.ts';
import { type CaseFile, firstSeen, type HostSamples, once } from '../evidence/index.ts';
import { finding } from '../finding.ts';
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
    if (life.matched.size === 0) continue;
    const flicker = c.lives.flickered(life);
    if (flicker === null || flicker.missed.host !== host.name) continue;
    const { before, missed, after } = flicker;
    const others = [before.host, after.host].filter((name) => name !== host.name);
    const who = others[0] === undefined ? '' : `, of ${others[0]},`;
    return [
      finding(
        'blind-probe',
        { host: host.name },
        `A sample of ${host.name} lacks pid ${life.pid}, which samples${who} before and after it show.`,
        [before.id, missed.id, after.id],
      ),
    ];
  }
  return [];
}
