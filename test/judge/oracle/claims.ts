import type { AuditEntry } from '../../../src/drill/model/broker-state.ts';
import { type Evidence, ofKind } from './evidence.ts';
import type { Lack } from './lack.ts';
import { stored } from './state.ts';

/** What the reply and the log say is what happened; what happened is in the log, and stays in it. */
export function missingClaims(e: Evidence): Lack[] {
  return [...missingLog(e), ...missingReply(e), ...foreign(e)];
}

function missingLog(e: Evidence): Lack[] {
  const words = e.plan.sources.audit;
  if (words === null) return [];
  const logs = ofKind(e.entries, 'audit').flatMap(({ read }) =>
    read.reading.kind === 'present' ? [{ sentMs: read.sentMs, lines: read.reading.value }] : [],
  );
  const after = logs.filter(({ sentMs }) => sentMs >= e.t0);
  if (after.length === 0) return [{ part: 'claim', says: 'the audit log was not read' }];
  const lacks: Lack[] = [];
  const lines = after.flatMap((log) => log.lines);
  for (const { name, host, role } of e.plan.services) {
    if (role !== 'target' || name === e.plan.broker) continue;
    const own = lines.filter((line) => line.subject === name && words.includes(line.outcome ?? ''));
    if (own.length === 0) lacks.push({ part: 'claim', host, service: name, says: 'no log says so' });
    if (own.some((line) => line.host !== null && line.host.toLowerCase() !== host.toLowerCase()))
      lacks.push({ part: 'claim', host, service: name, says: 'the log names another host' });
  }
  const text = (line: AuditEntry): string => JSON.stringify(line);
  for (const [index, { lines: old }] of logs.entries()) {
    const next = new Set(logs[index + 1]?.lines.map(text) ?? old.map(text));
    if (old.some((line) => !next.has(text(line))))
      lacks.push({ part: 'claim', service: e.plan.broker, says: 'the log lost a line' });
  }
  return lacks;
}

function missingReply(e: Evidence): Lack[] {
  const reply = ofKind(e.entries, 'outcome').find(({ act }) => act.act === 'trigger')?.reply;
  if (reply?.kind !== 'present') return [];
  return (reply.value.stops ?? []).flatMap(({ service, host, outcome }): Lack[] => {
    const planned = e.plan.services.find(({ name }) => name === service);
    if (planned === undefined || outcome !== 'stopped') return [];
    const about = { part: 'claim', host: planned.host, service } as const;
    if (planned.role === 'survivor') return [{ ...about, says: 'the reply says that a survivor stopped' }];
    if (host === null || host.toLowerCase() === planned.host.toLowerCase()) return [];
    return [{ ...about, says: 'the reply names another host' }];
  });
}

/** Nobody else had a hand in it. */
function foreign(e: Evidence): Lack[] {
  const states = [
    ...ofKind(e.entries, 'status').flatMap(({ read }) =>
      read.reading.kind === 'present' ? [{ ...read, state: read.reading.value }] : [],
    ),
    ...stored(e).map((read) => ({ ...read, state: read.value.state })),
  ];
  const theirs = states.find(
    ({ state, sentMs }) =>
      sentMs >= e.t0 &&
      state.level > 0 &&
      (state.level > e.plan.level || state.reason?.includes(e.nonce) === false),
  );
  if (theirs === undefined) return [];
  return [{ part: 'ours', service: e.plan.broker, says: `somebody else halted at ${theirs.sentMs}` }];
}
