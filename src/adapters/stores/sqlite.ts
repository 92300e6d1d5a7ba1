import type {
  AuditEntry,
  BrokerState,
  IncidentRow,
  MessageRow,
  StoreSnapshot,
} from '../../drill/model/broker-state.ts';
import type { MessageOperation, SqliteAudit, SqliteState } from '../../drill/model/inventory.ts';
import { present, type Reading, type Received, unreadable } from '../../drill/model/reading.ts';
import type { AuditLink, MessagesLink, StoreLink } from '../../drill/ports/world.ts';
import { withRaw } from '../system/raw.ts';
import { checkColumns, integer, integerOrNull, Misshapen, nameOrNull, textOrNull } from './columns.ts';
import { auditEntry, incidentRow } from './rows.ts';
import type { DatabaseRead, Query, Row, Table } from './sqlite-read.ts';

/** Reads a database on this machine (`DatabaseReader`), or on another one (`readRemoteDatabase`). */
export type ReadDatabase<Q extends Query = string> = (
  file: string,
  queries: readonly Q[],
) => Promise<Reading<DatabaseRead>>;

/**
 * The broker's halt state and incidents, from its own database, without asking the broker (see `readDatabase` of sqlite-read.ts).
 * Exactly one row of state is `present`. None, or several, is `unreadable`: a broker that keeps its state in one row
 * always has it, so that nothing there does not mean "not halted".
 */
export function createStoreLink(state: SqliteState, read: ReadDatabase): StoreLink {
  const queries = state.incidents === null ? [state.query] : [state.query, state.incidents];
  return {
    read: async () =>
      shaped(state.file, await read(state.file, queries), ({ tables, inode }): StoreSnapshot => {
        const [halt, incidents] = tables;
        return {
          state: haltState(halt as Table),
          incidents: incidents === undefined ? null : incidentRows(incidents),
          inode,
        };
      }),
  };
}

/** The broker's whole audit log, from its database, in the order in which the query gives it. */
export function createAuditLink(audit: SqliteAudit, read: ReadDatabase): AuditLink {
  return {
    read: async () =>
      shaped(audit.file, await read(audit.file, [audit.query]), ({ tables }) =>
        auditEntries(tables[0] as Table),
      ),
  };
}

/** Messages of one drill, from the broker's table. Only bodies that hold the mark are read out of it. */
export function createMessagesLink(
  table: NonNullable<MessageOperation['table']>,
  read: ReadDatabase<Query>,
): MessagesLink {
  const text = `select * from (${table.query.replace(/;\s*$/, '')}) where instr(body, ?) > 0`;
  return {
    read: async (mark) =>
      shaped(table.file, await read(table.file, [{ text, values: [mark] }]), ({ tables }) =>
        messageRows(tables[0] as Table),
      ),
  };
}

function messageRows(table: Table): MessageRow[] {
  const what = 'messages';
  checkColumns(table, what, ['recipient', 'body'], ['state']);
  return table.rows.map((row: Row) => ({
    recipient: nameOrNull(row, 'recipient', what) ?? '',
    body: textOrNull(row, 'body', what) ?? '',
    state: textOrNull(row, 'state', what),
  }));
}

function haltState(table: Table): BrokerState {
  const what = 'halt state';
  checkColumns(table, what, ['level', 'incident'], ['reason', 'revision', 'asset']);
  const [row, ...more] = table.rows;
  if (row === undefined) throw new Misshapen(`${what}: there is no row`);
  if (more.length > 0) throw new Misshapen(`${what}: there are ${table.rows.length} rows instead of one`);
  return {
    level: integer(row, 'level', what),
    incident: nameOrNull(row, 'incident', what),
    reason: textOrNull(row, 'reason', what),
    revision: integerOrNull(row, 'revision', what),
    asset: textOrNull(row, 'asset', what),
  };
}

function incidentRows(table: Table): IncidentRow[] {
  checkColumns(table, 'incidents', ['id', 'level', 'resolved_at'], ['reason', 'opened_at']);
  return table.rows.map((row: Row) => incidentRow(row, NAMES));
}

const NAMES = { openedAt: 'opened_at', resolvedAt: 'resolved_at' } as const;

function auditEntries(table: Table): AuditEntry[] {
  checkColumns(table, 'audit log', ['seq', 'subject', 'outcome'], ['at', 'actor', 'action', 'host']);
  return table.rows.map((row: Row) => auditEntry(row));
}

function shaped<T>(file: string, read: Reading<DatabaseRead>, shape: (read: DatabaseRead) => T): Received<T> {
  if (read.kind !== 'present') return read;
  const rows = Buffer.from(JSON.stringify(read.value));
  try {
    return withRaw(rows, present(shape(read.value)));
  } catch (error) {
    if (error instanceof Misshapen) return withRaw(rows, unreadable(`${file}: ${error.message}`));
    throw error;
  }
}
