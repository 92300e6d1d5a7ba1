import { inject } from 'vitest';
import { type Drilled, Fleet } from './fleet.ts';
import type { FleetCase } from './fleet-case.ts';
import { nothingLeft } from './leftovers.ts';

/**
 * Installs the fleet, drills it, looks whether the hosts are clean, and takes it off again. `during` may disturb the drill,
 * and is told what the drill says; `after` puts back what it did.
 */
export async function drilled(
  fleet: FleetCase,
  {
    during,
    after,
  }: { during?: (said: string, on: Fleet) => void; after?: (on: Fleet) => Promise<void> } = {},
): Promise<Drilled> {
  const on = new Fleet(fleet, inject('range'));
  try {
    await on.install();
    const result = await on.drill((said) => during?.(said, on));
    await after?.(on);
    await Promise.all(Object.values(on.hosts).map((host) => nothingLeft(host)));
    return result;
  } finally {
    await on.remove();
  }
}

/** `code subject` of what is primary, for a comparison that shows all of it where it fails. */
export function primary({ verdict }: Drilled): string[] {
  return verdict.findings
    .filter(({ consequenceOf }) => consequenceOf === null)
    .map(({ code, host, service }) => `${code} ${service ?? '-'}@${host ?? '-'}`)
    .sort();
}
