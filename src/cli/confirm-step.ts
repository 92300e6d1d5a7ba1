import type { Plan } from '../drill/model/plan.ts';
import type { Confirm } from '../drill/ports/world.ts';
import type { Effects } from './effects.ts';
import type { Interruption } from './interruption.ts';
import { stepLine } from './progress/checklist.ts';
import type { Shown } from './progress/show.ts';

const REMIND_EVERY_MS = 10 * 60_000;
const ANSWERS = { enter: 'run', s: 'by-hand', q: 'stop' } as const;

/**
 * Asks on the terminal before each step of a manual resume; null where there is none, or nothing to ask. It waits for as long as it
 * takes: nothing is run because nobody answers. Where the terminal is closed, or the program is told to end by something other than
 * a key, nobody is there to be asked any more, and a fleet that waits for them would stay down: the steps are then run.
 */
export function confirmOnTerminal(
  plan: Plan,
  shown: Shown,
  { unattended }: Interruption,
  effects: Effects,
): Confirm | null {
  const { terminal } = effects;
  if (plan.resume !== 'manual' || terminal === null) return null;
  let gone = false;
  return (step) =>
    shown.aside(async () => {
      const prompt = `${stepLine(effects.secrets.clean(step))}\n  [Enter] runs it, [s] done by hand, [q] stop here and leave it halted: `;
      while (!gone && !unattended.aborted) {
        const answer = await terminal.key({
          prompt,
          keys: ['enter', 's', 'q'],
          ms: REMIND_EVERY_MS,
          stop: unattended,
        });
        if (answer.kind === 'key') return ANSWERS[answer.key];
        if (answer.kind === 'none')
          effects.err.write(
            `haltdrill: nobody has answered for ${REMIND_EVERY_MS / 60_000} minutes, and level ${plan.level} still stands; still waiting\n`,
          );
        else gone = true;
      }
      effects.err.write(
        `haltdrill: nobody is at the terminal any more; running step ${step.number} of ${step.of}\n`,
      );
      return 'run';
    });
}
