import type { StartOutcome, StopOutcome, Stopper, Target } from '../parts.ts';
import type { RunCommand } from './command.ts';
import { START_SCRIPT, STOP_SCRIPT } from './scripts.ts';

export interface LaunchctlOptions {
  /** Path of launchctl on that host. */
  readonly launchctl: string;
  /** Such as `system` or `gui/501`: `print` wants `DOMAIN/LABEL` on macOS. Left out, it gets the label alone. */
  readonly domain?: string;
  /** How long a daemon may take to end or begin, in whole seconds (up to one more is given). 3 unless told otherwise. */
  readonly graceSeconds?: number;
}

const STOP_OUTCOMES: readonly StopOutcome[] = ['stopped', 'not-running', 'still-running', 'unknown'];
const START_OUTCOMES: readonly StartOutcome[] = ['running', 'not-running', 'unknown'];

/**
 * Stops and starts daemons under launchd on the host that `run` reaches. What launchctl itself returns is never
 * taken for an outcome: `launchctl stop` of a label that the host does not know can succeed.
 */
export function launchctlStopper(run: RunCommand, options: LaunchctlOptions): Stopper {
  const { launchctl, domain, graceSeconds = 3 } = options;
  const perform = async (script: string, { label }: Target): Promise<string> => {
    const name = domain === undefined ? label : `${domain}/${label}`;
    const argv = ['sh', '-c', script, 'principal', launchctl, label, name, String(graceSeconds)];
    const { stdout } = await run(argv);
    return /^outcome=(.*)$/.exec(stdout.trimEnd().split('\n').at(-1) ?? '')?.[1] ?? 'unknown';
  };
  const among = <T extends string>(outcomes: readonly T[], word: string): T | 'unknown' =>
    outcomes.find((outcome) => outcome === word) ?? 'unknown';
  return {
    stop: async (target) => among(STOP_OUTCOMES, await perform(STOP_SCRIPT, target)),
    start: async (target) => among(START_OUTCOMES, await perform(START_SCRIPT, target)),
  };
}
