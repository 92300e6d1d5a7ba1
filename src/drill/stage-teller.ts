import type { StageName } from './model/journal.ts';
import type { World } from './ports/world.ts';

/** Journals where the drill is, and tells the operator. */
export type StageTeller = (
  stage: StageName,
  event: 'begin' | 'end' | 'skipped',
  note?: string | null,
) => void;

export function stageTeller({ journal, progress }: World): StageTeller {
  return (stage, event, note = null) => {
    journal.append({ kind: 'stage', stage, event, note });
    progress({ kind: 'stage', stage, event, note });
  };
}
