/**
 * What a schema says about a value that it refuses. zod carries one string for each issue; this is what the string
 * holds, so that `explain` can build a whole message from it.
 */
export interface Note {
  /** Completes "it must be …"; for a section, its noun, as in "a host has no such key". */
  readonly expected: string;
  /** What to do. */
  readonly fix: string;
  /** Replaces "… is …" where the value alone would not show what is wrong. */
  readonly what?: string;
  /** Keys that a section knows. */
  readonly keys?: readonly string[];
}

/** For the `error` option of a schema or check. */
export function note(n: Note): string {
  return JSON.stringify(n);
}

/** The note in an issue's message; zod's own words where a schema has none. */
export function readNote(message: string): Note {
  try {
    const parsed: unknown = JSON.parse(message);
    if (typeof parsed === 'object' && parsed !== null && 'expected' in parsed) return parsed as Note;
  } catch {
    // Not one of ours.
  }
  return { expected: `something else (${message})`, fix: 'correct it' };
}
