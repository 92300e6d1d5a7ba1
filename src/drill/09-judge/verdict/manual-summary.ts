import { filledIn } from '../../model/manual-step.ts';
import type { ManualStepSummary } from '../../model/verdict.ts';
import {
  type CaseFile,
  type DoneAct,
  type DoneStart,
  type DoneStep,
  isForeign,
  said,
  stepsLeft,
} from '../evidence/index.ts';
import { finalRoots } from '../proofs/index.ts';

/**
 * The manual resume as a checklist: every step with its exact command, what came of it, and what is left to do. Null where the
 * drill has none, or nothing was halted that it could lift.
 */
export function manualSummary(c: CaseFile): readonly ManualStepSummary[] | null {
  if (c.plan.resume !== 'manual' || (c.trigger === null && c.manualSteps.length === 0)) return null;
  // Nobody is given a command that would lift somebody else's halt.
  const halted = said(c.store).findLast(
    ({ value: { state } }) => state.level === c.plan.expect.level && !isForeign(c, state),
  );
  const left = stepsLeft(c, c.manualSteps).map(({ host, run }) => {
    const command = halted === undefined ? run : filledIn(run, halted.value.state);
    return { host, service: null, command, outcome: 'not taken' as const };
  });
  const started = new Set(c.starts.map(({ intent: { act } }) => act.service));
  const down = [...c.services.values()].filter(
    (service) => service.roots.length > 0 && finalRoots(c, service).length === 0,
  );
  return [
    ...c.manualSteps.map(taken),
    ...left,
    ...c.starts.map(taken),
    ...down.flatMap(({ planned: { name, host, start } }) =>
      start === null || started.has(name)
        ? []
        : [{ host, service: name, command: start, outcome: 'not taken' as const }],
    ),
  ];
}

function taken(step: DoneStart | DoneStep): ManualStepSummary {
  const { act } = step.intent;
  const service = act.act === 'start-service' ? act.service : null;
  return { host: act.host, service, command: act.command, outcome: outcomeOf(step) };
}

function outcomeOf({ done }: DoneAct): ManualStepSummary['outcome'] {
  if (done?.byHand === true) return 'by hand';
  if (done?.command?.kind !== 'present') return 'unknown';
  return done.command.value.exitCode === 0 ? 'succeeded' : 'failed';
}
