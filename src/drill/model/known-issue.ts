import { FINDINGS, isFindingCode } from './findings.ts';
import type { Plan } from './plan.ts';

/** A finding that somebody has accepted, for a while, by name. It becomes a footnote, never a proof. */
export interface KnownIssue {
  /** Such as `KI-001`. */
  readonly id: string;
  readonly title: string;
  readonly code: string;
  readonly level: number;
  readonly host: string;
  readonly services: readonly string[];
  /** The asset that the finding names, where it names one. */
  readonly asset?: string | undefined;
  /** The field of the halt's state that the finding names, where it names one. */
  readonly field?: string | undefined;
  readonly owner: string;
  /** `YYYY-MM-DD` */
  readonly filed: string;
  readonly fix: string;
  /** `YYYY-MM-DD`; valid to the end of that day, UTC. */
  readonly expires: string;
}

/**
 * Services of the plan of which somebody has accepted, for `today` (`YYYY-MM-DD`, UTC) and this level, that they do not stop as they must.
 * A drill does not end for the others because of them.
 */
export function acceptedNotToStop(
  { level, services }: Pick<Plan, 'level' | 'services'>,
  issues: readonly KnownIssue[],
  today: string,
): ReadonlySet<string> {
  const valid = issues.filter(
    ({ code, level: at, expires }) => at === level && expires >= today && isFailedStop(code),
  );
  const named = services.filter(({ name, host }) =>
    valid.some((issue) => issue.host === host && issue.services.includes(name)),
  );
  return new Set(named.map(({ name }) => name));
}

function isFailedStop(code: string): boolean {
  if (!isFindingCode(code)) return false;
  const { group, severity, acceptable } = FINDINGS[code];
  return group === 'stopping' && severity === 'fail' && acceptable;
}
