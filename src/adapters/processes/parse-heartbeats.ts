import { absent, present, type Reading, unreadable } from '../../drill/model/reading.ts';
import { type Answer, natural } from './answer.ts';
import type { Slices } from './slices.ts';

/** As much as the probe reads of each. */
const HEARTBEAT_BYTES = 512;

/** The heartbeats of a full sample, by service: content of each file, or why there is none. Throws a one-line Error where it is not as agreed. */
export function* parseHeartbeats(
  answer: Answer,
  services: readonly string[],
): Slices<Record<string, Reading<string>>> {
  const found: Record<string, Reading<string>> = {};
  for (const [index, service] of services.entries()) {
    const [at, what] = answer.take('H').split(' ');
    if (natural(at) !== index + 1) throw new Error('a heartbeat is missing');
    const bytes = yield* answer.hex(HEARTBEAT_BYTES);
    if (what === 'none') found[service] = absent;
    else if (what === 'denied') found[service] = unreadable('its heartbeat file could not be opened');
    else if (what === 'odd') found[service] = unreadable('its heartbeat file is not a regular file');
    else if (what !== 'file') throw new Error('a heartbeat could not be understood');
    // od failed after the file had been found.
    else if (answer.peek() === `H ${index + 1} denied`) {
      answer.next();
      found[service] = unreadable('its heartbeat file could not be read');
    } else found[service] = present(bytes.toString('utf8').split('\n', 1)[0] ?? '');
  }
  return found;
}
