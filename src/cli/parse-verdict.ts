import { verdictSchema } from '../drill/01-load/verdict-schema.ts';
import type { Verdict } from '../drill/model/verdict.ts';

/** The verdict in this JSON, or null where it is none. */
export function parseVerdict(text: string): Verdict | null {
  try {
    const read = verdictSchema.safeParse(JSON.parse(text));
    return read.success ? (read.data as Verdict) : null;
  } catch {
    return null;
  }
}
