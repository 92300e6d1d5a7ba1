import { judge } from '../../../src/drill/09-judge/verdict/judge.ts';
import { FINDINGS } from '../../../src/drill/model/findings.ts';
import type { Entry } from '../../../src/drill/model/journal.ts';
import type { KnownIssue } from '../../../src/drill/model/known-issue.ts';
import { findingKey, type Verdict } from '../../../src/drill/model/verdict.ts';
import { type Golden, goldens } from '../goldens.ts';
import { knownIssue } from '../known.ts';
import { journalOf, type Scenario } from '../scenario.ts';
import type { Change } from '../scenarios/case.ts';

/** A row of the tables that is no pass, and what a judge says of it alone. */
export interface Fault {
  /** The drill that it begins with, its table, and its row. */
  readonly base: string;
  readonly name: string;
  readonly begins: () => Scenario;
  readonly change: Change;
  readonly verdict: Verdict;
  /** What is accepted of it: every primary finding that may be. */
  readonly accepted: readonly KnownIssue[];
}

const options = { today: '2026-11-22', strict: false };

export function judged(entries: readonly Entry[]): Verdict {
  return judge(entries, options);
}

/** Every primary finding that may be accepted. */
export function acceptedOf({ findings, level }: Verdict): KnownIssue[] {
  return findings
    .filter(({ code, consequenceOf }) => consequenceOf === null && FINDINGS[code].acceptable)
    .flatMap(({ code, host, service, asset }) =>
      host === null || service === null
        ? []
        : [{ code, host, service, ...(asset === undefined ? {} : { asset }) }],
    )
    .map((subject, index) => knownIssue(subject, level, index + 1));
}

/** The journal of these changes, one after the other, with these issues known. */
export function played(
  begins: () => Scenario,
  changes: readonly Change[],
  known: readonly KnownIssue[] = [],
): Entry[] {
  const s = begins();
  for (const change of changes) change(s);
  s.knownIssues = [...s.knownIssues, ...known];
  return journalOf(s);
}

function faultOf({ file, name, relativeTo, begins, change }: Golden): Fault[] {
  if (change === null || relativeTo === null) return [];
  const verdict = judged(played(begins, [change]));
  if (verdict.exitCode === 0) return [];
  const accepted = acceptedOf(verdict);
  return [{ base: relativeTo.name, name: `${file}: ${name}`, begins, change, verdict, accepted }];
}

export function allFaults(): Fault[] {
  return goldens.flatMap(faultOf);
}

/** Faults that a judge speaks of alike: the same findings about the same subjects, in the same kind of drill. */
export function alike(faults: readonly Fault[]): Fault[][] {
  return classes(faults, ({ base, verdict }) => {
    const said = verdict.findings.map((one) => `${findingKey(one)} ${one.consequenceOf === null}`).toSorted();
    return [base, verdict.fleet, ...said].join('; ');
  });
}

/** Faults of which the same would be accepted; those of which nothing can be are in no class. */
export function acceptedAlike(faults: readonly Fault[]): Fault[][] {
  const some = faults.filter(({ accepted }) => accepted.length > 0);
  return classes(some, ({ base, accepted }) => [base, ...accepted.map(subjectOf).toSorted()].join('; '));
}

/** What a known issue is about, in one string. */
function subjectOf(issue: KnownIssue): string {
  const asset = 'asset' in issue ? ` ${String(issue.asset)}` : '';
  return `${issue.code} ${issue.host}/${issue.services.join('+')}${asset}`;
}

function classes(faults: readonly Fault[], by: (fault: Fault) => string): Fault[][] {
  const found = new Map<string, Fault[]>();
  for (const fault of faults) {
    const key = by(fault);
    found.set(key, [...(found.get(key) ?? []), fault]);
  }
  return [...found.values()];
}
