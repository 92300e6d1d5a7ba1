/** One line of the ledger: what a drill proved, when, and of which fleet. */
export interface Proof {
  readonly drillId: string;
  readonly drill: string;
  readonly level: number;
  /** `live`, or `lab:<name>`; only `live` counts in status and gates. */
  readonly environment: string;
  readonly verdict: 'pass' | 'fail' | 'inconclusive' | 'not-run' | 'aborted';
  readonly qualified: boolean;
  /** Targets proven stopped and survivors proven kept, as `service@host`. Accepted is not proven. */
  readonly proven: readonly string[];
  readonly declared: number;
  readonly inventorySha256: string;
  /** ISO 8601, UTC. */
  readonly finishedAt: string;
}
