import { bullets, type Section, section, table } from '../../drill/10-report/blocks.ts';
import { markdownSections } from '../../drill/10-report/markdown.ts';
import { plain } from '../../drill/model/harmless.ts';
import type { Row } from './catalogue.ts';
import { expectedWord, type Result, subjectOf } from './hold-against.ts';

/** How many of each kind were drilled, and how many of them came out as they must not. */
export interface Tally {
  readonly liars: number;
  readonly caught: number;
  readonly honest: number;
  readonly falseAlarms: number;
}

export function tally(results: readonly Result[]): Tally {
  const count = (kind: string, asExpected: boolean): number =>
    results.filter(({ row, problems }) => row.expect.kind === kind && (problems.length === 0) === asExpected)
      .length;
  const caught = count('liar', true);
  const falseAlarms = count('honest', false);
  return {
    liars: caught + count('liar', false),
    caught,
    honest: count('honest', true) + falseAlarms,
    falseAlarms,
  };
}

/** Such as `caught 61/61, false alarms 0/12`. */
export function summary(results: readonly Result[]): string {
  const { liars, caught, honest, falseAlarms } = tally(results);
  return `caught ${caught}/${liars}, false alarms ${falseAlarms}/${honest}`;
}

/** One line a row, in columns that fit all of `rows`: the heading, and the line of a result with its problems below it. */
export function linesFor(rows: readonly Row[]): {
  readonly heading: string;
  readonly line: (result: Result) => string;
} {
  const widths = [
    11,
    ...[(row: Row) => row.name, (row: Row) => expectation(row)].map((cell) =>
      Math.max(12, ...rows.map((row) => cell(row).length)),
    ),
    12,
    6,
  ];
  const inColumns = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  return {
    heading: inColumns(['', 'misbehaviour', 'expected', 'verdict', 'time', 'found']),
    line: (result) => {
      const { row, drilled, problems } = result;
      const cells = [
        mark(result),
        row.name,
        expectation(row),
        drilled.verdict?.verdict ?? 'none',
        time(result),
      ];
      return [inColumns([...cells, found(result)]), ...problems.map((one) => `             ${one}`)].join(
        '\n',
      );
    },
  };
}

/** The whole self-test as Markdown. */
export function matrixMarkdown(
  results: readonly Result[],
  about: {
    readonly runner: string;
    readonly startedAt: string;
    readonly tookMs: number;
    readonly notDrilled: number;
  },
): string {
  const rows = results.map((result) =>
    [
      mark(result),
      `${result.row.name}: ${result.row.about}`,
      `${result.row.expect.level}`,
      expectation(result.row),
      found(result),
      result.drilled.verdict?.verdict ?? 'none',
      time(result),
    ].map((cell) => plain(cell)),
  );
  const wrong = results.filter(({ problems }) => problems.length > 0);
  return `${[
    `# Self-test: ${summary(results)}`,
    `haltdrill ${about.runner}, ${about.startedAt}, ${Math.round(about.tookMs / 1000)} s.${
      about.notDrilled === 0 ? '' : ` It was cut short: ${about.notDrilled} more were not drilled.`
    }`,
    ...(wrong.length === 0 ? [] : ['## Not as expected', markdownSections(wrong.map(problemsOf), 3)]),
    markdownSections([
      section(
        'Detection matrix',
        table(['', 'misbehaviour', 'level', 'expected', 'found', 'verdict', 'time'], rows),
      ),
    ]),
  ].join('\n\n')}\n`;
}

function problemsOf({ row, problems }: Result): Section {
  return section(row.name, bullets(problems.map((one) => plain(one))));
}

function mark({ row, problems }: Result): string {
  if (row.expect.kind === 'honest') return problems.length === 0 ? 'passed' : 'FALSE ALARM';
  return problems.length === 0 ? 'caught' : 'MISSED';
}

function expectation({ expect }: Row): string {
  if (expect.kind === 'honest') return 'pass, no finding';
  const where = expect.on === null ? '' : ` on ${expect.on}`;
  return `${expect.primary}${where}, ${expectedWord(expect)}`;
}

/** Findings that are no other's consequence, by code; and how many consequences they had. */
function found({ drilled }: Result): string {
  const findings = drilled.verdict?.findings ?? [];
  const causes = findings.filter((f) => f.consequenceOf === null);
  const codes = [...new Set(causes.map(({ code }) => code))].map(
    (code) => `${code} on ${[...new Set(causes.filter((f) => f.code === code).map(subjectOf))].join(', ')}`,
  );
  const consequences = findings.length - causes.length;
  if (consequences > 0) codes.push(`${consequences} ${consequences === 1 ? 'consequence' : 'consequences'}`);
  return codes.length === 0 ? 'nothing' : codes.join('; ');
}

function time({ drilled }: Result): string {
  return `${(drilled.ms / 1000).toFixed(1)} s`;
}
