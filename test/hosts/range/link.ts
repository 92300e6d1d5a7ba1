import { must } from './command.ts';
import type { HostName } from './plan.ts';

/** Pulls or puts the cable between a host and the switch, at the switch's end: no process on the host notices by itself. */
export async function cable(host: HostName, state: 'up' | 'down'): Promise<void> {
  await must('ip', ['link', 'set', `to-${host}`, state]);
}
