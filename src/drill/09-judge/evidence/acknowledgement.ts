import type { AuditEntry } from '../../model/broker-state.ts';
import type { CaseFile } from './case-file.ts';

const DENIALS =
  /fail|error|running|alive|time|unreach|refus|skip|unknown|partial|pending|denied|missing|not/i;

/** Words by which the broker says that something was stopped. */
export function stoppedWords(c: CaseFile): readonly string[] {
  return c.plan.sources.audit ?? ['stopped'];
}

/**
 * Whether the broker's reply acknowledged the stop of this service: 2xx, the level that was asked for, and no word
 * that the service was not stopped. What the reply does not mention is acknowledged by the whole.
 */
export function acknowledged(c: CaseFile, service: string): boolean {
  const reply = c.trigger?.reply;
  if (reply == null || !haltAcknowledged(c)) return false;
  const own = reply.stops?.filter((stop) => stop.service === service) ?? [];
  return own.every(
    (stop) => stop.outcome === null || stoppedWords(c).includes(stop.outcome) || !DENIALS.test(stop.outcome),
  );
}

/** Whether the reply says that the halt as a whole was done. */
export function haltAcknowledged(c: CaseFile): boolean {
  const reply = c.trigger?.reply;
  if (reply == null || !reply.acknowledged) return false;
  const level = reply.state?.level;
  return level === undefined || level === c.plan.expect.level;
}

/** A claim that a service was stopped, and where. */
export interface Claim {
  readonly service: string;
  readonly host: string | null;
  readonly outcome: string | null;
  readonly source: 'reply' | 'audit';
  readonly evidence: string | null;
}

/** Every claim of a stop: in the reply, and in audit entries that are newer than the baseline's. */
export function stopClaims(c: CaseFile): Claim[] {
  if (c.trigger === null) return [];
  const words = stoppedWords(c);
  const claims: Claim[] = [];
  if (c.trigger.reply?.acknowledged === true) {
    for (const { service, host, outcome } of c.trigger.reply.stops ?? []) {
      if (outcome !== null && !words.includes(outcome) && DENIALS.test(outcome)) continue;
      claims.push({ service, host, outcome, source: 'reply', evidence: c.trigger.outcomeId });
    }
  }
  for (const { id, entry } of newAuditEntries(c)) {
    if (entry.subject === null || entry.outcome === null || !words.includes(entry.outcome)) continue;
    claims.push({
      service: entry.subject,
      host: entry.host,
      outcome: entry.outcome,
      source: 'audit',
      evidence: id,
    });
  }
  return claims;
}

/** Audit entries that the last reading before the trigger did not have, from the first later reading that has them. */
export function newAuditEntries(c: CaseFile): { readonly id: string; readonly entry: AuditEntry }[] {
  const before = c.audit.findLast((read) => read.receivedMs <= c.anchorMs && read.reading.kind === 'present');
  const old = new Set(
    before?.reading.kind === 'present' ? before.reading.value.map((entry) => entry.seq) : [],
  );
  const fresh = new Map<number, { id: string; entry: AuditEntry }>();
  for (const { id, sentMs, reading } of c.audit) {
    if (sentMs < c.anchorMs || reading.kind !== 'present') continue;
    for (const entry of reading.value) {
      if (!old.has(entry.seq) && !fresh.has(entry.seq)) fresh.set(entry.seq, { id, entry });
    }
  }
  return [...fresh.values()];
}

/** Whether the name that a broker gives a host is this one's; host names have no case (RFC 4343). */
export function sameHost(named: string, host: string): boolean {
  return named.toLowerCase() === host.toLowerCase();
}
