import type { Entry } from '../../drill/model/journal.ts';

/**
 * Whether nobody will go on with this drill. One that closed its journal with the fleet left halted, by a rule of its own or under
 * somebody else's halt, is still to be brought back by whoever takes over.
 */
export function isOver(entries: readonly Entry[]): boolean {
  const left = entries.findLastIndex((entry) => entry.kind === 'stop-condition' && entry.action !== 'resume');
  const taken = entries.findLastIndex((entry) => entry.kind === 'taken-over');
  return entries.at(-1)?.kind === 'closed' && (left < 0 || taken > left);
}
