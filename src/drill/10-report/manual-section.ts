import type { ManualStepSummary, Verdict } from '../model/verdict.ts';
import { escapeMarkdown } from './escape.ts';
import { section, table } from './table.ts';
import { shellWord } from './words.ts';

/** A command line that is cut cannot be typed. */
const LONGEST_COMMAND = 4_000;

const OUTCOMES: Readonly<Record<ManualStepSummary['outcome'], string>> = {
  succeeded: 'run; it succeeded',
  failed: 'run; **it failed**',
  'by hand': 'done by hand, somebody said',
  unknown: '**begun; its result was not seen**',
  'not taken': '**not taken**',
};

/** The way back of a halt that no API call lifts, as a checklist with the exact commands; nothing for any other drill. */
export function manualSection({ manualResume: steps, fleet, findings }: Verdict): string {
  if (steps === undefined) return '';
  const rows = steps.map(({ host, service, command, outcome }, index) => [
    String(index + 1),
    escapeMarkdown(host, 80),
    service === null ? 'lifts the halt' : `starts ${escapeMarkdown(service, 80)}`,
    escapeMarkdown(command.map(shellWord).join(' '), LONGEST_COMMAND),
    OUTCOMES[outcome],
  ]);
  const foreign = findings.some(({ code }) => code === 'foreign-halt');
  const todo = foreign
    ? ' **Somebody else has halted this fleet: take no step before they agree.**'
    : fleet === 'restored'
      ? ''
      : ' What was not taken is left to do, in this order.';
  return section(
    'The manual resume',
    rows.length === 0
      ? 'There was no step to take.'
      : table(['Step', 'Host', 'What it does', 'Command', 'What came of it'], rows),
    `That a step was taken proves nothing; whether the fleet is back was seen from its processes and its store.${todo}`,
  );
}
