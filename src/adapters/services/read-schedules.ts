import { longestPause, parseCron } from '../../drill/model/cron.ts';
import type { ManagedReading } from '../../drill/model/manager.ts';
import { present, unreadable } from '../../drill/model/reading.ts';
import { slowest } from '../../drill/model/revival.ts';
import type { Clock, HostLink, ManagerLink } from '../../drill/ports/world.ts';
import { SCHEDULE_SCRIPT } from './schedule-script.ts';

/** By which names entries of cron and at would start each service: its script, its executable, its label. */
export type Names = ReadonlyMap<string, readonly string[]>;

/** A crontab may be long; more than these say nothing new. */
const MOST_ENTRIES = 100;

/** Well within what a manager may take: its counters show lives that no sample does, and must not be lost over a slow crontab. */
const PATIENCE_MS = 1_500;

/**
 * What cron and at of a host would start again, of which no manager knows, beside its manager's account; null for a host that has no
 * manager which can be read.
 */
export function withSchedules(
  manager: ManagerLink | null,
  names: Names,
  link: Pick<HostLink, 'run'>,
  clock: Pick<Clock, 'sleep'>,
): ManagerLink {
  return {
    async read(services) {
      const asked = new Map([...names].filter(([service]) => services.includes(service)));
      const read = new AbortController();
      const late = clock.sleep(PATIENCE_MS, read.signal).then(() => null);
      const [reading, entries] = await Promise.all([
        manager?.read(services) ?? unreadable('its host has no service manager'),
        Promise.race([readSchedules(link, asked), late]),
      ]);
      read.abort();
      if (entries === null) return reading;
      const all =
        reading.kind === 'present' ? reading.value : services.map((service) => ({ service, reading }));
      return present(all.map((one) => ({ ...one, scheduled: foretoldBy(entries.get(one.service) ?? []) })));
    },
  };
}

interface Entry {
  readonly by: string;
  readonly schedule: string;
}

type Entries = ReadonlyMap<string, readonly Entry[]>;

function foretoldBy(entries: readonly Entry[]): NonNullable<ManagedReading['scheduled']> {
  const again = entries.filter(({ schedule }) => schedule !== '@reboot');
  return {
    revives: slowest(again.map(({ by, schedule }) => ({ by, withinMs: longestPauseMs(schedule) }))),
    bites: entries.map(({ by, schedule }) =>
      schedule === '@reboot'
        ? { kind: 'starts-at-boot', how: `${by} names it, so that a reboot may undo the halt` }
        : { kind: 'revived', how: `${by} names it, and may start it though it was stopped` },
    ),
  };
}

const HOUR_MS = 3_600_000;
const WORDS: Readonly<Record<string, number>> = {
  '@hourly': HOUR_MS,
  '@daily': 24 * HOUR_MS,
  '@midnight': 24 * HOUR_MS,
  '@weekly': 7 * 24 * HOUR_MS,
};

/** The longest time between two runs, in milliseconds; null where it depends on the calendar, or there is only one. */
function longestPauseMs(schedule: string): number | null {
  const word = Object.hasOwn(WORDS, schedule) ? WORDS[schedule] : undefined;
  if (word !== undefined) return word;
  const fields = parseCron(schedule);
  return typeof fields === 'string' ? null : longestPause(fields);
}

/** Entries of cron and at, by service; null where they could not be read to their end. Never rejects. */
async function readSchedules(link: Pick<HostLink, 'run'>, names: Names): Promise<Entries | null> {
  const asked = [...names].flatMap(([service, own]) => own.map((name) => ({ service, name })));
  const found = new Map<string, Entry[]>();
  if (asked.length === 0) return found;
  const words = asked.map(({ name }) => name);
  const answer = await link.run(['sh', '-c', SCHEDULE_SCRIPT, 'haltdrill-manager', '', ...words]);
  const lines = answer.kind === 'present' ? answer.value.output.split('\n') : [];
  if (!lines.includes('end')) return null;
  for (const line of lines.slice(0, MOST_ENTRIES)) {
    const [, place, source, schedule] = /^(\d{1,4})\|([^|]+)\|(.{1,80})$/.exec(line) ?? [];
    const service = asked[Number(place) - 1]?.service;
    if (service === undefined || source === undefined || schedule === undefined) continue;
    const entry = { by: `${source} (${schedule})`, schedule };
    found.set(service, [...(found.get(service) ?? []), entry]);
  }
  return found;
}
