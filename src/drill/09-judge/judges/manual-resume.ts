import type { StepFailure } from '../../model/findings/undo-words.ts';
import type { Finding } from '../../model/verdict.ts';
import type { CaseFile, DoneAct } from '../evidence/index.ts';
import { fault } from '../finding.ts';

/** Whether every step of the manual resume that was taken is known to have succeeded. */
export function judgeManualSteps(c: CaseFile): Finding[] {
  if (c.trigger === null) return [];
  return c.manualSteps.flatMap((step) => {
    const { act } = step.intent;
    const came = failureOf(step);
    if (came === null) return [];
    return [
      fault(
        'manual-resume-failed',
        'step failed',
        { host: act.host, service: c.plan.broker },
        { command: act.command, came },
        [step.intent.id, step.done?.id],
      ),
    ];
  });
}

function failureOf({ done }: DoneAct): StepFailure | null {
  if (done === null) return 'not known';
  // Nobody saw it; what it was to bring about is seen, or is missing.
  if (done.byHand === true) return null;
  const { command } = done;
  if (command === null || command.kind === 'absent') return 'no result';
  if (command.kind === 'unreadable') return { unreadable: command.reason };
  const { exitCode, output } = command.value;
  return exitCode === 0 ? null : { exitCode, output };
}
