import { plain } from './harmless.ts';
import type { ManagedReading, Revival } from './manager.ts';
import type { Plan } from './plan.ts';

/**
 * What will bite, in words, from what the managers said of the targets before the trigger. None of it is evidence: a halt may well
 * be clean in spite of it, and what is wrong with one is found in process tables.
 */
export function foresightOf(plan: Plan, managed: readonly ManagedReading[]): readonly string[] {
  const lines = managed.flatMap(({ service, reading }) => {
    const target = plan.services.find(({ name, role }) => name === service && role === 'target');
    if (target === undefined || reading.kind !== 'present') return [];
    const where = `${target.name} on ${target.host}`;
    const { bites = [], revives } = reading.value;
    const late = revives !== null && (revives.withinMs === null || revives.withinMs > plan.timing.holdMs);
    return [
      ...bites.map(({ how }) => `${where}: ${plain(how, 200)}.`),
      ...(late
        ? [
            `${where}: ${plain(revives.by, 80)} may bring it back ${inWhatTime(revives)}, and the hold is ${plan.timing.holdMs / 1000} s. Unless the halt takes that away, it is hold-too-short.`,
          ]
        : []),
    ];
  });
  return [...brokerInside(plan), ...lines];
}

/** The slowest thing that could bring a target back, in words; null where no manager, cron or at knows of one. A hold should outlast it. */
export function slowestRevival(plan: Plan, managed: readonly ManagedReading[]): string | null {
  const known = plan.services.flatMap(({ name, host, role }) => {
    const reading = managed.find(({ service }) => service === name)?.reading;
    if (role !== 'target' || reading?.kind !== 'present' || reading.value.revives === null) return [];
    return [{ name, host, ...reading.value.revives }];
  });
  const rank = (one: Revival): number => one.withinMs ?? Number.POSITIVE_INFINITY;
  const [slowest] = known.toSorted((a, b) => rank(b) - rank(a));
  if (slowest === undefined) return null;
  return `${slowest.name} on ${slowest.host}, by ${plain(slowest.by, 80)}, ${inWhatTime(slowest)}`;
}

/** Such as `after up to 0.1 s`. */
export function inWhatTime({ withinMs }: Revival): string {
  return withinMs === null ? 'at no known time' : `after up to ${withinMs / 1000} s`;
}

/** What the plan alone shows: it asks no host. */
export function brokerInside({ broker, services }: Plan): readonly string[] {
  const own = services.find(({ name, role }) => name === broker && role === 'target');
  return own === undefined
    ? []
    : [
        `${own.name} on ${own.host}: the broker is on the list that it stops; what comes after it there, nobody stops.`,
      ];
}
