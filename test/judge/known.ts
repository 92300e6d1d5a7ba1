import type { FindingCode } from '../../src/drill/model/findings.ts';
import type { Entry } from '../../src/drill/model/journal.ts';
import type { KnownIssue } from '../../src/drill/model/known-issue.ts';
import type { Verdict } from '../../src/drill/model/verdict.ts';

/** What an accepted finding is about. */
export interface Subject {
  readonly code: FindingCode;
  readonly host: string;
  readonly service: string;
  readonly asset?: string;
}

/** A known issue about that, valid on the days of these tests; by whom does not matter. */
export function knownIssue({ code, host, service, asset }: Subject, level: number, number = 1): KnownIssue {
  return {
    id: `KI-${number}`,
    title: `${code} of ${service} is known`,
    code,
    level,
    host,
    services: [service],
    ...(asset === undefined ? {} : { asset }),
    owner: 'ops',
    filed: '2026-01-01',
    fix: 'being mended',
    expires: '2026-12-31',
  };
}

/** About what a verdict says this, primarily. Throws where it does not, or where it is about no service. */
export function subjectsIn({ findings }: Verdict, code: FindingCode): Subject[] {
  const said = findings.filter((one) => one.code === code && one.consequenceOf === null);
  if (said.length === 0)
    throw new Error(`nobody says ${code}, but ${findings.map((one) => one.code).join(', ') || 'nothing'}`);
  return said.map(({ host, service, asset }) => {
    if (host === null || service === null) throw new Error(`${code} is about no service`);
    return { code, host, service, ...(asset === undefined ? {} : { asset }) };
  });
}

/** The same journal of a drill for which these were known, too. */
export function withKnown(entries: readonly Entry[], subjects: readonly Subject[]): Entry[] {
  return entries.map((entry) => {
    if (entry.kind !== 'opened') return entry;
    const known = subjects.map((one, index) => knownIssue(one, entry.plan.level, index + 1));
    return { ...entry, knownIssues: [...entry.knownIssues, ...known] };
  });
}
