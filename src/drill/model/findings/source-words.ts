import type { Subject } from './kind.ts';

const MOMENTS = {
  before: 'before the trigger',
  after: 'after the trigger',
  'halt ended': 'when the halt ended',
  restarted: 'after the broker had restarted',
  resumed: 'after the resume',
  'resumed by hand': 'after the manual resume',
  'drill ended': 'when the drill ended',
} as const;

/** When a source has to be readable. */
export type Moment = keyof typeof MOMENTS;

/** Why a source says nothing: it was empty, it was never asked, or a reason that the reader gave. */
export type Silence = 'absent' | 'never read' | { readonly reason: string };

export type Source = 'store' | 'API' | 'exchange' | 'audit log';

interface NotRead {
  readonly source: Source;
  readonly when: Moment;
  readonly why: Silence;
}

/** `The store could not be read when the halt ended: nothing was there.` */
export function notRead(_: Subject, { source, when, why }: NotRead): string {
  return `The ${source} could not be read ${MOMENTS[when]}: ${silence(why)}.`;
}

function silence(why: Silence): string {
  if (why === 'absent') return 'nothing was there';
  return why === 'never read' ? 'no reading of it is in the journal' : why.reason;
}
