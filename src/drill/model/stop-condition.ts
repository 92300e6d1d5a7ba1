/**
 * What the drill watches for from the end of its baseline on, and what it does once that comes true. `resume`: it ends as when
 * it is interrupted, and undoes its halt. `hold`: it stops acting and leaves the fleet halted. `hands-off`: somebody else has a
 * hand in a halt, so that nothing more is touched, resumed or started.
 */
export type StopCondition =
  | { readonly when: 'survivor-dies'; readonly action: 'resume' | 'hold' }
  | {
      readonly when: 'position-exceeds';
      readonly action: 'resume' | 'hold';
      readonly asset: string;
      /** The absolute position at the exchange that is still allowed. */
      readonly bound: number;
    }
  | { readonly when: 'host-lost'; readonly action: 'resume' | 'hold'; readonly forMs: number }
  | { readonly when: 'foreign-incident'; readonly action: 'hands-off' }
  | CommandCondition;

/** A command (argv, never through a shell of ours) that must go on ending with 0. */
export interface CommandCondition {
  readonly when: 'command';
  readonly action: 'resume' | 'hold';
  /** Null: on the controller. */
  readonly host: string | null;
  readonly run: readonly string[];
  readonly everyMs: number;
  readonly withinMs: number;
}

/** A condition in a line, such as `position-exceeds (BTC-USD over 100)`. */
export function conditionInWords(condition: StopCondition): string {
  switch (condition.when) {
    case 'survivor-dies':
    case 'foreign-incident':
      return condition.when;
    case 'position-exceeds':
      return `position-exceeds (${condition.asset} over ${condition.bound})`;
    case 'host-lost':
      return `host-lost (for ${condition.forMs / 1000} s)`;
    case 'command':
      return `command (${JSON.stringify(condition.run)} on ${condition.host ?? 'the controller'})`;
  }
}

/** Whether two records or plans speak of the same condition. */
export function isSameCondition(one: StopCondition, other: StopCondition): boolean {
  return conditionInWords(one) === conditionInWords(other) && one.action === other.action;
}
