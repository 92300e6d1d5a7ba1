/** A finding that somebody has accepted, for a while, by name. It becomes a footnote, never a proof. */
export interface KnownIssue {
  /** Such as `KI-001`. */
  readonly id: string;
  readonly title: string;
  readonly code: string;
  readonly level: number;
  readonly host: string;
  readonly services: readonly string[];
  readonly owner: string;
  /** `YYYY-MM-DD` */
  readonly filed: string;
  readonly fix: string;
  /** `YYYY-MM-DD`; valid to the end of that day, UTC. */
  readonly expires: string;
}
