import { plain } from './harmless.ts';
import type { ManagedReading, Revival } from './manager.ts';
import type { Plan } from './plan.ts';
import { foretold, slowest } from './revival.ts';

/**
 * What will bite, in words, from what the managers said of the targets before the trigger. None of it is evidence: a halt may well
 * be clean in spite of it, and what is wrong with one is found in process tables.
 */
export function foresightOf(plan: Plan, managed: readonly ManagedReading[]): readonly string[] {
  const lines = managed.flatMap((one) => {
    const target = plan.services.find(({ name, role }) => name === one.service && role === 'target');
    if (target === undefined) return [];
    const where = `${target.name} on ${target.host}`;
    const { bites, revives } = foretold(one);
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
export function revivalLine(plan: Plan, managed: readonly ManagedReading[]): string | null {
  const known = plan.services.flatMap(({ name, host, role }) => {
    const one = managed.find(({ service }) => service === name);
    const { revives } = one === undefined || role !== 'target' ? { revives: null } : foretold(one);
    return revives === null ? [] : [{ name, host, ...revives }];
  });
  const last = slowest(known);
  if (last === null) return null;
  const by = `${last.name} on ${last.host}, by ${plain(last.by, 80)}, ${inWhatTime(last)}`;
  return `the slowest known revival: ${by}; the hold is ${plan.timing.holdMs / 1000} s`;
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
