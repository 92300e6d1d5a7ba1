import { nearest } from '../../drill/01-load/near-miss.ts';
import { plain } from '../../drill/model/harmless.ts';
import { CliError, messageOf, usage } from '../cli-error.ts';
import type { DrillProcess, Effects } from '../effects.ts';
import { listenForSignals } from '../interruption.ts';
import { parseVerdict } from '../parse-verdict.ts';
import { parseCatalogue, type Row } from '../selftest/catalogue.ts';
import { parseSlice, sliceOf } from '../selftest/choose-rows.ts';
import { type Drilled, holdAgainst, neverBegan, type Result } from '../selftest/hold-against.ts';
import { linesFor, matrixMarkdown, summary } from '../selftest/matrix.ts';
import { runRows } from '../selftest/run-rows.ts';
import { selftestJson } from '../selftest/selftest-json.ts';
import { NO_DRILL, refuseUntrustedReports } from '../trusted-folder.ts';

export interface SelftestOptions {
  readonly only?: readonly string[];
  readonly slice?: string;
  readonly jobs?: number;
  readonly out?: string;
  readonly json?: true;
}

/** The embedded broker's confirmation phrase for level 4, as its operator would type it. */
const LAB_PHRASE = 'SHUTDOWN INVICTUS';
const DRILL_WITHIN_MS = 180_000;

/**
 * `haltdrill selftest`: drills every fleet of the lab that has an expectation, each by a `haltdrill drill` of its own, and
 * holds the verdicts against what must be found. Resolves with 0 if every liar was caught and no honest fleet accused, else 1;
 * 4 if it was cut short before anything was wrong.
 */
export async function selftest(options: SelftestOptions, effects: Effects): Promise<number> {
  const rows = await choose(options, effects);
  const jobs = options.jobs ?? 2 * effects.cores;
  const startedAt = effects.wall();
  const beganMs = effects.nowMs();
  const stamp = startedAt.replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
  const reports = effects.files.resolve(options.out ?? 'reports', effects.folder);
  await refuseUntrustedReports(reports, NO_DRILL, effects);
  const folder = effects.files.resolve(`selftest-${stamp}-${effects.randomWord().slice(0, 4)}`, reports);
  const interruption = listenForSignals(
    effects,
    'ending the drills that are under way; once more leaves them to end by themselves',
  );
  interruption.leaves = { exitCode: 3, text: 'the drills that were under way end by themselves' };

  const told = options.json === true ? effects.err : effects.out;
  const { heading, line } = linesFor(rows);
  told.write(`haltdrill: self-test of ${rows.length} fleets, ${jobs} at a time\n${heading}\n`);
  let results: Result[];
  try {
    results = await runRows(rows, jobs, interruption.stop, async (row) => {
      const result = await drillRow(row, folder, interruption.stop, effects);
      // A drill that was cut short says nothing about what it drills.
      if (interruption.stop.aborted) return null;
      told.write(`${line(result)}\n`);
      return result;
    });
  } finally {
    interruption.release();
  }

  const about = {
    runner: effects.version,
    startedAt,
    tookMs: effects.nowMs() - beganMs,
    jobs,
    notDrilled: rows.length - results.length,
  };
  const json = selftestJson(results, about);
  await write('selftest.json', json, folder, effects);
  await write('selftest.md', matrixMarkdown(results, about), folder, effects);
  if (options.json === true) effects.out.write(json);
  const cut = about.notDrilled === 0 ? '' : `; cut short, ${about.notDrilled} not drilled`;
  const took = `${Math.round(about.tookMs / 1000)} s`;
  const shown = effects.files.shown(effects.files.resolve('selftest.md', folder));
  told.write(`haltdrill: report ${shown}\n${summary(results)} (${took}${cut})\n`);
  if (results.some(({ problems }) => problems.length > 0)) return 1;
  return about.notDrilled === 0 ? 0 : 4;
}

/** The rows that were asked for, all of them unless told otherwise. */
async function choose({ only, slice }: SelftestOptions, effects: Effects): Promise<Row[]> {
  let rows: Row[];
  try {
    rows = parseCatalogue(await effects.labCatalogue());
  } catch (error) {
    throw new CliError(70, `the lab's catalogue cannot be used; ${messageOf(error)}`, { cause: error });
  }
  for (const name of only ?? []) {
    if (rows.some((row) => row.name === name)) continue;
    const names = rows.map((row) => row.name);
    const near = nearest(name, names);
    throw usage(
      `the self-test has no fleet \`${plain(name)}\``,
      near === null ? `it has ${names.join(', ')}` : `did you mean ${near}?`,
      'name one with --only NAME',
    );
  }
  const part = slice === undefined ? null : parseSlice(slice);
  if (slice !== undefined && part === null)
    throw usage(
      `\`${plain(slice)}\` is no slice`,
      'a slice is such as 2/3, the second of three',
      'give --slice I/N',
    );
  const named = only === undefined ? rows : rows.filter(({ name }) => only.includes(name));
  return part === null ? named : sliceOf(named, part);
}

async function drillRow(row: Row, folder: string, stop: AbortSignal, effects: Effects): Promise<Result> {
  const { files, packageFolder } = effects;
  const out = files.resolve(row.name, folder);
  const inThePackage = (path: string): string => files.resolve(path, packageFolder);
  const argv = [
    'drill',
    ...['--inventory', inThePackage('inventory.yaml')],
    ...['--drill', inThePackage(`drills/selftest/level-${row.expect.level}.yaml`)],
    ...['--lab', row.name, '--out', out, '--json'],
  ];
  const input = row.expect.level === 4 ? `${LAB_PHRASE}\n` : '';
  const drillIt = async (): Promise<Drilled> =>
    drilled(await effects.drillProcess({ argv, input, stop, withinMs: DRILL_WITHIN_MS }));
  const first = await drillIt();
  // Once more, and not over and over: a fleet that no drill can begin with is a miss.
  const result = holdAgainst(row, neverBegan(first) && !stop.aborted ? await drillIt() : first);
  // The journals of a hundred drills are of use only where something has to be looked into.
  if (result.problems.length === 0) await files.removeBelow(out, 'journal.jsonl');
  return result;
}

function drilled({ exitCode, stdout, stderr, ms }: DrillProcess): Drilled {
  const trouble = plain(stderr.trimEnd().split('\n').at(-1) ?? '');
  const verdict = parseVerdict(stdout);
  return { verdict, exitCode, trouble: trouble === '' ? 'it said nothing' : trouble, ms };
}

async function write(name: string, text: string, folder: string, { files, err }: Effects): Promise<void> {
  try {
    await files.write(files.resolve(name, folder), text);
  } catch (error) {
    err.write(`haltdrill: ${name} was not written; ${messageOf(error)}\n`);
  }
}
