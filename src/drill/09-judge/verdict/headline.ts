import { asksStatus, notCovered, readsStore } from '../../model/coverage.ts';
import { FINDINGS, type FindingCode } from '../../model/findings.ts';
import type { Finding, FleetState, Footnote, HaltSummary, VerdictWord } from '../../model/verdict.ts';
import { harmless, seconds } from '../../model/wording.ts';
import { type CaseFile, heldBy } from '../evidence/index.ts';

export interface HeadlineFacts {
  readonly verdict: VerdictWord;
  readonly fleet: FleetState;
  readonly findings: readonly Finding[];
  readonly footnotes: readonly Footnote[];
  readonly targets: { readonly declared: number; readonly proven: number };
  readonly halt: HaltSummary;
}

/** The verdict in one line; a lab's says so first. */
export function headlineOf(c: CaseFile, facts: HeadlineFacts): string {
  const { environment } = c.plan;
  const lab = environment.startsWith('lab:') ? `LAB (${environment.slice('lab:'.length)}): ` : '';
  const lost = facts.fleet === 'halted' || facts.fleet === 'unknown';
  if (lost && facts.verdict === 'aborted' && heldBy(c) !== null)
    return `${lab}ABORTED: THE FLEET IS LEFT HALTED ${heldBy(c)}`;
  const foreign = c.stops.some(({ action }) => action === 'hands-off')
    ? '; HANDS OFF: A HALT THAT IS NOT THIS DRILL’S'
    : '';
  // Before anything else: whoever reads no further must have read this.
  const first = lost ? 'THE FLEET IS NOT PROVEN RESTORED; ' : '';
  return `${lab}${first}${sentence(c, facts)}${foreign}`;
}

function sentence(c: CaseFile, facts: HeadlineFacts): string {
  switch (facts.verdict) {
    case 'pass':
      return passed(c, facts);
    case 'fail':
      return `FAIL: ${worst(facts.findings.filter((f) => f.severity === 'fail' && f.knownIssue === null))}`;
    case 'inconclusive':
      return `INCONCLUSIVE: ${worst(facts.findings.filter((f) => f.knownIssue === null))}`;
    case 'aborted':
      return `ABORTED: ${harmless(c.interrupted[0]?.cause ?? 'interrupted', 300)}${facts.fleet === 'restored' ? '; the fleet is restored' : ''}`;
    case 'not-run':
      return `NOT RUN: ${whyNotRun(c, facts.findings)}`;
  }
}

function passed(c: CaseFile, { footnotes, targets, halt, fleet }: HeadlineFacts): string {
  const leant = footnotes.filter((note) => note.findings > 0);
  if (leant.length > 0) {
    const marks = leant.map((note) => `[^${note.id}]`).join('');
    const issues = leant.length === 1 ? '1 known issue' : `${leant.length} known issues`;
    return `PASS with ${issues}${marks}: ${targets.proven} of ${targets.declared} targets proven${withoutProof(c)}`;
  }
  const held = seconds(halt.heldMs ?? 0);
  const what =
    targets.declared > 0
      ? `${targets.proven} ${targets.proven === 1 ? 'target' : 'targets'} proven stopped for ${held}`
      : `the halt${c.plan.asset === null ? '' : ` of ${c.plan.asset}`} held for ${held}`;
  return `PASS: ${what}${fleet === 'restored' ? ', and everything came back' : ''}${withoutProof(c)}`;
}

/** A pass is about what was covered; where nothing shows the state, or nothing but a claim, that belongs beside the word. */
function withoutProof({ plan }: CaseFile): string {
  if (asksStatus(plan) && readsStore(plan)) return '';
  return ` (not covered: ${notCovered(plan).join(', ')})`;
}

// The most telling kind of finding comes first in the registry; primaries before consequences.
function worst(findings: readonly Finding[]): string {
  const primaries = findings.filter((f) => f.consequenceOf === null);
  // Where what caused them all is no finding of that kind, or accepted, they speak for themselves.
  const telling = primaries.length > 0 ? primaries : findings;
  const [first] = telling;
  if (first === undefined) return 'no finding says why';
  const same = telling.filter((f) => f.code === first.code && f.severity === first.severity);
  const others = telling.filter((f) => f.code !== first.code).length;
  const rest = others === 0 ? '' : `; ${others} more ${others === 1 ? 'finding' : 'findings'}`;
  return `${inWords(first, same)}${rest}`;
}

function inWords(first: Finding, same: readonly Finding[]): string {
  const hosts = [...new Set(same.map((f) => f.host))];
  const where = hosts.length === 1 && hosts[0] != null ? ` on ${hosts[0]}` : '';
  const one = same.length === 1;
  const who = one ? (first.service ?? 'a service') : `${same.length} services`;
  const phrases: Partial<Record<FindingCode, string>> = {
    'successful-no-op': `${who}${where} still ${one ? 'runs' : 'run'} after the broker said stopped`,
    'partial-stop': `${who}${where} did not stop wholly`,
    'late-stop': `${who}${where} stopped after the deadline`,
    respawned: `${who}${where} came back while halted`,
    'boot-resurrection': `${who}${where} came back with the reboot of ${one ? 'its host' : 'their hosts'}`,
    flapped: `${who}${where} came back while halted, and went again`,
    'collateral-stop': `${who}${where} had to survive and ${one ? 'was' : 'were'} stopped`,
    'survivor-restarted': `${who}${where} had to survive and ${one ? 'was' : 'were'} restarted`,
    'unrestored-service': `${who}${where} did not come back after the resume`,
    'unreachable-host': `${one ? (first.host ?? 'a host') : `${same.length} hosts`} could not be observed`,
    'vacuous-target': one
      ? `${first.asset ?? first.service ?? 'something'} was not as it must be before the trigger`
      : `${same.length} things were not as they must be before the trigger`,
    'manual-resume-failed': `a step of the manual resume failed${where}`,
    interlock: one ? harmless(first.message, 300).replace(/\.$/, '') : `${same.length} interlocks refused`,
    'self-halt': 'the broker stopped itself',
    'amnesia-restart': 'the broker restarted and forgot the halt',
  };
  const known = first.asset === undefined ? phrases[first.code] : undefined;
  if (known !== undefined) return known;
  if (first.code === 'unrestored-service') return 'trading did not go on after the resume';
  const { title } = FINDINGS[first.code];
  // An acronym keeps its capitals.
  const words = /^[A-Z][a-z ]/.test(title) ? `${title.charAt(0).toLowerCase()}${title.slice(1)}` : title;
  const subject = first.asset ?? `${first.service ?? ''}${where}`.trim();
  if (!one) return `${words} (${same.length} times)`;
  return subject === '' ? words : `${words} (${subject})`;
}

function whyNotRun(c: CaseFile, findings: readonly Finding[]): string {
  if (c.interrupted[0] !== undefined)
    return `${harmless(c.interrupted[0].cause, 300)}, before anything was triggered`;
  if (findings.length > 0) return worst(findings);
  const note = c.entries.findLast((entry) => entry.kind === 'stage' && entry.note !== null);
  return (note?.kind === 'stage' ? note.note : null) ?? 'nothing was triggered';
}
