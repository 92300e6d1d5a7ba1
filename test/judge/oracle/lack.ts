/** What a part of the proof is about (the design's section 2). */
export type Part =
  | 'journal'
  | 'clock'
  | 'watch'
  | 'control'
  | 'baseline'
  | 'stop'
  | 'child'
  | 'again'
  | 'elsewhere'
  | 'doubt'
  | 'survivor'
  | 'crash'
  | 'state'
  | 'ours'
  | 'claim'
  | 'effect'
  | 'guard'
  | 'hold'
  | 'restored';

/** One thing that a proof lacks, and about what. */
export interface Lack {
  readonly part: Part;
  readonly says: string;
  readonly host?: string;
  readonly service?: string;
  readonly asset?: string;
}

/** In words, for a test that fails. */
export function inWords(lacks: readonly Lack[]): string[] {
  return lacks.map(({ part, says, host, service, asset }) => {
    const subject = [host, service, asset].filter((one) => one !== undefined).join('/');
    return subject === '' ? `${part}: ${says}` : `${part} (${subject}): ${says}`;
  });
}
