import { notCovered } from '../../model/coverage.ts';
import { FINDINGS, type FindingCode } from '../../model/findings.ts';
import type { Entry, Judging } from '../../model/journal.ts';
import type { Finding, FleetState, Verdict } from '../../model/verdict.ts';
import { findingKey } from '../../model/verdict.ts';
import { type CaseFile, openCase, servicesOf } from '../evidence/index.ts';
import { type Fault, fault, merged, plainFinding } from '../finding.ts';
import { askAll, effectSummaries, JUDGES, type Judge } from '../judges/index.ts';
import { fleetState, foreseen, proveKept, proveStop, uncountedTargets } from '../proofs/index.ts';
import { accept, footnotesOf } from './acceptance.ts';
import { causesAmong, hangConsequences } from './causes.ts';
import { guardSummaries } from './guard-summary.ts';
import { headlineOf } from './headline.ts';
import { exitCodeOf, verdictOf } from './lattice.ts';
import { manualSummary } from './manual-summary.ts';
import { shownByPs } from './shown-by-ps.ts';
import { stopSummaries } from './stop-summary.ts';
import { brokerSummary, claimSentences, controlSummaries, haltSummary } from './summary.ts';

/** The questions that are asked; all of them, but in a test of what is not asked. */
type Asked = readonly Pick<Judge, 'name' | 'judge'>[];

/** Judges a finished journal. Throws where it has no `opened` record; anything else that throws becomes a finding. */
export function judge(entries: readonly Entry[], options: Judging, judges: Asked = JUDGES): Verdict {
  const verdict = judgeEvidence(entries, options, judges);
  return entries.some((entry) => entry.kind === 'failed') ? withoutPass(verdict) : verdict;
}

function judgeEvidence(entries: readonly Entry[], options: Judging, judges: Asked): Verdict {
  const c = openCase(entries);
  const { plan, drillId, runner, inventory, drillSha256, gateSkipped } = c.opened;
  const fleet = fleetState(c);
  const { findings, footnotes } = findingsOf(c, fleet, options, judges);
  const { verdict, qualified } = verdictOf({
    fired: c.fired !== null,
    interrupted: c.interrupted.length > 0,
    fleet,
    findings,
  });
  const foresight = foreseen(c);
  const halt = haltSummary(c);
  const manualResume = manualSummary(c);
  const coverage = coverageOf(c);
  return {
    schemaVersion: 1,
    drillId,
    drill: plan.drill,
    title: plan.title,
    level: plan.level,
    verdict,
    qualified,
    headline: headlineOf(c, { verdict, fleet, findings, footnotes, halt, targets: coverage.targets }),
    environment: plan.environment,
    runner,
    inventory,
    ...(drillSha256 === undefined ? {} : { drillSha256 }),
    fleet,
    exitCode: exitCodeOf(verdict, fleet, qualified && options.strict),
    startedAt: entries[0]?.wall ?? '',
    finishedAt: entries.at(-1)?.wall ?? '',
    findings,
    footnotes,
    coverage,
    halt,
    broker: brokerSummary(c),
    ...(manualResume !== null && { manualResume }),
    guards: guardSummaries(c),
    stopConditions: stopSummaries(c),
    effects: effectSummaries(c),
    controls: controlSummaries(c),
    claims: claimSentences(c),
    ...notCoveredIn(c),
    notTested: [...plan.notTested, ...uncountedTargets(c), ...shownByPs(c)],
    ...(foresight.length === 0 ? {} : { foresight }),
    ...(gateSkipped === undefined ? {} : { gateSkipped }),
  };
}

/** What was found, hung on its causes and covered by what is accepted; and the issues that this leans on. */
function findingsOf(c: CaseFile, fleet: FleetState, { today }: Judging, judges: Asked) {
  const { plan, knownIssues } = c.opened;
  const found = unique(askAll(c, judges));
  const faults = sorted([...found, ...unexplained(c, found)]);
  const cameOf = causesAmong(c, faults);
  const accepting = { level: plan.level, today, issues: knownIssues, fleet, cameOf };
  const judged = accept(hangConsequences(faults, cameOf), accepting).map(plainFinding);
  const findings = [...judged, ...unrestored(c, judged, fleet)];
  const footnotes = footnotesOf(findings, accepting).filter(
    (note) => c.trigger !== null || note.findings > 0,
  );
  return { findings, footnotes };
}

function coverageOf(c: CaseFile): Verdict['coverage'] {
  const targets = servicesOf(c, 'target');
  const survivors = servicesOf(c, 'survivor');
  return {
    hosts: {
      declared: c.plan.hosts.length,
      answered: [...c.hosts.values()].filter((host) => host.good.length > 0).length,
    },
    targets: {
      declared: targets.length,
      proven: targets.filter((service) => proveStop(c, service).proven).length,
    },
    survivors: {
      declared: survivors.length,
      proven: survivors.filter((service) => proveKept(c, service)).length,
    },
  };
}

function notCoveredIn({ plan }: CaseFile): Pick<Verdict, 'notCovered'> {
  const missing = notCovered(plan);
  return missing.length === 0 ? {} : { notCovered: missing };
}

/** Judges a finished journal as it was asked for when the drill began. */
export function judgeJournal(entries: readonly Entry[], asked: Partial<Judging> = {}): Verdict {
  const opened = entries.find((entry) => entry.kind === 'opened');
  return judge(entries, { today: '', strict: false, ...opened?.judging, ...asked });
}

/** Evidence of a drill that failed inside may not be on disk, or not whole: nothing is proven by it. */
export function withoutPass(verdict: Verdict): Verdict {
  if (verdict.verdict !== 'pass') return verdict;
  const headline = verdict.headline.replace(
    /PASS.*$/s,
    'INCONCLUSIVE: the drill ended with an internal error, so its evidence may not be whole',
  );
  const exitCode = verdict.exitCode === 5 ? 5 : 70;
  return { ...verdict, verdict: 'inconclusive', qualified: false, headline, exitCode };
}

/** A net under all judges: what is not proven, and by no finding said to be so, keeps the verdict from being a pass. */
function unexplained(c: CaseFile, found: readonly Fault[]): Fault[] {
  if (c.trigger === null) return [];
  const silent = [
    ...servicesOf(c, 'target').filter((service) => !proveStop(c, service).proven),
    ...servicesOf(c, 'survivor').filter((service) => !proveKept(c, service)),
  ].filter(({ planned }) => !found.some((f) => explains(f, planned)));
  return silent.map(({ planned }) =>
    fault('judge-failed', 'nobody says why', { host: planned.host, service: planned.name }, {}),
  );
}

/** And what is not proven restored, and by nothing open said to be so, is said. */
function unrestored(c: CaseFile, findings: readonly Finding[], fleet: FleetState): Finding[] {
  if (c.trigger === null || fleet === 'restored' || c.interrupted.length > 0) return [];
  const open = findings.filter(({ knownIssue }) => knownIssue === null);
  if (open.some((f) => FINDINGS[f.code].group === 'undo' || f.severity === 'inconclusive')) return [];
  return [plainFinding(fault('undo-unseen', 'fleet not proven restored', {}, {}))];
}

function explains(f: Finding, planned: { readonly name: string; readonly host: string }): boolean {
  if (f.service !== null) return f.service === planned.name && f.code !== 'unlogged-halt';
  return f.asset === undefined && (f.host === null || f.host === planned.host);
}

// A subject has one finding of a kind; a second one only adds to it.
function unique(findings: readonly Fault[]): Fault[] {
  const byKey = new Map<string, Fault>();
  for (const f of findings) {
    const first = byKey.get(findingKey(f));
    byKey.set(findingKey(f), first === undefined ? f : merged(first, f));
  }
  return [...byKey.values()];
}

const ORDER = new Map(Object.keys(FINDINGS).map((code, index) => [code as FindingCode, index]));

function sorted(findings: readonly Fault[]): Fault[] {
  const rank = (f: Fault): number => (f.severity === 'fail' ? 0 : 1000) + (ORDER.get(f.code) ?? 0);
  return unique(findings).sort((a, b) => rank(a) - rank(b) || compare(findingKey(a), findingKey(b)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
