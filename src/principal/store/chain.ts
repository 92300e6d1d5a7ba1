import { createHash } from 'node:crypto';
import { toUSVString } from 'node:util';
import type { AuditCheck, AuditEntry, AuditLine } from '../parts.ts';

/** What the first line is chained to. */
export const GENESIS = '0'.repeat(64);

/**
 * The hash of a line: SHA-256, in hexadecimal, of the JSON array [seq, at, actor, action, subject, host, outcome,
 * reason, hash of the line before]. Anybody with the log can compute it again.
 */
export function hashOf(line: AuditLine & { readonly seq: number }, before: string): string {
  const { seq, at, actor, action, subject, host, outcome, reason } = line;
  const text = JSON.stringify([seq, at, actor, action, subject, host, outcome, reason, before]);
  return createHash('sha256').update(text).digest('hex');
}

/**
 * A line as it can be stored and read again, character by character: half of a surrogate pair, which UTF-8 has no form
 * for, becomes U+FFFD as it would on its way to the file. Only such a line may be hashed.
 */
export function storable<T extends AuditLine>(line: T): T {
  return {
    ...line,
    at: toUSVString(line.at),
    actor: toUSVString(line.actor),
    subject: toUSVString(line.subject),
    host: line.host === null ? null : toUSVString(line.host),
    outcome: toUSVString(line.outcome),
    reason: line.reason === null ? null : toUSVString(line.reason),
  };
}

/** Numbers of broken lines that a check names; it counts all of them. */
const NAMED = 1000;

/**
 * Holds every line against the one before, also after one that does not fit. What was cut off at the end shows only to
 * who has noted an earlier head.
 */
export function checkChain(lines: Iterable<AuditEntry>): AuditCheck {
  let before = { seq: 0, hash: GENESIS };
  let entries = 0;
  let breaks = 0;
  const broken: number[] = [];
  for (const line of lines) {
    entries += 1;
    if (line.seq !== before.seq + 1 || line.hash !== hashOf(line, before.hash)) {
      breaks += 1;
      if (broken.length < NAMED) broken.push(line.seq);
    }
    before = line;
  }
  return {
    ok: breaks === 0,
    entries,
    head: entries === 0 ? null : before.hash,
    brokenAt: broken[0] ?? null,
    breaks,
    broken,
  };
}
