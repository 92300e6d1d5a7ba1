import type { Verdict } from '../model/verdict.ts';
import { escapeMarkdown } from './escape.ts';
import { findingsList, remedies } from './findings-list.ts';
import { footnoteDefinitions, headlineWithFootnotes, knownIssueLines } from './footnotes.ts';
import { manualSection } from './manual-section.ts';
import { provenLines, unprovenLines } from './proven.ts';
import { brokerSection, controlsTable, effectsTable, guardsTable, servicesTable } from './report-tables.ts';
import { bullets, section, table } from './table.ts';
import { environmentPrefix, exitWords, FLEET, shellWord } from './words.ts';

export interface ReportOptions {
  /** The command line of this drill, word by word, as it can be given again. */
  readonly rerun?: readonly string[];
  /** What went wrong while reporting, such as another report that could not be written. */
  readonly notes?: readonly string[];
}

/**
 * `report.md`: what an operator reads after a drill, in GitHub-flavoured Markdown with real footnotes.
 * Everything in it comes from the verdict; text that came from hosts or files is made harmless.
 */
export function markdownReport(verdict: Verdict, options: ReportOptions = {}): string {
  const title = `${environmentPrefix(verdict.environment)}${verdict.title} (level ${verdict.level})`;
  const proven = provenLines(verdict);
  const unproven = unprovenLines(verdict);
  const parts = [
    `# ${escapeMarkdown(title)}`,
    `**${headlineWithFootnotes(verdict)}**`,
    facts(verdict),
    section('What was proven', proven.length > 0 ? bullets(proven) : 'Nothing.'),
    section(
      'What was not proven',
      unproven.length > 0 ? bullets(unproven) : 'Nothing that this drill asks for is left unproven.',
    ),
    section('Findings', findingsList(verdict.findings)),
    verdict.findings.length === 0 ? '' : section('What the findings mean', remedies(verdict.findings)),
    section('What the broker claimed', claims(verdict)),
    section('Services, host by host', servicesTable(verdict)),
    brokerSection(verdict),
    manualSection(verdict),
    section('Requests that must be refused', guardsTable(verdict)),
    section('Effects', effectsTable(verdict)),
    section('Controls', controlsTable(verdict)),
    knownIssues(verdict),
    section('What was not tested', bullets(verdict.notTested.map((line) => escapeMarkdown(line)))),
    section('Exit code and how to run it again', ending(verdict, options)),
    footnoteDefinitions(verdict.footnotes),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function facts(verdict: Verdict): string {
  const { hosts, targets, survivors } = verdict.coverage;
  const word = verdict.qualified ? `${verdict.verdict}, qualified by known issues` : verdict.verdict;
  return table(
    ['Drill', escapeMarkdown(verdict.drill)],
    [
      ['Verdict', `${word} (exit code ${verdict.exitCode})`],
      ['Fleet', FLEET[verdict.fleet]],
      ['Environment', escapeMarkdown(verdict.environment)],
      [
        'Coverage',
        `${hosts.answered} of ${hosts.declared} hosts answered, ${targets.proven} of ${targets.declared} targets proven stopped, ${survivors.proven} of ${survivors.declared} survivors proven kept`,
      ],
      ['Time', `${escapeMarkdown(verdict.startedAt, 40)} to ${escapeMarkdown(verdict.finishedAt, 40)}`],
      ['Drill id', escapeMarkdown(verdict.drillId)],
      [
        'Inventory',
        `${escapeMarkdown(verdict.inventory.path)} (sha256 ${escapeMarkdown(verdict.inventory.sha256, 64)})`,
      ],
      ['Runner', `haltproof ${escapeMarkdown(verdict.runner, 40)}`],
    ],
  );
}

function claims(verdict: Verdict): string {
  const reply = {
    true: 'The broker acknowledged the halt.',
    false: 'The broker did not acknowledge the halt.',
    null: 'Whether the broker acknowledged the halt is not known.',
  }[`${verdict.halt.acknowledged}`];
  const said = verdict.claims.length > 0 ? verdict.claims : [reply];
  return `What a broker says is a claim; none of it counts as evidence.\n\n${bullets(said.map((claim) => escapeMarkdown(claim)))}`;
}

function knownIssues(verdict: Verdict): string {
  return verdict.footnotes.length === 0
    ? ''
    : section('Known issues', bullets(knownIssueLines(verdict.footnotes)));
}

function ending(verdict: Verdict, options: ReportOptions): string {
  const words = options.rerun ?? [
    'haltproof',
    'drill',
    '--level',
    String(verdict.level),
    '--inventory',
    verdict.inventory.path,
    ...(verdict.environment.startsWith('lab:') ? ['--lab', verdict.environment.slice(4)] : []),
  ];
  const command = words.map((word) => shellWord(word.replace(/\p{Cc}+/gu, ' '))).join(' ');
  return [
    `Exit code ${verdict.exitCode}: ${exitWords(verdict)}.`,
    `    ${command}`,
    'The evidence is in `journal.jsonl` beside this file; `e-41` is its record with that id. The same verdict as data is in `verdict.json`.',
    ...(options.notes ?? []).map((note) => escapeMarkdown(note)),
  ].join('\n\n');
}
