import { FINDINGS } from '../model/findings.ts';
import { plain } from '../model/harmless.ts';
import { type Finding, findingKey, type Verdict } from '../model/verdict.ts';
import { subjectOf } from './findings-list.ts';
import { haltSurvivedCrash } from './proven.ts';
import { exitWords, FLEET, headlineOf, OUTCOMES } from './words.ts';

/** One line of a test report. `skipped` is what somebody accepted, or what this drill does not ask for; it proves nothing. */
export interface Case {
  /** What it is one of, such as `targets`. */
  readonly kind: string;
  readonly name: string;
  readonly result: 'passed' | 'skipped' | 'failure' | 'error';
  /** In a line, why it did not pass. */
  readonly why: string;
  /** What is shown below it. */
  readonly findings: readonly Finding[];
}

/** A check by itself, and the findings that are about it. */
interface Check {
  readonly kind: string;
  readonly name: string;
  /** What the check says where no finding does. */
  readonly alone: Pick<Case, 'result' | 'why'>;
  readonly about: (finding: Finding) => boolean;
}

const PASSED = { result: 'passed', why: '' } as const;

/**
 * What a drill asked, one case a question; every finding in exactly one of them, with a case of its own where no question is
 * about it. The first is the verdict: all of them are green or skipped only where the exit code is 0.
 */
export function casesOf(verdict: Verdict): Case[] {
  const left = new Set(verdict.findings);
  const checks = checksOf(verdict).map((check): Case => {
    const findings = [...left].filter(check.about);
    for (const finding of findings) left.delete(finding);
    return caseOf(check, findings);
  });
  const others = [...left].map(
    (finding): Case => ({
      kind: 'findings',
      name: `${finding.code} ${subjectOf(finding)}${finding.asset === undefined ? '' : ` (${plain(finding.asset, 80)})`}`,
      result: resultOf(finding),
      why: whyOf(finding),
      findings: [finding],
    }),
  );
  return [verdictCase(verdict), ...checks, ...others];
}

function caseOf({ kind, name, alone }: Check, findings: readonly Finding[]): Case {
  // What somebody accepted is why the check did not pass by itself.
  const worst = [...findings].sort((a, b) => rank(resultOf(b)) - rank(resultOf(a)))[0];
  if (worst === undefined) return { kind, name, ...alone, findings };
  return { kind, name, result: resultOf(worst), why: whyOf(worst), findings };
}

function rank(result: Case['result']): number {
  return ['passed', 'skipped', 'error', 'failure'].indexOf(result);
}

function resultOf({ knownIssue, severity }: Finding): Case['result'] {
  if (knownIssue !== null) return 'skipped';
  return severity === 'inconclusive' ? 'error' : 'failure';
}

function whyOf(finding: Finding): string {
  const accepted =
    finding.knownIssue === null ? '' : `accepted by ${plain(finding.knownIssue, 80)}, not proven: `;
  return `${accepted}${finding.code}: ${plain(finding.message)}`;
}

function verdictCase(verdict: Verdict): Case {
  const why = `${plain(headlineOf(verdict))}; exit code ${verdict.exitCode}: ${exitWords(verdict)}`;
  const issues = verdict.footnotes.map(({ id }) => plain(id, 80)).join(', ');
  const base = { kind: 'verdict', name: 'the verdict', findings: [] };
  if (verdict.exitCode === 0)
    return verdict.qualified
      ? { ...base, result: 'skipped', why: `accepted by ${issues}, not proven: ${why}` }
      : { ...base, ...PASSED };
  return { ...base, result: verdict.exitCode === 1 ? 'failure' : 'error', why };
}

function checksOf(verdict: Verdict): Check[] {
  return [
    ...stateChecks(verdict),
    ...serviceChecks(verdict),
    ...effectChecks(verdict),
    ...guardChecks(verdict),
    ...verdict.stopConditions.map(
      ({ condition, met }): Check => ({
        kind: 'stop-conditions',
        name: plain(condition, 200),
        alone: met === null ? PASSED : { result: 'error', why: `it came true: ${plain(met, 200)}` },
        about: () => false,
      }),
    ),
    ...verdict.controls.map(
      (control): Check => ({
        kind: 'controls',
        name: plain(control.host, 80),
        alone: control.held ? PASSED : { result: 'error', why: 'the controls did not hold' },
        about: ({ host, service }) => host === control.host && service === null,
      }),
    ),
    fleetCheck(verdict),
  ];
}

/** Whether each target stopped and each survivor was kept. Two of one name live on two hosts. */
function serviceChecks({ halt }: Verdict): Check[] {
  return halt.services.flatMap((service): Check[] => {
    if (service.role === 'bystander') return [];
    const proven = service.outcome === (service.role === 'target' ? 'stopped' : 'kept');
    return [
      {
        kind: service.role === 'target' ? 'targets' : 'survivors',
        name: `${plain(service.service, 80)} on ${plain(service.host, 80)}`,
        alone: proven ? PASSED : { result: 'error', why: `not proven: ${OUTCOMES[service.outcome]}` },
        about: (finding) => finding.service === service.service && finding.host === service.host,
      },
    ];
  });
}

function stateChecks(verdict: Verdict): Check[] {
  const { crash } = verdict.broker;
  const survived: Check['alone'] = !crash.done
    ? { result: 'skipped', why: `the broker was not killed: ${plain(crash.why)}` }
    : haltSurvivedCrash(verdict)
      ? PASSED
      : { result: 'error', why: 'not proven: see what API and store said after the crash' };
  return [
    {
      kind: 'state',
      name: 'the halt in API and store, and through the crash of the broker',
      alone: survived,
      about: ({ code }) => FINDINGS[code].group === 'state',
    },
  ];
}

function effectChecks({ effects, verdict }: Verdict): Check[] {
  return effects.map(
    (effect): Check => ({
      kind: 'effects',
      name: `${plain(effect.asset, 80)} is ${effect.expected}`,
      alone: effectAlone(effect, verdict === 'pass'),
      about: (finding) => finding.asset === effect.asset,
    }),
  );
}

function effectAlone(
  { expected, ordersAfterDeadline }: Verdict['effects'][number],
  passed: boolean,
): Check['alone'] {
  if (passed) return PASSED;
  if (ordersAfterDeadline === null)
    return { result: 'error', why: 'not proven: the independent system was not read' };
  return expected.startsWith('silent') && ordersAfterDeadline > 0
    ? { result: 'error', why: `${ordersAfterDeadline} orders were accepted after the deadline` }
    : PASSED;
}

const GUARDS_NOT_PROVEN = {
  'took effect': { result: 'failure', why: 'a request that had to do nothing took effect' },
  unclear: { result: 'error', why: 'not clear whether it did nothing' },
  'not tried': { result: 'error', why: 'not tried' },
} as const;

function guardChecks({ guards }: Verdict): Check[] {
  return guards.map(
    ({ guard, what, outcome }): Check => ({
      kind: 'guards',
      name: `${plain(what)} (${guard})`,
      alone: outcome === 'refused' || outcome === 'harmless' ? PASSED : GUARDS_NOT_PROVEN[outcome],
      // A finding does not say which request it is about.
      about: () => false,
    }),
  );
}

function fleetCheck({ fleet, findings }: Verdict): Check {
  const undone = new Set(
    findings.filter(({ code }) => FINDINGS[code].group === 'undo').map((finding) => findingKey(finding)),
  );
  return {
    kind: 'undo',
    name: 'the fleet is as it was before the drill',
    alone:
      fleet === 'restored' || fleet === 'untouched' ? PASSED : { result: 'error', why: plain(FLEET[fleet]) },
    about: (finding) => undone.has(findingKey(finding)),
  };
}
