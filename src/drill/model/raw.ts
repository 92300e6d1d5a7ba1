/**
 * What arrived before anybody read it. Its length and digest are of everything that came; its beginning is kept, redacted,
 * where it says more than what was read from it: always where it could not be read.
 */
export interface Raw {
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
  readonly head?: string;
  /** For a sample: the end marker, nonce and count, as it came; null where it did not. */
  readonly end?: string | null;
}
