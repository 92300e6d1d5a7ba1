import { FINDINGS } from '../model/findings.ts';
import type { KnownIssue } from '../model/known-issue.ts';
import { type Finding, type Footnote, findingKey } from '../model/verdict.ts';

/**
 * Marks what a known issue covers: a finding by its code, level, host and service, and with it the consequences.
 * What may not be accepted is not, and an issue that has expired (`today` is after its last day, UTC) covers nothing.
 */
export function coverKnown(
  findings: readonly Finding[],
  issues: readonly KnownIssue[],
  at: { readonly level: number; readonly today: string },
): Finding[] {
  const covering = new Map<string, string>();
  const marked = findings.map((f) => {
    if (!mayBeAccepted(f)) return f;
    const fitting = issues.filter((issue) => issue.level === at.level && names(issue, f));
    const valid = fitting.find((issue) => !hasExpired(issue, at.today));
    if (valid !== undefined) {
      covering.set(findingKey(f), valid.id);
      return { ...f, knownIssue: valid.id };
    }
    const [expired] = fitting;
    return expired === undefined
      ? f
      : { ...f, message: `${f.message} (Known issue ${expired.id} expired on ${expired.expires}.)` };
  });
  return marked.map((f) => {
    const through = f.consequenceOf === null ? undefined : covering.get(f.consequenceOf);
    return f.knownIssue !== null || through === undefined ? f : { ...f, knownIssue: through };
  });
}

function names(issue: KnownIssue, f: Finding): boolean {
  return (
    issue.code === f.code && issue.host === f.host && f.service !== null && issue.services.includes(f.service)
  );
}

function mayBeAccepted(f: Finding): boolean {
  return FINDINGS[f.code].acceptable && (f.severity === 'fail' || f.code === 'hold-too-short');
}

function hasExpired(issue: KnownIssue, today: string): boolean {
  return issue.expires < today;
}

/** The issues of this level that are still valid: those leant on, and those filed and no longer seen. */
export function footnotesOf(
  findings: readonly Finding[],
  issues: readonly KnownIssue[],
  at: { readonly level: number; readonly today: string },
): Footnote[] {
  return issues
    .filter((issue) => issue.level === at.level && !hasExpired(issue, at.today))
    .map(({ id, title, owner, filed, fix, expires }) => ({
      id,
      title,
      owner,
      filed,
      fix,
      expires,
      findings: findings.filter((f) => f.knownIssue === id).length,
    }))
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}
