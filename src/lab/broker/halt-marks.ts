import { statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BrokerTwist } from '../variants/variant.ts';

/** What everybody in a lab can see of a halt: that the broker was asked for it, and that it has its outcome. */
export type HaltEvent = 'asked' | 'done';

// How broker, network and daemons of one lab conspire: a file each that says since when.
function markFile(hostRoot: string, event: HaltEvent): string {
  return join(dirname(hostRoot), `halt-${event}`);
}

/** A broker that does as it is told, and lets the lab know of the halt before it acts, and when it has acted. */
export const markingHalt: NonNullable<BrokerTwist['around']> = (broker, { root }) => ({
  ...broker,
  halt: async (request, actor) => {
    writeFileSync(markFile(root, 'asked'), '');
    const report = await broker.halt(request, actor);
    if ('stops' in report) writeFileSync(markFile(root, 'done'), '');
    return report;
  },
});

/** Milliseconds since then, as seen from the host at `root`; below zero where it has not been yet. */
export function sinceHaltMs(root: string, event: HaltEvent): number {
  const mark = statSync(markFile(root, event), { throwIfNoEntry: false });
  return mark === undefined ? -1 : Math.max(0, Date.now() - mark.mtimeMs);
}

/** Resolves `ms` after that. */
export async function afterHalt(root: string, event: HaltEvent, ms: number): Promise<void> {
  while (sinceHaltMs(root, event) < ms) await delay(5);
}
