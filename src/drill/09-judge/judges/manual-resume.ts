import type { Finding } from '../../model/verdict.ts';
import { harmless } from '../../model/wording.ts';
import type { CaseFile, DoneAct } from '../evidence/index.ts';
import { finding } from '../finding.ts';

const MOST_OF_A_COMMAND = 120;

const MOST_OF_AN_OUTPUT = 240;

/** Whether every step of the manual resume that was taken is known to have succeeded. */
export function judgeManualSteps(c: CaseFile): Finding[] {
  if (c.trigger === null) return [];
  return c.manualSteps.flatMap((step) => {
    const { act } = step.intent;
    const trouble = troubleWith(step);
    if (trouble === null) return [];
    const command = harmless(act.command.join(' '), MOST_OF_A_COMMAND);
    return [
      finding(
        'manual-resume-failed',
        { host: act.host, service: c.plan.broker },
        `The step "${command}" of the manual resume on ${act.host} ${trouble}.`,
        [step.intent.id, step.done?.id],
      ),
    ];
  });
}

function troubleWith({ done }: DoneAct): string | null {
  if (done === null) return 'was begun, and the journal does not say what came of it';
  // Nobody saw it; what it was to bring about is seen, or is missing.
  if (done.byHand === true) return null;
  const { command } = done;
  if (command === null || command.kind === 'absent') return 'gave no result';
  if (command.kind === 'unreadable') {
    return `could not be seen to succeed: ${harmless(command.reason, MOST_OF_AN_OUTPUT)}`;
  }
  const { exitCode, output } = command.value;
  if (exitCode === 0) return null;
  const said = harmless(output, MOST_OF_AN_OUTPUT);
  return `ended with exit code ${exitCode}${said === '' ? ' and said nothing' : `: ${said}`}`;
}
