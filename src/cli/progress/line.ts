import { plain } from '../../drill/model/harmless.ts';
import type { Progress } from '../../drill/ports/world.ts';
import { checklistLines } from './checklist.ts';

/** One event as one plain line, a checklist as several, for a pipe or a log. `elapsedMs` counts from the start of the drill. */
export function progressLine(event: Progress, elapsedMs: number): string {
  if (event.kind === 'checklist') return checklistLines(event.steps).join('\n');
  return `${(Math.max(0, elapsedMs) / 1000).toFixed(1).padStart(6)} s  ${plain(words(event), 1000)}`;
}

function words(event: Exclude<Progress, { kind: 'checklist' }>): string {
  if (event.kind === 'note') return event.text;
  if (event.kind === 'service') return `${event.service} on ${event.host} is ${event.state}`;
  const note = event.note === null ? '' : `: ${event.note}`;
  return `stage ${event.stage} ${event.event === 'skipped' ? 'skipped' : `${event.event}s`}${note}`;
}
