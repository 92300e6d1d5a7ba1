import { plain } from '../model/harmless.ts';
import type { Verdict } from '../model/verdict.ts';
import {
  type Block,
  bullets,
  type Note,
  paragraph,
  type Section,
  section,
  type Text,
  table,
  written,
} from './blocks.ts';
import { findingsList, remedies } from './findings-list.ts';
import { footnoteDefinitions, headlineWithFootnotes, knownIssueLines } from './footnotes.ts';
import { manualSections } from './manual-section.ts';
import { provenLines, unprovenLines } from './proven.ts';
import {
  brokerSection,
  controlsTable,
  effectsTable,
  guardsTable,
  servicesTable,
  stopConditionsTable,
} from './report-tables.ts';
import { environmentPrefix, exitWords, FLEET, isLeftHalted, recovery, shellWord } from './words.ts';

export interface ReportOptions {
  /** The command line of this drill, word by word, as it can be given again. */
  readonly rerun?: readonly string[];
  /** What went wrong while reporting, such as another report that could not be written. */
  readonly notes?: readonly string[];
  /** The folder of this report, as it can be given to a command. */
  readonly folder?: string;
}

/** What an operator reads after a drill, whatever the format. */
export interface ReportContent {
  readonly title: string;
  readonly headline: Text;
  /** What an operator needs before anything else. */
  readonly first: readonly Block[];
  readonly facts: Block;
  readonly sections: readonly Section[];
  readonly footnotes: readonly Note[];
}

/** Everything in it comes from the verdict; what came from hosts or files is one harmless line, and cut where it is very long. */
export function reportContent(verdict: Verdict, options: ReportOptions = {}): ReportContent {
  const proven = provenLines(verdict);
  const unproven = unprovenLines(verdict);
  return {
    title: plain(`${environmentPrefix(verdict.environment)}${verdict.title} (level ${verdict.level})`),
    headline: headlineWithFootnotes(verdict),
    first: wayOut(verdict, options.folder),
    facts: facts(verdict),
    sections: [
      section('What was proven', proven.length > 0 ? bullets(proven) : paragraph('Nothing.')),
      section(
        'What was not proven',
        unproven.length > 0
          ? bullets(unproven)
          : paragraph('Nothing that this drill asks for is left unproven.'),
      ),
      section('Findings', findingsList(verdict.findings)),
      ...(verdict.findings.length === 0
        ? []
        : [section('What the findings mean', remedies(verdict.findings))]),
      section('What the broker claimed', ...claims(verdict)),
      section('Services, host by host', servicesTable(verdict)),
      brokerSection(verdict),
      ...manualSections(verdict),
      section('Requests that must be refused', guardsTable(verdict)),
      section('Stop conditions', stopConditionsTable(verdict)),
      section('Effects', effectsTable(verdict)),
      section('Controls', controlsTable(verdict)),
      ...(verdict.footnotes.length === 0
        ? []
        : [section('Known issues', bullets(knownIssueLines(verdict.footnotes)))]),
      ...notCovered(verdict),
      ...(verdict.foresight === undefined
        ? []
        : [section('What was foreseen', bullets(verdict.foresight.map((line) => plain(line))))]),
      section('What was not tested', bullets(verdict.notTested.map((line) => plain(line)))),
      section('Exit code and how to run it again', ...ending(verdict, options)),
    ],
    footnotes: footnoteDefinitions(verdict.footnotes),
  };
}

function notCovered({ notCovered: missing = [] }: Verdict): Section[] {
  if (missing.length === 0) return [];
  return [
    section(
      'What was not covered',
      paragraph(
        'The inventory does not declare these, so that nobody looked at them. Nothing is assumed about them, and the verdict says nothing of them.',
      ),
      bullets(missing.map((what) => plain(what))),
    ),
  ];
}

function facts(verdict: Verdict): Block {
  const { hosts, targets, survivors } = verdict.coverage;
  const word = verdict.qualified ? `${verdict.verdict}, qualified by known issues` : verdict.verdict;
  return table(
    ['Drill', plain(verdict.drill)],
    [
      ['Verdict', `${word} (exit code ${verdict.exitCode})`],
      ['Fleet', FLEET[verdict.fleet]],
      ['Environment', plain(verdict.environment)],
      [
        'Coverage',
        `${hosts.answered} of ${hosts.declared} hosts answered, ${targets.proven} of ${targets.declared} targets proven stopped, ${survivors.proven} of ${survivors.declared} survivors proven kept`,
      ],
      ['Time', `${plain(verdict.startedAt, 40)} to ${plain(verdict.finishedAt, 40)}`],
      ...(verdict.gateSkipped === undefined
        ? []
        : [['Gate', `skipped, the level below need not be proven: ${plain(verdict.gateSkipped)}`]]),
      ['Drill id', plain(verdict.drillId)],
      ['Inventory', `${plain(verdict.inventory.path)} (sha256 ${plain(verdict.inventory.sha256, 64)})`],
      ['Runner', `haltdrill ${plain(verdict.runner, 40)}`],
    ],
  );
}

/** How a fleet that was left halted on purpose is resumed. */
function wayOut(verdict: Verdict, folder = `reports/${verdict.drillId}`): Block[] {
  if (!isLeftHalted(verdict)) return [];
  return [
    paragraph('Nothing was undone, as the drill file asks for. To resume the fleet and prove it:'),
    { kind: 'command', line: plain(recovery(folder), 4096) },
  ];
}

function claims(verdict: Verdict): Block[] {
  const reply = {
    true: 'The broker acknowledged the halt.',
    false: 'The broker did not acknowledge the halt.',
    null: 'Whether the broker acknowledged the halt is not known.',
  }[`${verdict.halt.acknowledged}`];
  const said = verdict.claims.length > 0 ? verdict.claims : [reply];
  return [
    paragraph('What a broker says is a claim; none of it counts as evidence.'),
    bullets(said.map((claim) => plain(claim))),
  ];
}

function ending(verdict: Verdict, options: ReportOptions): Block[] {
  const words = options.rerun ?? [
    'haltdrill',
    'drill',
    '--level',
    String(verdict.level),
    '--inventory',
    verdict.inventory.path,
    ...(verdict.environment.startsWith('lab:') ? ['--lab', verdict.environment.slice(4)] : []),
  ];
  const line = words.map((word) => shellWord(plain(word, 4096))).join(' ');
  return [
    paragraph(`Exit code ${verdict.exitCode}: ${exitWords(verdict)}.`),
    { kind: 'command', line },
    paragraph(
      written(
        'The evidence is in `journal.jsonl` beside this file; `e-41` is its record with that id. The same verdict as data is in `verdict.json`.',
      ),
    ),
    ...(options.notes ?? []).map((note) => paragraph(plain(note))),
  ];
}
