import { createHmac, randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readOwn, writeAnew } from './own-files.ts';

const KEY_FILE = 'fingerprint.key';

/**
 * A keyed hash for one drill: HMAC-SHA256, the first 16 hex digits. The same text gives the same hash within the
 * drill, so that a stranger's command line can be compared without being kept; the key is random and thrown away with
 * the drill, so that nobody can find the text by trying likely ones against a journal.
 */
export function createFingerprint(key: Uint8Array = randomBytes(32)): (text: string) => string {
  return (text) => createHmac('sha256', key).update(text, 'utf8').digest('hex').slice(0, 16);
}

/** The key of a drill that begins, kept beside its journal (mode 0600) for whoever may have to go on with it. Throws where it is not on disk. */
export function newKey(folder: string): Uint8Array {
  const key = randomBytes(32);
  writeAnew(join(folder, KEY_FILE), key);
  return key;
}

/**
 * The key of a drill that was interrupted, or null where it is gone: to bring the fleet back matters more, but then everything seems to
 * run with another argv than before.
 */
export function keptKey(folder: string): Uint8Array | null {
  try {
    return readOwn(join(folder, KEY_FILE), 1024);
  } catch {
    return null;
  }
}

/** Once a drill is over nobody needs its key any more. */
export function forgetKey(folder: string): void {
  try {
    rmSync(join(folder, KEY_FILE), { force: true });
  } catch {
    // A key that stays is readable to its owner only.
  }
}
