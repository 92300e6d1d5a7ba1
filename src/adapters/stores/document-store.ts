import type { AuditEntry, IncidentRow, StoreSnapshot } from '../../drill/model/broker-state.ts';
import type { DocumentAudit, DocumentState, IncidentList } from '../../drill/model/inventory.ts';
import { present, type Received, unreadable } from '../../drill/model/reading.ts';
import type { AuditLink, StoreLink } from '../../drill/ports/world.ts';
import type { AskOn } from '../system/ask-here.ts';
import { jsonOf } from '../system/http-once.ts';
import { pick } from '../system/json-pointer.ts';
import { statusState } from '../system/pick-state.ts';
import { describeValue } from '../system/printable.ts';
import { withRaw } from '../system/raw.ts';
import { Misshapen } from './columns.ts';
import { nameOfSource, readDocument } from './document.ts';
import { auditEntry, incidentRow } from './rows.ts';
import type { Row } from './sqlite-read.ts';

const STATE_WITHIN_MS = 3_000;
const AUDIT_WITHIN_MS = 10_000;
const MAX_ENTRIES = 100_000;

/**
 * The broker's halt state from a JSON document: a file, an HTTP answer, or what any command prints, such as a database's own client. A
 * file that is written anew has another inode each time, so that it has none here.
 */
export function createDocumentStore(state: DocumentState, askOn: AskOn): StoreLink {
  const label = nameOfSource(state.from);
  return {
    read: async (): Promise<Received<StoreSnapshot>> => {
      const document = await readDocument(state.from, askOn, STATE_WITHIN_MS);
      if (document.kind !== 'present')
        return unreadable(`${label}: ${document.kind === 'unreadable' ? document.reason : 'no answer'}`);
      const bytes = document.value;
      const because = (reason: string): Received<never> => withRaw(bytes, unreadable(`${label}: ${reason}`));
      const json = jsonOf(bytes);
      if (json.kind !== 'present') return because(json.kind === 'unreadable' ? json.reason : 'no answer');
      const read = statusState(json.value, state.pick);
      if (read.kind !== 'present') return because(read.kind === 'unreadable' ? read.reason : 'no state');
      try {
        const incidents = state.incidents === null ? null : incidentsIn(json.value, state.incidents);
        return withRaw(bytes, present({ state: read.value, incidents, inode: 0 }));
      } catch (error) {
        if (error instanceof Misshapen) return because(error.message);
        throw error;
      }
    },
  };
}

/** The audit log as JSON, one entry a line, or one list of entries. Where entries have no number their place is it. */
export function createDocumentAudit(audit: DocumentAudit, askOn: AskOn): AuditLink {
  const label = nameOfSource(audit.from);
  return {
    read: async (): Promise<Received<readonly AuditEntry[]>> => {
      const document = await readDocument(audit.from, askOn, AUDIT_WITHIN_MS);
      if (document.kind !== 'present')
        return unreadable(`${label}: ${document.kind === 'unreadable' ? document.reason : 'no answer'}`);
      const bytes = document.value;
      try {
        return withRaw(bytes, present(entriesIn(bytes, audit.pick)));
      } catch (error) {
        if (error instanceof Misshapen) return withRaw(bytes, unreadable(`${label}: ${error.message}`));
        throw error;
      }
    },
  };
}

function incidentsIn(document: unknown, { at, pick: pointers }: IncidentList): IncidentRow[] {
  const list = pick(document, at);
  if (list.at !== 'found' || !Array.isArray(list.value))
    throw new Misshapen(
      `${at === '' ? 'the document' : at} is ${list.at === 'found' ? describeValue(list.value) : 'not there'}, not a list of incidents`,
    );
  return list.value.map((item: unknown) => incidentRow(picked(item, pointers), NAMES));
}

const NAMES = { openedAt: 'openedAt', resolvedAt: 'resolvedAt' } as const;

function entriesIn(bytes: Uint8Array, pointers: DocumentAudit['pick']): AuditEntry[] {
  const items = itemsIn(bytes);
  if (items.length > MAX_ENTRIES) throw new Misshapen(`there are more than ${MAX_ENTRIES} entries`);
  return items.map((item, index) =>
    auditEntry(picked(item, pointers), pointers.seq === null ? index + 1 : null),
  );
}

/** A last line without its end is half written, or half read: it is not taken for an entry, nor left out. */
function itemsIn(bytes: Uint8Array): unknown[] {
  const whole = jsonOf(bytes);
  if (whole.kind === 'present' && Array.isArray(whole.value)) return whole.value as unknown[];
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Misshapen('it is not UTF-8 text');
  }
  if (text === '') return [];
  if (!text.endsWith('\n')) throw new Misshapen('its last line is not whole');
  return text
    .slice(0, -1)
    .split('\n')
    .map((line, index): unknown => {
      try {
        return JSON.parse(line);
      } catch {
        throw new Misshapen(`line ${index + 1} is not JSON`);
      }
    });
}

/** The values that the pointers lead to; null where there is nothing. A pointer that meets another shape is refused. */
function picked(item: unknown, pointers: Readonly<Record<string, string | null>>): Row {
  return Object.fromEntries(
    Object.entries(pointers).map(([name, pointer]) => {
      if (pointer === null) return [name, null];
      const found = pick(item, pointer);
      if (found.at === 'misfit')
        throw new Misshapen(`${pointer} leads through ${describeValue(found.through)}, not an object`);
      return [name, found.at === 'found' ? found.value : null];
    }),
  );
}
