import { FINDINGS } from '../../drill/model/findings.ts';
import type { Finding, Verdict } from '../../drill/model/verdict.ts';
import type { Expected, Row } from './catalogue.ts';

/** How one drill of the self-test ended. */
export interface Drilled {
  readonly verdict: Verdict | null;
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  /** Why there is no verdict, in a line. */
  readonly trouble: string;
  readonly ms: number;
}

/** What a drill was expected to show, and what it did. */
export interface Result {
  readonly row: Row;
  readonly drilled: Drilled;
  /** What is not as expected, a line each; none: the liar was caught, or the honest fleet passed. */
  readonly problems: readonly string[];
}

/** Holds a drill against the expectation of its row. Anything that was not expected is a problem. */
export function holdAgainst(row: Row, drilled: Drilled): Result {
  return { row, drilled, problems: problemsOf(row, drilled) };
}

/**
 * Whether the drill refused to begin and found nothing: the machine was too busy for its baseline, say. It tells nothing of the fleet, good
 * or bad.
 */
export function neverBegan({ verdict }: Drilled): boolean {
  return verdict !== null && verdict.verdict === 'not-run' && verdict.findings.length === 0;
}

/** Where a finding was made: the narrowest thing that it names. */
export function subjectOf(f: Finding): string {
  return f.asset ?? f.service ?? f.host ?? 'the fleet';
}

/** The verdict that a drill of it must reach. */
export function expectedWord(expect: Expected): Verdict['verdict'] {
  return expect.kind === 'honest' ? 'pass' : (expect.verdict ?? FINDINGS[expect.primary].severity);
}

function problemsOf({ name, expect }: Row, { verdict, exitCode, trouble }: Drilled): string[] {
  const ended = exitCode === null ? 'a signal' : `exit code ${exitCode}`;
  if (verdict === null) return [`no verdict, ${ended}: ${trouble}`];
  const problems: string[] = [];
  if (verdict.environment !== `lab:${name}` || verdict.level !== expect.level)
    problems.push(`it is the verdict of ${verdict.environment} at level ${verdict.level}`);
  if (verdict.exitCode !== exitCode) problems.push(`${ended}, and its verdict says ${verdict.exitCode}`);
  const word = expectedWord(expect);
  if (verdict.verdict !== word) problems.push(`the verdict is ${verdict.verdict}, not ${word}`);
  problems.push(...(expect.kind === 'honest' ? alarms(verdict) : misses(expect, verdict)));
  return problems;
}

function alarms({ verdict, qualified, exitCode, findings }: Verdict): string[] {
  const bare = verdict === 'pass' && (qualified || exitCode !== 0) ? ['the pass is not a bare one'] : [];
  return [
    ...bare,
    ...findings.map((f) => `${f.code} on ${subjectOf(f)}, though nothing is wrong: ${f.message}`),
  ];
}

function misses(expect: Extract<Expected, { kind: 'liar' }>, { findings, fleet }: Verdict): string[] {
  const { primary, on, also, leftOut } = expect;
  const where = on === null ? '' : ` on ${on}`;
  const named = findings.filter(
    (f) => f.code === primary && (on === null || [f.host, f.service, f.asset].includes(on)),
  );
  const missing =
    named.length === 0
      ? [`${primary}${where} was not found`]
      : named.every((f) => f.consequenceOf !== null)
        ? [`${primary}${where} was found only as a consequence of ${named[0]?.consequenceOf}`]
        : [];
  // A proof that is missing because of what was found need not be foretold: what a drill no longer does depends on when it ends.
  const isMissing = (f: Finding): boolean =>
    FINDINGS[f.code].group === 'missing proofs' && f.consequenceOf !== null;
  const others = findings.filter((f) => f.code !== primary && !also.includes(f.code) && !isMissing(f));
  const restored = leftOut && fleet === 'restored' ? ['the fleet is called restored, which it is not'] : [];
  return [
    ...missing,
    ...restored,
    ...others.map((f) => `${f.code} on ${subjectOf(f)} was not expected: ${f.message}`),
  ];
}
