import type { FindingCode } from '../model/findings.ts';
import { type Finding, findingKey } from '../model/verdict.ts';
import type { CaseFile } from './case-file.ts';
import { accountsAfterDeadline } from './effects.ts';
import { holdOf } from './hold.ts';

const STOPS: readonly FindingCode[] = [
  'successful-no-op',
  'partial-stop',
  'frozen-not-stopped',
  'renamed-survivor',
  'orphaned-children',
  'respawned',
  'flapped',
  'late-stop',
];
const STATES: readonly FindingCode[] = ['amnesia-restart', 'unpersisted-halt'];
/** What makes a runner skip hold, crash or final control, most telling first. */
const CUTTERS: readonly FindingCode[] = [
  ...STOPS,
  'foreign-halt',
  'self-halt',
  'broker-down',
  'amnesia-restart',
  'partial-amnesia',
  'unpersisted-halt',
  'silent-downgrade',
];

/** Hangs every consequence on the finding that caused it: one cause, one primary. */
export function hangConsequences(c: CaseFile, findings: readonly Finding[]): Finding[] {
  const direct = new Map(findings.map((f) => [findingKey(f), causeOf(c, f, findings)]));
  return findings.map((f) => {
    let cause = direct.get(findingKey(f)) ?? null;
    const passed = new Set([findingKey(f)]);
    while (cause !== null && !passed.has(cause)) {
      const next = direct.get(cause) ?? null;
      if (next === null) return { ...f, consequenceOf: cause };
      passed.add(cause);
      cause = next;
    }
    return f;
  });
}

function causeOf(c: CaseFile, f: Finding, all: readonly Finding[]): string | null {
  const first = (
    codes: readonly FindingCode[],
    fits: (other: Finding) => boolean = () => true,
  ): string | null => {
    for (const code of codes) {
      const found = all.find((other) => other.code === code && other !== f && fits(other));
      if (found !== undefined) return findingKey(found);
    }
    return null;
  };
  switch (f.code) {
    case 'false-claim':
    case 'wrong-host-stop':
      return first(STOPS, (other) => other.service === f.service);
    case 'order-after-halt':
      return causeOfOrders(c, f, first);
    case 'unpersisted-halt':
      return first(['amnesia-restart']) ?? (isRefusedLoneHalt(c) ? first(['partial-stop']) : null);
    case 'silent-downgrade':
      return first(STATES) ?? (c.trigger?.reply?.acknowledged === true ? null : first(['partial-stop']));
    case 'missing-incident':
      return first(STATES);
    case 'split-state':
      return (
        first(STATES) ?? (c.brokerMustStop ? first(STOPS, (other) => other.service === f.service) : null)
      );
    case 'broker-down':
      return first(['self-halt']);
    case 'unreadable-broker':
    case 'unreadable-store':
      return first(['broker-down']);
    case 'unrestored-service':
      return f.asset !== undefined || wasStartedByRunner(c, f) ? first(forgetting(c)) : null;
    case 'cut-short':
      return f.service === null && f.asset === undefined && c.interrupted.length === 0
        ? causeOfCut(c, first)
        : null;
    default:
      return null;
  }
}

// What was refused is in no store; while the broker lives, its API would say so, and where it must be gone nothing does.
function isRefusedLoneHalt(c: CaseFile): boolean {
  return c.brokerMustStop && c.trigger?.reply?.acknowledged === false;
}

// Where no halt is found to be lifted, the steps that lift one are not taken.
function forgetting(c: CaseFile): readonly FindingCode[] {
  return c.plan.resume === 'manual' ? STATES : ['amnesia-restart'];
}

// A target that did go, if late, kept the runner from nothing: only one that was there at the end of the halt did.
function causeOfCut(c: CaseFile, first: (codes: readonly FindingCode[]) => string | null): string | null {
  return first(holdOf(c) === null ? CUTTERS : CUTTERS.filter((code) => !STOPS.includes(code)));
}

// Only if every account that still placed orders is a service that is known not to have stopped.
function causeOfOrders(
  c: CaseFile,
  f: Finding,
  first: (codes: readonly FindingCode[], fits: (other: Finding) => boolean) => string | null,
): string | null {
  const accounts = f.asset === undefined ? [] : accountsAfterDeadline(c, f.asset);
  const causes = accounts.map((account) => first(STOPS, (other) => other.service === account));
  return causes.length > 0 && causes.every((cause) => cause !== null) ? (causes[0] ?? null) : null;
}

function wasStartedByRunner(c: CaseFile, f: Finding): boolean {
  return c.starts.some(
    ({ intent }) => intent.act.act === 'start-service' && intent.act.service === f.service,
  );
}
