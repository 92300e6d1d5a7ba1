import type { AuditEntry, IncidentRow } from '../../drill/model/broker-state.ts';
import { integer, Misshapen, nameOrNull, scalarOrNull, textOrNull } from './columns.ts';
import type { Row } from './sqlite-read.ts';

/** One incident, from a row of a table or an item of a list. Throws Misshapen, which names the column. */
export function incidentRow(
  row: Row,
  columns: { readonly openedAt: string; readonly resolvedAt: string },
): IncidentRow {
  const what = 'incidents';
  const id = nameOrNull(row, 'id', what);
  if (id === null) throw new Misshapen(`${what}: one has no id`);
  return {
    id,
    level: integer(row, 'level', what),
    reason: textOrNull(row, 'reason', what),
    openedAt: scalarOrNull(row, columns.openedAt, what),
    resolvedAt: scalarOrNull(row, columns.resolvedAt, what),
  };
}

/** One entry of an audit log; `place` is its number where the log gives none. Throws Misshapen, which names the column. */
export function auditEntry(row: Row, place: number | null = null): AuditEntry {
  const what = 'audit log';
  return {
    seq: place ?? integer(row, 'seq', what),
    at: scalarOrNull(row, 'at', what),
    actor: textOrNull(row, 'actor', what),
    action: textOrNull(row, 'action', what),
    subject: textOrNull(row, 'subject', what),
    host: textOrNull(row, 'host', what),
    outcome: textOrNull(row, 'outcome', what),
  };
}
