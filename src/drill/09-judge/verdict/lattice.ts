import type { ExitCode, Finding, FleetState, VerdictWord } from '../../model/verdict.ts';

/** What the word hangs on, and nothing else does. */
export interface Facts {
  /** The trigger, or a guard that may have done what a trigger does, was sent. */
  readonly fired: boolean;
  readonly interrupted: boolean;
  readonly fleet: FleetState;
  readonly findings: readonly Pick<Finding, 'severity' | 'knownIssue'>[];
}

/**
 * The lattice: fail, over inconclusive, over accepted, over pass. A drill that fired nothing was not run, and one that was cut off
 * was aborted, whatever was found by then. The word `pass` needs a fleet that is `restored`: what nobody saw come back is at best not
 * known.
 */
export function verdictOf({ fired, interrupted, fleet, findings }: Facts): {
  readonly verdict: VerdictWord;
  readonly qualified: boolean;
} {
  const word = (verdict: VerdictWord, qualified = false) => ({ verdict, qualified });
  if (!fired) return word('not-run');
  if (interrupted) return word('aborted');
  const open = findings.filter(({ knownIssue }) => knownIssue === null);
  if (open.some(({ severity }) => severity === 'fail')) return word('fail');
  if (open.length > 0 || fleet !== 'restored') return word('inconclusive');
  return word('pass', findings.length > 0);
}

/** Exit codes are a contract: a fleet that is not proven restored outranks every word. `refused`: strict, and the pass is qualified. */
export function exitCodeOf(verdict: VerdictWord, fleet: FleetState, refused: boolean): ExitCode {
  if (fleet === 'halted' || fleet === 'unknown') return 5;
  switch (verdict) {
    case 'pass':
      return refused ? 1 : 0;
    case 'fail':
      return 1;
    case 'inconclusive':
      return 2;
    case 'not-run':
      return 3;
    case 'aborted':
      return 4;
  }
}
