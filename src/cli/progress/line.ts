import { plain } from '../../drill/model/harmless.ts';
import type { Progress } from '../../drill/ports/world.ts';

/** One event as one plain line, for a pipe or a log. `elapsedMs` counts from the start of the drill. */
export function progressLine(event: Progress, elapsedMs: number): string {
  return `${(Math.max(0, elapsedMs) / 1000).toFixed(1).padStart(6)} s  ${plain(words(event), 1000)}`;
}

function words(event: Progress): string {
  if (event.kind === 'note') return event.text;
  if (event.kind === 'service') return `${event.service} on ${event.host} is ${event.state}`;
  const note = event.note === null ? '' : `: ${event.note}`;
  return `stage ${event.stage} ${event.event === 'skipped' ? 'skipped' : `${event.event}s`}${note}`;
}
