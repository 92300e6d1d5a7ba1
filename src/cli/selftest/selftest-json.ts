import { expectedWord, type Result } from './hold-against.ts';
import { tally } from './matrix.ts';

/** `selftest.json`, schema version 1. It only ever grows. */
export function selftestJson(
  results: readonly Result[],
  about: {
    readonly runner: string;
    readonly startedAt: string;
    readonly tookMs: number;
    readonly jobs: number;
    readonly notDrilled: number;
  },
): string {
  const rows = results.map(({ row, drilled, problems }) => ({
    name: row.name,
    about: row.about,
    seams: row.seams,
    expected: { ...row.expect, verdict: expectedWord(row.expect) },
    asExpected: problems.length === 0,
    problems,
    verdict: drilled.verdict?.verdict ?? null,
    exitCode: drilled.exitCode,
    drillId: drilled.verdict?.drillId ?? null,
    ms: Math.round(drilled.ms),
    findings: (drilled.verdict?.findings ?? []).map(({ code, host, service, asset, consequenceOf }) => ({
      code,
      host,
      service,
      asset: asset ?? null,
      consequenceOf,
    })),
  }));
  const ok = rows.every(({ asExpected }) => asExpected) && about.notDrilled === 0;
  return `${JSON.stringify({ schemaVersion: 1, ...about, tookMs: Math.round(about.tookMs), ok, ...tally(results), rows }, null, 2)}\n`;
}
