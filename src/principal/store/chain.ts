import { createHash } from 'node:crypto';
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

/** Holds every line against the one before. What was cut off at the end shows only to who has noted an earlier head. */
export function checkChain(lines: Iterable<AuditEntry>): AuditCheck {
  let before = GENESIS;
  let entries = 0;
  let brokenAt: number | null = null;
  for (const line of lines) {
    entries += 1;
    if (brokenAt === null && (line.seq !== entries || line.hash !== hashOf(line, before)))
      brokenAt = line.seq;
    before = line.hash;
  }
  return { ok: brokenAt === null, entries, head: entries === 0 ? null : before, brokenAt };
}
