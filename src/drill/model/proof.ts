/** One line of the ledger: what a drill proved, when, and of which fleet. */
export interface Proof {
  readonly drillId: string;
  readonly drill: string;
  readonly level: number;
  /** `live`, or `lab:<name>`; only `live` counts in status and gates. */
  readonly environment: string;
  /** `running`: it began, and nothing says how it ended. */
  readonly verdict: 'pass' | 'fail' | 'inconclusive' | 'not-run' | 'aborted' | 'running';
  readonly qualified: boolean;
  /** Targets proven stopped and survivors proven kept, as `service@host`. Accepted is not proven. */
  readonly proven: readonly string[];
  readonly declared: number;
  readonly inventorySha256: string;
  /** Of the drill as it was parsed; null where the version that drilled did not record it. */
  readonly drillSha256: string | null;
  /** Version of the haltdrill that drilled; null likewise. */
  readonly runner: string | null;
  /** ISO 8601, UTC; when it began, while it runs. */
  readonly finishedAt: string;
}
