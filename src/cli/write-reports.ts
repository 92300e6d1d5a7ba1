import { markdownReport } from '../drill/10-report/markdown-report.ts';
import { verdictJson } from '../drill/10-report/verdict-json.ts';
import type { Verdict } from '../drill/model/verdict.ts';
import { proofOf } from '../drill/proofs/proof-of.ts';
import { messageOf } from './cli-error.ts';
import type { Effects } from './effects.ts';

export interface ReportRequest {
  readonly verdict: Verdict;
  /** The drill's own folder, absolute. */
  readonly folder: string;
  /** Where the ledger lies, absolute. */
  readonly reports: string;
  readonly rerun: readonly string[];
  readonly redact: (text: string) => string;
}

/** Whether nobody has to bring this fleet back any more. */
export function isBack({ fleet }: Verdict): boolean {
  return fleet === 'restored' || fleet === 'untouched';
}

/**
 * Writes verdict.json and report.md and records the proof. A part that fails loses only itself; resolves with one
 * line for each that did, and the report names those that failed before it.
 */
export async function writeReports(request: ReportRequest, effects: Effects): Promise<string[]> {
  const { verdict, folder, reports, rerun, redact } = request;
  const lost: string[] = [];
  const attempt = async (name: string, act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (error) {
      lost.push(`${name} was not written; ${redact(messageOf(error))}`);
    }
  };
  const write = (name: string, text: () => string): Promise<void> =>
    attempt(name, () => effects.files.write(effects.files.resolve(name, folder), redact(text())));

  await write('verdict.json', () => verdictJson(verdict));
  if (isBack(verdict)) await effects.forgetDrill(folder);
  await attempt('the ledger', async () => {
    const ledger = await effects.openLedger(effects.files.resolve('ledger.db', reports));
    try {
      ledger.record(proofOf(verdict));
    } finally {
      ledger.close();
    }
  });
  await write('report.md', () =>
    markdownReport(verdict, { rerun, notes: [...lost], folder: effects.files.shown(folder) }),
  );
  return lost;
}
