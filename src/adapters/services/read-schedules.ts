import { longestPause, parseCron } from '../../drill/model/cron.ts';
import type { Bite, ManagedReading } from '../../drill/model/manager.ts';
import { present } from '../../drill/model/reading.ts';
import type { Clock, HostLink, ManagerLink } from '../../drill/ports/world.ts';
import { SCHEDULE_SCRIPT } from './schedule-script.ts';
import { slowest } from './slowest.ts';

/** By which names entries of cron and at would start each service: its script, its executable, its label. */
export type Names = ReadonlyMap<string, readonly string[]>;

/** A crontab may be long; more than these say nothing new. */
const MOST_ENTRIES = 100;

/** Well within what a manager may take: its counters show lives that no sample does, and must not be lost over a slow crontab. */
const PATIENCE_MS = 1_500;

/** A manager's account with what cron and at of its host would start again, which no manager knows of. */
export function withSchedules(
  manager: ManagerLink,
  names: Names,
  link: Pick<HostLink, 'run'>,
  clock: Pick<Clock, 'sleep'>,
): ManagerLink {
  return {
    async read(services) {
      const asked = new Map([...names].filter(([service]) => services.includes(service)));
      const read = new AbortController();
      const late = clock.sleep(PATIENCE_MS, read.signal).then((): Entries => new Map());
      const [reading, entries] = await Promise.all([
        manager.read(services),
        Promise.race([readSchedules(link, asked), late]),
      ]);
      read.abort();
      if (reading.kind !== 'present') return reading;
      return {
        ...reading,
        value: reading.value.map((one) => withRevivals(one, entries.get(one.service) ?? [])),
      };
    },
  };
}

interface Entry {
  readonly by: string;
  readonly schedule: string;
}

type Entries = ReadonlyMap<string, readonly Entry[]>;

function withRevivals(one: ManagedReading, entries: readonly Entry[]): ManagedReading {
  const { service, reading } = one;
  if (reading.kind !== 'present' || entries.length === 0) return one;
  const { revives, bites = [] } = reading.value;
  const again = entries.filter(({ schedule }) => schedule !== '@reboot');
  const revivals = again.map(({ by, schedule }) => ({ by, withinMs: longestPauseMs(schedule) }));
  return {
    service,
    reading: present({
      ...reading.value,
      revives: slowest([...(revives === null ? [] : [revives]), ...revivals]),
      bites: [
        ...bites,
        ...entries.map(
          ({ by, schedule }): Bite =>
            schedule === '@reboot'
              ? { kind: 'starts-at-boot', how: `${by} names it, so that a reboot may undo the halt` }
              : { kind: 'revived', how: `${by} names it, and may start it though it was stopped` },
        ),
      ],
    }),
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

/** Entries of cron and at, by service. What cannot be read is left out: all of it only corroborates. Never rejects. */
async function readSchedules(link: Pick<HostLink, 'run'>, names: Names): Promise<Entries> {
  const asked = [...names].flatMap(([service, own]) => own.map((name) => ({ service, name })));
  const found = new Map<string, Entry[]>();
  if (asked.length === 0) return found;
  const words = asked.map(({ name }) => name);
  const answer = await link.run(['sh', '-c', SCHEDULE_SCRIPT, 'haltproof-manager', '', ...words]);
  const lines = answer.kind === 'present' ? answer.value.output.split('\n') : [];
  for (const line of lines.slice(0, MOST_ENTRIES)) {
    const [, place, source, schedule] = /^(\d{1,4})\|([^|]+)\|(.{1,80})$/.exec(line) ?? [];
    const service = asked[Number(place) - 1]?.service;
    if (service === undefined || source === undefined || schedule === undefined) continue;
    const entry = { by: `${source} (${schedule})`, schedule };
    found.set(service, [...(found.get(service) ?? []), entry]);
  }
  return found;
}
