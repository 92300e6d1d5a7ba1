import { statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BrokerTwist } from '../variants/variant.ts';

/** What everybody in a lab can see of a halt: that the broker was asked for it, has its outcome, was asked to lift it, and has. */
export type HaltEvent = 'asked' | 'done' | 'lifting' | 'lifted';

// How broker, network and daemons of one lab conspire: a file each that says since when.
function markFile(hostRoot: string, event: HaltEvent): string {
  return join(dirname(hostRoot), `halt-${event}`);
}

/** A broker that does as it is told, and lets the lab know of halt and resume before it acts, and when it has acted. */
export const markingHalt: NonNullable<BrokerTwist['around']> = (broker, { root }) => ({
  ...broker,
  halt: async (request, actor) => {
    writeFileSync(markFile(root, 'asked'), '');
    const report = await broker.halt(request, actor);
    if ('stops' in report) writeFileSync(markFile(root, 'done'), '');
    return report;
  },
  resume: async (request, actor) => {
    // Others are refused: a resume of another incident lifts nothing.
    const { level, incident } = broker.status();
    if (level > 0 && request.incident === incident?.id) writeFileSync(markFile(root, 'lifting'), '');
    const report = await broker.resume(request, actor);
    if ('result' in report && report.result === 'resumed') writeFileSync(markFile(root, 'lifted'), '');
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
