import type { FindingCode } from '../model/findings.ts';
import { type Finding, findingKey } from '../model/verdict.ts';
import { haltedState } from './broker-memory.ts';
import type { CaseFile } from './case-file.ts';
import { isWhole } from './completeness.ts';
import { accountsAfterDeadline, accountsAroundDeadline, accountsAtBaseline } from './effects.ts';
import { holdOf } from './hold.ts';

const STOPS: readonly FindingCode[] = [
  'successful-no-op',
  'partial-stop',
  'frozen-not-stopped',
  'renamed-survivor',
  'orphaned-children',
  'respawned',
  'boot-resurrection',
  'flapped',
  'late-stop',
];
/** What keeps a host from being observed, the deepest first. */
const BLINDERS: readonly FindingCode[] = [
  'wrong-host-probe',
  'unreachable-host',
  'blind-probe',
  'sampled-too-coarsely',
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
  'missing-incident',
  'duplicate-incident',
  'leaked-command',
  'unguarded-resume',
  'guard-side-effect',
  'split-state',
  'unreadable-broker',
  'unreadable-store',
  ...BLINDERS,
];

/** The first finding of any of these codes that fits, by its key. No finding has its own code among its causes. */
type First = (codes: readonly FindingCode[], fits?: (other: Finding) => boolean) => string | null;

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
  const first: First = (codes, fits = () => true) => {
    for (const code of codes) {
      const found = all.find((other) => other.code === code && fits(other));
      if (found !== undefined) return findingKey(found);
    }
    return null;
  };
  const asset = f.asset ?? '';
  switch (f.code) {
    case 'unreachable-host':
    case 'blind-probe':
    case 'sampled-too-coarsely':
      // On whichever side of the deadline an order was: it is of one that stopped late, or not at all.
      if (f.asset !== undefined) return allAccounts(accountsAroundDeadline(c, asset), STOPS, first);
      // A host that is lost, or another one, also misses its controls, and samples.
      return f.service === null
        ? first(
            BLINDERS.slice(0, BLINDERS.indexOf(f.code)),
            (other) => other.host === f.host && other.service === null,
          )
        : null;
    case 'successful-no-op':
      return first(['false-success'], (other) => other.host === f.host);
    case 'false-claim':
    case 'wrong-host-stop':
      return first(STOPS, (other) => other.service === f.service);
    case 'hold-too-short':
      return first(STOPS, (other) => other.service === f.service && other.host === f.host);
    case 'order-after-halt':
      return first(['wrong-asset']) ?? allAccounts(accountsAfterDeadline(c, asset), STOPS, first);
    case 'position-not-flat':
      return first(['wrong-asset']) ?? first(['order-after-halt'], (other) => other.asset === f.asset);
    case 'collateral-halt':
      return first(['wrong-asset']) ?? allAccounts(accountsAtBaseline(c, asset), ['collateral-stop'], first);
    case 'respawned':
    case 'boot-resurrection':
    case 'flapped':
      return first(['silent-downgrade']);
    case 'collateral-stop':
    case 'incident-rewritten':
      return first(['foreign-halt']);
    case 'unlogged-refusal':
      return first(['audit-tampered']);
    case 'incident-left-open':
      return first(['foreign-halt', 'duplicate-incident', 'broker-down']);
    case 'unlogged-halt':
      return first(c.trigger?.reply?.recorded === false ? ['audit-tampered', ...STATES] : ['audit-tampered']);
    case 'unpersisted-halt':
      return first(['amnesia-restart']) ?? causeOfNoState(c, first);
    case 'silent-downgrade':
      return first(STATES) ?? (c.trigger?.reply?.acknowledged === true ? null : first(['partial-stop']));
    case 'missing-incident':
      return first(STATES);
    case 'split-state':
      return (
        first([...STATES, 'silent-downgrade', 'partial-amnesia', 'wrong-asset']) ??
        (c.brokerMustStop ? first(STOPS, (other) => other.service === f.service) : null)
      );
    case 'wrong-asset':
      return first(['guard-side-effect']);
    case 'partial-amnesia':
      return first(['duplicate-incident']);
    case 'broker-down':
      return first(['self-halt', 'guard-side-effect']);
    case 'self-halt':
      return first(['guard-side-effect'], (other) => other.service === f.service);
    case 'survivor-restarted':
      // One that comes up and goes down, over and over, is down.
      return first(['guard-side-effect', 'broker-down'], (other) => other.service === f.service);
    case 'unreadable-broker':
    case 'unreadable-store':
      return first(['broker-down']);
    case 'interlock':
      // What cannot be asked of a broker that says nothing is refused for that reason.
      return first(['unreadable-broker'], (other) => other.service === f.service);
    case 'unrestored-service':
      return causeOfNoReturn(c, f, first);
    case 'cut-short':
      if (f.asset !== undefined)
        return first(['foreign-halt', 'broker-down', 'incident-left-open', 'unrestored-service']);
      return f.service === null && c.interrupted.length === 0 && isWhole(c) ? causeOfCut(c, first) : null;
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
function causeOfCut(c: CaseFile, first: First): string | null {
  return first(holdOf(c) === null ? CUTTERS : CUTTERS.filter((code) => !STOPS.includes(code)));
}

// Only if every account that placed orders, or no longer does, is a service of which there is such a finding.
function allAccounts(
  accounts: readonly string[],
  codes: readonly FindingCode[],
  first: First,
): string | null {
  const causes = accounts.map((account) => first(codes, (other) => other.service === account));
  return causes.includes(null) ? null : (causes[0] ?? null);
}

// What was refused, or acknowledged and never begun, is in no store: then nothing but the reply ever spoke of a halt.
function causeOfNoState(c: CaseFile, first: First): string | null {
  if (isRefusedLoneHalt(c)) return first(['partial-stop']);
  return haltedState(c)?.source === 'reply' ? first(['successful-no-op']) : null;
}

// Nothing is started under another's halt; and what the broker did not mean to stop it does not bring back.
function causeOfNoReturn(c: CaseFile, f: Finding, first: First): string | null {
  const foreign = first(['foreign-halt']);
  if (foreign !== null) return foreign;
  if (f.asset !== undefined) {
    return neverLifted(c, f, first) ?? first(['collateral-halt'], (other) => other.asset === f.asset);
  }
  const forgotten = wasStartedByRunner(c, f) ? neverLifted(c, f, first) : null;
  return forgotten ?? first(['collateral-stop'], (other) => other.service === f.service);
}

// A broker that is gone, or has forgotten the halt, lifts none.
function neverLifted(c: CaseFile, f: Finding, first: First): string | null {
  return first(['broker-down'], (down) => down.service === f.service) ?? first(forgetting(c));
}

function wasStartedByRunner(c: CaseFile, f: Finding): boolean {
  return c.starts.some(
    ({ intent }) => intent.act.act === 'start-service' && intent.act.service === f.service,
  );
}
