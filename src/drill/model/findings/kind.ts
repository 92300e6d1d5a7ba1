/** One kind of finding. */
export interface FindingKind {
  readonly title: string;
  /** `fail`: something is wrong. `inconclusive`: it could not be told. */
  readonly severity: 'fail' | 'inconclusive';
  readonly group:
    | 'stopping'
    | 'surviving'
    | 'state'
    | 'claims'
    | 'effects'
    | 'guards'
    | 'undo'
    | 'could not tell'
    | 'missing proofs';
  readonly meaning: string;
  readonly cause: string;
  readonly fix: string;
  /** Whether a known issue may accept it. */
  readonly acceptable: boolean;
  /** What a finding of this kind names besides host and service, and a known issue has to name too. */
  readonly names?: 'asset' | 'field';
  /** What may be said of it, by what was seen: every word of a finding is here. */
  readonly says?: Readonly<Record<string, Sentence>>;
}

/** What a finding is about; what is left out is null. */
export interface Subject {
  readonly host?: string | null;
  readonly service?: string | null;
  readonly asset?: string;
  readonly field?: string;
}

/** The sentence for one finding, from its subject and its figures (each row says which). Times are milliseconds. */
// biome-ignore lint/suspicious/noExplicitAny: each sentence has figures of its own
export type Sentence = (subject: Subject, figures: any) => string;
