import { createHmac, randomBytes } from 'node:crypto';

/**
 * A keyed hash for one drill: HMAC-SHA256, the first 16 hex digits. The same text gives the same hash within the
 * drill, so that a stranger's command line can be compared without being kept; the key is random and thrown away with
 * the process, so that nobody can find the text by trying likely ones against a journal.
 */
export function createFingerprint(key: Uint8Array = randomBytes(32)): (text: string) => string {
  return (text) => createHmac('sha256', key).update(text, 'utf8').digest('hex').slice(0, 16);
}
