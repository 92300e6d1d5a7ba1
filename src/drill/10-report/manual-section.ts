import { plain } from '../model/harmless.ts';
import type { ManualStepSummary, Verdict } from '../model/verdict.ts';
import { paragraph, type Section, section, type Text, table } from './blocks.ts';
import { shellWord } from './words.ts';

/** A command line that is cut cannot be typed. */
const LONGEST_COMMAND = 4_000;

const OUTCOMES: Readonly<Record<ManualStepSummary['outcome'], Text>> = {
  succeeded: 'run; it succeeded',
  failed: ['run; ', { bold: 'it failed' }],
  'by hand': 'done by hand, somebody said',
  unknown: [{ bold: 'begun; its result was not seen' }],
  'not taken': [{ bold: 'not taken' }],
};

/** The way back of a halt that no API call lifts, as a checklist with the exact commands; none for any other drill. */
export function manualSections({ manualResume: steps, fleet, findings }: Verdict): Section[] {
  if (steps === undefined) return [];
  const rows = steps.map(({ host, service, command, outcome }, index) => [
    String(index + 1),
    plain(host, 80),
    service === null ? 'lifts the halt' : `starts ${plain(service, 80)}`,
    // Not as code, out of which Markdown would take signs: it is there to be copied.
    plain(command.map(shellWord).join(' '), LONGEST_COMMAND),
    OUTCOMES[outcome],
  ]);
  const foreign = findings.some(({ code }) => code === 'foreign-halt');
  const todo: Text = foreign
    ? [{ bold: 'Somebody else has halted this fleet: take no step before they agree.' }]
    : 'What was not taken is left to do, in this order.';
  return [
    section(
      'The manual resume',
      rows.length === 0
        ? paragraph('There was no step to take.')
        : table(['Step', 'Host', 'What it does', 'Command', 'What came of it'], rows),
      paragraph(
        'That a step was taken proves nothing; whether the fleet is back was seen from its processes and its store.',
      ),
      ...(foreign || fleet !== 'restored' ? [paragraph(todo)] : []),
    ),
  ];
}
