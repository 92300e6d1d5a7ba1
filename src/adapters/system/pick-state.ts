import type { BrokerState, StopClaim } from '../../drill/model/broker-state.ts';
import type { HaltOperation, Json, StatePointers } from '../../drill/model/inventory.ts';
import { absent, present, type Reading, unreadable } from '../../drill/model/reading.ts';
import { parentOf, pick } from './json-pointer.ts';
import { describeValue } from './printable.ts';

/** Each answer goes into the journal, several times a second: in UTF-16 units. */
const MAX_TEXT = 65_536;

/**
 * The broker's state as a status answer gives it. A part that the answer does not mention is null; one that is there
 * with the wrong type, or where the pointer meets another shape, makes the whole state `unreadable`. The level must be
 * there and be a whole number.
 */
export function statusState(document: unknown, pointers: StatePointers): Reading<BrokerState> {
  const level = integerAt(document, pointers.level);
  const incident = incidentAt(document, pointers.incident, pointers.level);
  const reason = pointers.reason === null ? absent : textAt(document, pointers.reason);
  const revision = pointers.revision === null ? absent : integerAt(document, pointers.revision);
  const asset = pointers.asset === null ? absent : textAt(document, pointers.asset);
  for (const part of [level, incident, reason, revision, asset]) if (part.kind === 'unreadable') return part;
  if (level.kind !== 'present') return unreadable(`the answer has no ${pointers.level}`);
  return present({
    level: level.value,
    incident: orNull(incident),
    reason: orNull(reason),
    revision: orNull(revision),
    asset: orNull(asset),
  });
}

/**
 * What a halt's reply claims. It is a claim and nothing hangs on its being whole: a part that is missing or has the
 * wrong type is left out.
 */
export function claimedState(
  document: unknown,
  pointers: HaltOperation['pick'],
): Partial<BrokerState> | null {
  const level = readIf(pointers.level, (pointer) => integerAt(document, pointer));
  const incident = readIf(pointers.incident, (pointer) => incidentAt(document, pointer));
  const reason = readIf(pointers.reason, (pointer) => textAt(document, pointer));
  const revision = readIf(pointers.revision, (pointer) => integerAt(document, pointer));
  const asset = readIf(pointers.asset, (pointer) => textAt(document, pointer));
  const claimed: Partial<BrokerState> = {
    ...(level.kind === 'present' ? { level: level.value } : {}),
    ...(incident.kind === 'present' ? { incident: incident.value } : {}),
    ...(reason.kind === 'present' ? { reason: reason.value } : {}),
    ...(revision.kind === 'present' ? { revision: revision.value } : {}),
    ...(asset.kind === 'present' ? { asset: asset.value } : {}),
  };
  return Object.keys(claimed).length === 0 ? null : claimed;
}

/** The stops that a reply claims; null where it gives no list, or one with an item that names no service. */
export function claimedStops(document: unknown, pointer: string | undefined): StopClaim[] | null {
  const picked = pointer === undefined ? undefined : pick(document, pointer);
  if (picked?.at !== 'found' || !Array.isArray(picked.value)) return null;
  const stops: StopClaim[] = [];
  for (const item of picked.value as unknown[]) {
    const { service, host, outcome } = (item ?? {}) as Record<string, unknown>;
    if (typeof service !== 'string') return null;
    stops.push({
      service,
      host: typeof host === 'string' ? host : null,
      outcome: typeof outcome === 'string' ? outcome : null,
    });
  }
  return stops;
}

/** Whether a reply says that the halt was recorded; null where it does not say true or false. */
export function claimedRecorded(document: unknown, pointer: string | undefined): boolean | null {
  const picked = pointer === undefined ? undefined : pick(document, pointer);
  return picked?.at === 'found' && typeof picked.value === 'boolean' ? picked.value : null;
}

/** An incident's name as the broker spells it in JSON: some use numbers, and want them back as numbers. */
export function incidentSpelling(document: unknown, pointer: string | undefined): Json | null {
  const picked = pointer === undefined ? undefined : pick(document, pointer);
  return picked?.at === 'found' && isName(picked.value) ? picked.value : null;
}

function valueAt(document: unknown, pointer: string): Reading<unknown> {
  const picked = pick(document, pointer);
  if (picked.at === 'misfit')
    return unreadable(`${pointer} leads through ${describeValue(picked.through)}, not an object`);
  return picked.at === 'missing' || picked.value === null ? absent : present(picked.value);
}

function integerAt(document: unknown, pointer: string): Reading<number> {
  const found = valueAt(document, pointer);
  if (found.kind !== 'present') return found;
  if (typeof found.value === 'number' && Number.isSafeInteger(found.value)) return present(found.value);
  return unreadable(`${pointer} is ${describeValue(found.value)}, not a whole number`);
}

function textAt(document: unknown, pointer: string): Reading<string> {
  const found = valueAt(document, pointer);
  if (found.kind !== 'present') return found;
  if (typeof found.value !== 'string')
    return unreadable(`${pointer} is ${describeValue(found.value)}, not text`);
  return found.value.length > MAX_TEXT
    ? unreadable(
        `${pointer} is a text of ${found.value.length} characters, and nobody reads more than ${MAX_TEXT}`,
      )
    : present(found.value);
}

function incidentAt(document: unknown, pointer: string, level?: string): Reading<string> {
  const found = valueAt(document, pointer);
  if (found.kind === 'present')
    return isName(found.value) && String(found.value).length <= MAX_TEXT
      ? present(String(found.value))
      : unreadable(`${pointer} is ${describeValue(found.value)}, not an incident's name`);
  if (found.kind === 'unreadable') return found;
  // An incident is there, but not its name where the pointer says: that is not "no incident".
  const parent = parentOf(pointer);
  // What also holds the level is the state, not an incident.
  const isState = level?.startsWith(`${parent}/`) === true;
  const around = parent === null || parent === '' || isState ? undefined : pick(document, parent);
  return around?.at === 'found' && around.value !== null
    ? unreadable(`${pointer} is not there, but ${parent} is ${describeValue(around.value)}`)
    : absent;
}

function isName(value: unknown): value is string | number {
  return typeof value === 'string' || (typeof value === 'number' && Number.isSafeInteger(value));
}

function readIf<T>(pointer: string | null | undefined, read: (pointer: string) => Reading<T>): Reading<T> {
  return pointer === null || pointer === undefined ? absent : read(pointer);
}

function orNull<T>(reading: Reading<T>): T | null {
  return reading.kind === 'present' ? reading.value : null;
}
