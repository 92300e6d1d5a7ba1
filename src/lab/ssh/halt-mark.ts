import { statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BrokerTwist } from '../variants/variant.ts';

// How broker and network of one lab conspire: a file that says when the broker was asked to halt.
function markFile(hostRoot: string): string {
  return join(dirname(hostRoot), 'halt-was-asked');
}

/** A broker that does as it is told, and lets the network know of the halt before it acts. */
export const markingHalt: NonNullable<BrokerTwist['around']> = (broker, { root }) => ({
  ...broker,
  halt: (request, actor) => {
    writeFileSync(markFile(root), '');
    return broker.halt(request, actor);
  },
});

/** Milliseconds since the broker was asked to halt, as seen from the host at `root`; below zero where it was not yet. */
export function sinceHaltMs(root: string): number {
  const mark = statSync(markFile(root), { throwIfNoEntry: false });
  return mark === undefined ? -1 : Date.now() - mark.mtimeMs;
}

/** Resolves `ms` after the broker was asked to halt. */
export async function afterHalt(root: string, ms: number): Promise<void> {
  while (sinceHaltMs(root) < ms) await delay(5);
}
