import { htmlReport } from '../drill/10-report/html-report.ts';
import { junitReport } from '../drill/10-report/junit-report.ts';
import { markdownReport } from '../drill/10-report/markdown-report.ts';
import type { ReportOptions } from '../drill/10-report/report-content.ts';
import { verdictJson } from '../drill/10-report/verdict-json.ts';
import type { Verdict } from '../drill/model/verdict.ts';
import { proofOf } from '../drill/proofs/proof-of.ts';
import { messageOf } from './cli-error.ts';
import type { Effects } from './effects.ts';
import { withLedger } from './ledger-entry.ts';

export interface ReportRequest {
  readonly verdict: Verdict;
  /** The drill's own folder, absolute. */
  readonly folder: string;
  /** Where the ledger lies, absolute. */
  readonly reports: string;
  readonly rerun: readonly string[];
  /** Whether the ledger may have it; unless told, it may. */
  readonly isRecorded?: boolean;
}

/** Whether nobody has to bring this fleet back any more. */
export function isBack({ fleet }: Verdict): boolean {
  return fleet === 'restored' || fleet === 'untouched';
}

/**
 * Writes verdict.json, junit.xml, report.html and report.md and records the proof. A part that fails loses only itself; resolves
 * with one line for each that did, and both reports name those that failed. What both hold is cleaned of secrets before it is
 * escaped: in the coat of a format one might not be known for what it is.
 */
export async function writeReports(request: ReportRequest, effects: Effects): Promise<string[]> {
  const { folder, reports, isRecorded = true } = request;
  const verdict = effects.secrets.clean(request.verdict);
  const rerun = effects.secrets.clean(request.rerun);
  const lost: string[] = [];
  const attempt = async (name: string, act: () => Promise<void>, after = ''): Promise<boolean> => {
    try {
      await act();
      return true;
    } catch (error) {
      lost.push(`${name} was not written; ${effects.secrets.redact(messageOf(error))}${after}`);
      return false;
    }
  };
  const write = (name: string, text: () => string): Promise<boolean> =>
    attempt(name, () => effects.files.write(effects.files.resolve(name, folder), text()));

  await write('verdict.json', () => verdictJson(verdict));
  await write('junit.xml', () => junitReport(verdict));
  if (isBack(verdict)) await effects.forgetDrill(folder);
  const file = effects.files.resolve('ledger.db', reports);
  if (isRecorded) {
    await attempt(
      'the ledger',
      () => withLedger(file, effects, (ledger) => ledger.record(proofOf(verdict))),
      `; until \`haltdrill recover ${effects.files.shown(folder)}\` has written it, this drill has no end there`,
    );
  }
  const options = (): ReportOptions => ({ rerun, notes: [...lost], folder: effects.files.shown(folder) });
  const page = (): string => htmlReport(verdict, options());
  const pageWritten = await write('report.html', page);
  const textWritten = await write('report.md', () => markdownReport(verdict, options()));
  // The page was written before anybody knew.
  if (pageWritten && !textWritten) await write('report.html', page);
  return lost;
}
