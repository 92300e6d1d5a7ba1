import type { Entry } from '../../../src/drill/model/journal.ts';

/**
 * What a change leaves in a journal, found by comparing journals and by nothing else: so it can be said, without any judge,
 * whether a fault is still there where a second one was laid over it.
 */

/** What a place of a journal says, by place; a place is a record and a path into it. */
export type Leaves = ReadonlyMap<string, unknown>;

/** The places where a journal is not as another one, and what each says there; undefined: there is no such place. */
export type Trace = ReadonlyMap<string, unknown>;

// Ids, counts and what the observer asks for follow from everything else that is there: no fault lies in them.
const DERIVED = new Set(['id', 'wall', 'n', 'nonce', 'total', 'watched', 'intent', 'judging', 'knownIssues']);

export function leavesOf(entries: readonly Entry[]): Leaves {
  const leaves = new Map<string, unknown>();
  const seen = new Map<string, number>();
  for (const entry of entries) {
    const name = nameOf(entry);
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    walk(entry, count === 1 ? name : `${name} (${count})`, leaves);
  }
  return leaves;
}

export function traceOf(own: Leaves, clean: Leaves): Trace {
  const trace = new Map<string, unknown>();
  for (const [place, value] of own)
    if (!clean.has(place) || clean.get(place) !== value) trace.set(place, value);
  for (const place of clean.keys()) if (!own.has(place)) trace.set(place, undefined);
  return trace;
}

/** How much of a trace a journal shows: 1 for all of it. */
export function shareOf(trace: Trace, leaves: Leaves): number {
  if (trace.size === 0) return 0;
  let there = 0;
  for (const [place, value] of trace) if (leaves.get(place) === value) there += 1;
  return there / trace.size;
}

function nameOf(entry: Entry): string {
  switch (entry.kind) {
    case 'sample':
      return `sample ${entry.sample.host} ${entry.sample.sentMs}`;
    case 'canary':
      return `canary ${entry.host} ${entry.tag} ${entry.event}`;
    case 'intent':
    case 'outcome':
      return `${entry.kind} ${entry.act.act} ${entry.atMs}`;
    case 'status':
    case 'store':
    case 'audit':
    case 'exchange':
    case 'messages':
      return `${entry.kind} ${entry.read.sentMs}`;
    case 'opened':
    case 'closed':
      return entry.kind;
    default:
      return `${entry.kind} ${entry.atMs}`;
  }
}

function walk(value: unknown, place: string, into: Map<string, unknown>): void {
  if (value === null || typeof value !== 'object') {
    into.set(place, value);
    return;
  }
  // So that an empty list, or a record without anything in it, is a place too.
  into.set(place, Array.isArray(value) ? '[]' : '{}');
  if (Array.isArray(value))
    for (const [index, one] of value.entries()) walk(one, keyIn(place, one, index), into);
  else
    for (const [key, one] of Object.entries(value)) if (!DERIVED.has(key)) walk(one, `${place}.${key}`, into);
}

/** Rows and lists of the named are found by who they are about, wherever they stand. */
function keyIn(place: string, one: unknown, index: number): string {
  if (one === null || typeof one !== 'object') return `${place}[${index}]`;
  const { pid, start, name, service, asset, account, seq, id } = one as Record<string, unknown>;
  const key = [pid, start, name, service, asset, account, seq, id].filter((part) => part !== undefined);
  return key.length === 0 ? `${place}[${index}]` : `${place}[${key.join(' ')}]`;
}
