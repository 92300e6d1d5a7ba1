import { FINDINGS } from '../../model/findings.ts';
import type { KnownIssue } from '../../model/known-issue.ts';
import { type Finding, type FleetState, type Footnote, findingKey } from '../../model/verdict.ts';
import type { CameOf } from './causes.ts';

/** By what issues may cover: `today` (`YYYY-MM-DD`, UTC) is after the last day of one that has expired. */
export interface Accepting {
  readonly issues: readonly KnownIssue[];
  readonly level: number;
  readonly today: string;
  readonly fleet: FleetState;
  readonly cameOf: ReadonlyMap<string, CameOf>;
}

/**
 * Marks what known issues cover: a finding by its code, level, host, service and, where it names one, asset or field; and what
 * provably came of it. Accepting one thing never accepts another: a rule among the causes says so each time. What may not be accepted
 * is not, and what concerns the undo is covered only where the fleet is proven restored all the same.
 */
export function accept<F extends Finding>(findings: readonly F[], by: Accepting): F[] {
  const byKey = new Map(findings.map((f) => [findingKey(f), f]));
  const own = new Map(findings.map((f) => [findingKey(f), issuesFor(f, by)]));
  const coveredBy = (key: string, passed: ReadonlySet<string>): string | null => {
    const id = own.get(key)?.valid?.id;
    if (id !== undefined) return id;
    const f = byKey.get(key);
    const { causes, covers } = by.cameOf.get(key) ?? { causes: [], covers: false };
    if (f === undefined || !covers || causes.length === 0 || !mayFollow(f, by.fleet)) return null;
    const further = new Set([...passed, key]);
    const ids = causes.map((cause) => (further.has(cause) ? null : coveredBy(cause, further)));
    return ids.includes(null) ? null : (ids[0] ?? null);
  };
  return findings.map((f) => {
    const id = coveredBy(findingKey(f), new Set());
    if (id !== null) return { ...f, knownIssue: id };
    const expired = own.get(findingKey(f))?.expired;
    return expired === undefined
      ? f
      : { ...f, message: `${f.message} (Known issue ${expired.id} expired on ${expired.expires}.)` };
  });
}

function issuesFor(f: Finding, { issues, level, today }: Accepting) {
  const fitting = mayBeAccepted(f) ? issues.filter((issue) => issue.level === level && names(issue, f)) : [];
  return { valid: fitting.find((issue) => !hasExpired(issue, today)), expired: fitting[0] };
}

function names(issue: KnownIssue, f: Finding): boolean {
  return (
    issue.code === f.code &&
    issue.host === f.host &&
    f.service !== null &&
    issue.services.includes(f.service) &&
    issue.asset === f.asset &&
    issue.field === f.field
  );
}

function mayBeAccepted(f: Finding): boolean {
  return FINDINGS[f.code].acceptable && (f.severity === 'fail' || f.code === 'hold-too-short');
}

function mayFollow({ code }: Finding, fleet: FleetState): boolean {
  return FINDINGS[code].group !== 'undo' || fleet === 'restored';
}

function hasExpired(issue: KnownIssue, today: string): boolean {
  return issue.expires < today;
}

/** The issues of this level that are still valid: those leant on, and those filed and no longer seen. */
export function footnotesOf(
  findings: readonly Finding[],
  { issues, level, today }: Pick<Accepting, 'issues' | 'level' | 'today'>,
): Footnote[] {
  return issues
    .filter((issue) => issue.level === level && !hasExpired(issue, today))
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
