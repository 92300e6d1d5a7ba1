/** A finding that somebody has accepted, for a while, by name. It becomes a footnote, never a proof. */
export interface KnownIssue {
  /** Such as `KI-001`. */
  readonly id: string;
  readonly title: string;
  readonly code: string;
  readonly level: number;
  readonly host: string;
  readonly services: readonly string[];
  /** The asset that the finding names, where it names one. */
  readonly asset?: string | undefined;
  /** The field of the halt's state that the finding names, where it names one. */
  readonly field?: string | undefined;
  readonly owner: string;
  /** `YYYY-MM-DD` */
  readonly filed: string;
  readonly fix: string;
  /** `YYYY-MM-DD`; valid to the end of that day, UTC. */
  readonly expires: string;
}
