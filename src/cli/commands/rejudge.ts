import { judgeJournal } from '../../drill/09-judge/verdict/index.ts';
import { verdictJson } from '../../drill/10-report/verdict-json.ts';
import type { Entry } from '../../drill/model/journal.ts';
import type { Verdict } from '../../drill/model/verdict.ts';
import { CliError, messageOf, usage } from '../cli-error.ts';
import type { Effects } from '../effects.ts';
import { resultText } from '../result-text.ts';
import { NOTHING_READ, refuseUntrustedDrill } from '../trusted-folder.ts';

export interface RejudgeOptions {
  readonly json?: true;
  readonly strict?: true;
}

/**
 * `haltdrill rejudge DIR`: judges a stored journal again; resolves with the exit code of that verdict, or with 2 where it would be 0 and
 * the stored verdict is another one. Writes no file.
 */
export async function rejudge(dir: string, options: RejudgeOptions, effects: Effects): Promise<number> {
  const folder = effects.files.resolve(dir, effects.folder);
  const shown = effects.files.shown(folder);
  await refuseUntrustedDrill(folder, NOTHING_READ, effects);
  const entries = await evidenceIn(folder, shown, effects);
  const verdict = judged(entries, options, shown);
  const text = verdictJson(verdict);
  if (verdict.runner !== effects.version) {
    effects.err.write(
      `haltdrill: the evidence was gathered by version ${verdict.runner}, and is judged by ${effects.version}\n`,
    );
  }
  const report = effects.files.shown(effects.files.resolve('report.md', folder));
  effects.out.write(options.json === true ? text : resultText(verdict, report));
  const { says, differs } = await comparison(text, folder, shown, effects);
  effects.err.write(`haltdrill: ${says}\n`);
  // Evidence that says something else than when it was gathered proves nothing; that --strict, or another version, says something else is no news.
  const isChanged = differs && options.strict !== true && verdict.runner === effects.version;
  return isChanged && verdict.exitCode === 0 ? 2 : verdict.exitCode;
}

async function evidenceIn(folder: string, shown: string, effects: Effects): Promise<readonly Entry[]> {
  const read = await effects.readJournal(effects.files.resolve('journal.jsonl', folder));
  switch (read.kind) {
    case 'entries':
      return read.entries;
    case 'missing':
      throw usage(
        `there is no journal.jsonl in ${shown}`,
        'a drill writes it into its report folder',
        'name that folder, such as reports/<drill-id>',
      );
    case 'newer':
      throw usage(`the journal in ${shown} cannot be judged`, read.why);
    case 'damaged':
      throw new CliError(
        70,
        `the journal in ${shown} cannot be judged; ${read.why}; nothing is proven by it`,
      );
  }
}

function judged(entries: readonly Entry[], options: RejudgeOptions, shown: string): Verdict {
  try {
    return judgeJournal(entries, options.strict === true ? { strict: true } : {});
  } catch (error) {
    throw new CliError(70, `the evidence in ${shown} could not be judged; ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function comparison(
  text: string,
  folder: string,
  shown: string,
  effects: Effects,
): Promise<{ readonly says: string; readonly differs: boolean }> {
  const stored = await effects.files.readOwn(effects.files.resolve('verdict.json', folder));
  switch (stored.kind) {
    case 'missing':
      return { says: `there is no verdict.json in ${shown} to compare it with`, differs: false };
    case 'unreadable':
      return {
        says: `the stored verdict.json cannot be read (${stored.why}), so it is not compared`,
        differs: false,
      };
    case 'text':
      return stored.text === text
        ? { says: 'the stored verdict.json is the same, byte for byte', differs: false }
        : { says: 'the stored verdict.json DIFFERS from this one', differs: true };
  }
}
