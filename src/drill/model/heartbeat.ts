/** What is kept of the first line of a heartbeat file: by what to tell that it changed, and nothing of what it says. */
export interface HeartbeatMark {
  /** Keyed hash of the line. */
  readonly digest: string;
  /** Its length, in characters. */
  readonly length: number;
  /** Keyed hash of nothing, by which one key is told from another. */
  readonly key: string;
}

/** A heartbeat as a journal has it: older ones hold the line itself. */
export type Heartbeat = HeartbeatMark | string;

/** The mark of a line. The same line is another one for another service, so that no two of them can be compared. */
export function markHeartbeat(
  service: string,
  line: string,
  fingerprint: (text: string) => string,
): HeartbeatMark {
  return {
    digest: fingerprint(JSON.stringify(['heartbeat', service, line])),
    length: line.length,
    key: fingerprint('heartbeat'),
  };
}

/**
 * Whether a heartbeat changed between two looks; null where its file was not there. `unknown` where they cannot be compared: one is the
 * line itself, or they are hashed under different keys, as after a recovery that did not find the key of its drill. That is no beat, and
 * it did not stand still.
 */
export function compareBeats(one: Heartbeat | null, other: Heartbeat | null): 'same' | 'other' | 'unknown' {
  if (one === null || other === null) return one === other ? 'same' : 'other';
  if (typeof one !== 'string' && typeof other !== 'string') {
    if (one.key !== other.key) return 'unknown';
    return one.digest === other.digest ? 'same' : 'other';
  }
  if (typeof one !== typeof other) return 'unknown';
  return one === other ? 'same' : 'other';
}
