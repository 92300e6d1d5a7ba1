import type { CaseFile } from './case-file.ts';

/** A halt command that was left running. */
export interface LateHalt {
  /** From T0 to its end as far as it was seen, in milliseconds. */
  readonly tookMs: number;
  /** Nobody saw its end, before or after somebody took the drill over. */
  readonly isOpen: boolean;
  readonly id: string;
}

/** The drill's own halt command, if it was left running; null where it ended, or was no command. */
export function lateHalt(c: CaseFile): LateHalt | null {
  const left = c.entries.find((entry) => entry.kind === 'left-running');
  if (left?.kind !== 'left-running' || c.fired === null) return null;
  const end = c.entries.find((entry) => entry.kind === 'left-ended' && entry.intent === left.intent);
  // Whoever recovers a drill has been told to see to its end first.
  const isOpen = end === undefined && !c.entries.some(({ kind }) => kind === 'taken-over');
  const endMs = end?.kind === 'left-ended' ? end.endedMs : c.fired.endedMs;
  return { tookMs: endMs - c.fired.t0Ms, isOpen, id: left.id };
}
