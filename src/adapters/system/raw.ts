import { createHash } from 'node:crypto';
import type { Raw } from '../../drill/model/raw.ts';
import type { Reading, Received } from '../../drill/model/reading.ts';

const HEAD_BYTES = 4096;

/** Length and digest of what arrived, without any of it. */
function digestOf(bytes: Uint8Array): Raw {
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** The same with its beginning as text, at most `most` bytes of it, in which a word that is cut is left out: it may be half a secret. */
export function rawOf(bytes: Uint8Array, most: number = HEAD_BYTES): Raw {
  const text = new TextDecoder().decode(bytes.subarray(0, most));
  return { ...digestOf(bytes), head: bytes.length > most ? text.replace(/[^\s",]*$/, '') : text };
}

/** Keeps the beginning of an answer where it could not be read, or is another than the one before. */
export function createRawKeeper(): (bytes: Uint8Array, readable: boolean) => Raw {
  let last = '';
  return (bytes, readable) => {
    const digest = digestOf(bytes);
    const known = readable && digest.sha256 === last;
    last = digest.sha256;
    return known ? digest : rawOf(bytes);
  };
}

/** A reading with what it was read from. Where it holds all that the answer said, the digest is enough. */
export function withRaw<T>(bytes: Uint8Array, reading: Reading<T>): Received<T> {
  return { ...reading, raw: reading.kind === 'present' ? digestOf(bytes) : rawOf(bytes) };
}
