import { absent, present, type Reading, unreadable } from '../../drill/model/reading.ts';
import { type Answer, natural } from './answer.ts';
import type { Slices } from './slices.ts';

/** As much as the probe reads of each. */
const HEARTBEAT_BYTES = 512;

/** What the probe says of a heartbeat file that it could not read, or would not. */
const LINK = unreadable('its heartbeat file is a link, which is not followed; declare the file itself');
const UNREAD: ReadonlyMap<string, Reading<never>> = new Map([
  ['none', absent],
  ['denied', unreadable('its heartbeat file could not be opened')],
  ['odd', unreadable('its heartbeat file is not a regular file')],
  ['link', LINK],
]);

/** The same of one that had been found to be a file: od failed, or a link took its place meanwhile. */
const UNREAD_AFTER_ALL: typeof UNREAD = new Map([
  ['denied', unreadable('its heartbeat file could not be read')],
  ['link', LINK],
]);

/** The heartbeats of a full sample, by service: first line of each file, or why there is none. Throws a one-line Error where it is not as agreed. */
export function* parseHeartbeats(
  answer: Answer,
  services: readonly string[],
): Slices<Record<string, Reading<string>>> {
  const found: Record<string, Reading<string>> = {};
  for (const [index, service] of services.entries()) {
    const [at, what = ''] = answer.take('H').split(' ');
    if (natural(at) !== index + 1) throw new Error('a heartbeat is missing');
    const bytes = yield* answer.hex(HEARTBEAT_BYTES);
    const read = what === 'file' ? afterAll(answer, index + 1, bytes) : UNREAD.get(what);
    if (read === undefined) throw new Error('a heartbeat could not be understood');
    found[service] = read;
  }
  return found;
}

function afterAll(answer: Answer, at: number, bytes: Buffer): Reading<string> {
  for (const [what, reading] of UNREAD_AFTER_ALL) {
    if (answer.peek() !== `H ${at} ${what}`) continue;
    answer.next();
    return reading;
  }
  return present(bytes.toString('utf8').split('\n', 1)[0] ?? '');
}
