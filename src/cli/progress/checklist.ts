import { shellWord } from '../../drill/10-report/words.ts';
import { plain } from '../../drill/model/harmless.ts';
import type { CheckedStep } from '../../drill/ports/world.ts';

/** As long as a command line is allowed to be shown; one that is cut says so. */
const LONGEST = 4_000;

/** The command of a step as it can be typed on its host. */
function commandOf({ command }: Pick<CheckedStep, 'command'>): string {
  return plain(command.map(shellWord).join(' '), LONGEST);
}

/** Such as `step 2 of 12, on knox, starts hermes: launchctl start hermes`. */
export function stepLine(step: CheckedStep): string {
  const starts = step.service === null ? '' : `, starts ${plain(step.service, 80)}`;
  return `step ${step.number} of ${step.of}, on ${plain(step.host, 80)}${starts}: ${commandOf(step)}`;
}

/** The manual resume as it is about to be taken, with the exact commands: for whoever takes it, or has to take over. */
export function checklistLines(steps: readonly CheckedStep[]): string[] {
  return [
    'The manual resume, in order; a service that is up by then is not started:',
    ...steps.map((step) => `  [ ] ${stepLine(step)}`),
  ];
}
