import type { Stopper } from '../../principal/parts.ts';
import type { RunCommand } from '../../principal/stoppers/command.ts';

/** A stopper that takes the success of `launchctl` for the deed, and never looks. */
export function believingStopper(run: RunCommand, launchctl: string): Stopper {
  const succeeds = async (verb: string, label: string): Promise<boolean> =>
    (await run([launchctl, verb, label])).exitCode === 0;
  return {
    stop: async ({ label }) => ((await succeeds('stop', label)) ? 'stopped' : 'still-running'),
    start: async ({ label }) => ((await succeeds('start', label)) ? 'running' : 'not-running'),
  };
}
