import type { StartOutcome, StopMode, StopOutcome, Stopper, Target } from '../parts.ts';
import type { RunCommand } from './command.ts';
import { LEAVE_SCRIPT, REACH_SCRIPT, START_SCRIPT, STOP_SCRIPT } from './scripts.ts';

export interface LaunchctlOptions {
  /** Path of launchctl on that host. */
  readonly launchctl: string;
  /** Such as `system` or `gui/501`: `print` wants `DOMAIN/LABEL` on macOS. Left out, it gets the label alone. */
  readonly domain?: string;
  /** Folder of the property lists, `LABEL.plist`; `/Library/LaunchDaemons` unless told otherwise. */
  readonly plists?: string;
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
  const { launchctl, domain, plists = '/Library/LaunchDaemons', graceSeconds = 3 } = options;
  const nameOf = ({ label }: Target): string => (domain === undefined ? label : `${domain}/${label}`);
  const perform = async (script: string, target: Target, mode: StopMode = 'ordinary'): Promise<string> => {
    const { label } = target;
    const argv = ['sh', '-c', script, 'principal', launchctl, label, nameOf(target), String(graceSeconds)];
    const { stdout } = await run([...argv, mode, domain ?? '', `${plists}/${label}.plist`]);
    return /^outcome=(.*)$/.exec(stdout.trimEnd().split('\n').at(-1) ?? '')?.[1] ?? 'unknown';
  };
  const among = <T extends string>(outcomes: readonly T[], word: string): T | 'unknown' =>
    outcomes.find((outcome) => outcome === word) ?? 'unknown';
  return {
    stop: async (target, mode) => among(STOP_OUTCOMES, await perform(STOP_SCRIPT, target, mode)),
    start: async (target, mode) => among(START_OUTCOMES, await perform(START_SCRIPT, target, mode)),
    reach: async () => {
      const { exitCode, stdout } = await run(['sh', '-c', REACH_SCRIPT, 'principal', launchctl]);
      return exitCode === 0 && stdout.trim() === 'outcome=reached';
    },
    leave: async (self) => {
      const { exitCode } = await run(['sh', '-c', LEAVE_SCRIPT, 'principal', launchctl, nameOf(self)]);
      if (exitCode !== 0) throw new Error(`launchctl ended with ${exitCode}`);
    },
  };
}
