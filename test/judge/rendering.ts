import type { Entry } from '../../src/drill/model/journal.ts';
import type { Finding, Verdict } from '../../src/drill/model/verdict.ts';

/** A whole verdict, line by line, with each piece of evidence named by what it is and when it came. Leaves nothing out. */
export function rendered(verdict: Verdict, entries: readonly Entry[]): string[] {
  const {
    headline,
    findings,
    footnotes,
    coverage,
    halt,
    broker,
    guards,
    manualResume = [],
    stopConditions,
    effects,
    controls,
    claims,
    notTested,
    foresight = [],
    ...rest
  } = verdict;
  const { verdict: word, qualified, exitCode, fleet, ...about } = rest;
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const { services, ...halted } = halt;
  return [
    headline,
    `${word}${qualified ? ', qualified' : ''}; exit code ${exitCode}; fleet ${fleet}`,
    ...findings.flatMap((f) => findingLines(f, byId)),
    ...footnotes.map((note) => `footnote ${JSON.stringify(note)}`),
    ...Object.entries(coverage).map(([what, { declared, ...some }]) => {
      const [[how, count] = ['?', 0]] = Object.entries(some);
      return `${what}: ${count} of ${declared} ${how}`;
    }),
    `halt ${JSON.stringify(halted)}`,
    ...services.map(({ service, host, role, outcome, stoppedAfterMs, baselinePids, finalPids }) => {
      const stopped = stoppedAfterMs === null ? '' : ` ${stoppedAfterMs.join('-')} ms after T0`;
      return `${role} ${service}@${host}: ${outcome}${stopped}; pid ${pids(baselinePids)} before, ${pids(finalPids)} now`;
    }),
    ...broker.moments.map(
      ({ moment, api, store }) => `${moment}: API ${JSON.stringify(api)}, store ${JSON.stringify(store)}`,
    ),
    `crash ${JSON.stringify(broker.crash)}`,
    ...manualResume.map((step) => `step ${JSON.stringify(step)}`),
    ...guards.map((guard) => `guard ${JSON.stringify(guard)}`),
    // Those that did not come true are as the plan has them.
    ...stopConditions
      .filter(({ met }) => met !== null)
      .map((stop) => `stop condition ${JSON.stringify(stop)}`),
    ...effects.map((effect) => `effect ${JSON.stringify(effect)}`),
    ...controls.map((control) => `control ${JSON.stringify(control)}`),
    ...claims.map((claim) => `claim: ${claim}`),
    ...foresight.map((what) => `foreseen: ${what}`),
    ...notTested.map((what) => `not tested: ${what}`),
    `about ${JSON.stringify(about)}`,
  ];
}

function findingLines(f: Finding, byId: ReadonlyMap<string, Entry>): string[] {
  const subject = [f.host ?? '-', f.service ?? '-', ...(f.asset === undefined ? [] : [f.asset])].join('/');
  const cause = f.consequenceOf === null ? '' : `, because of ${f.consequenceOf}`;
  const accepted = f.knownIssue === null ? '' : `, accepted as ${f.knownIssue}`;
  const evidence = f.evidence.map((id) => inWords(id, byId.get(id)));
  return [
    `${f.severity.toUpperCase()} ${f.code} ${subject}${cause}${accepted}`,
    `  ${f.message}`,
    `  evidence: ${evidence.length === 0 ? 'none' : evidence.join('; ')}`,
  ];
}

function inWords(id: string, entry: Entry | undefined): string {
  if (entry === undefined) return `${id} (not in the journal)`;
  switch (entry.kind) {
    case 'sample':
      return `sample of ${entry.sample.host} at ${entry.sample.sentMs}`;
    case 'intent':
    case 'outcome':
      return `${entry.kind} of ${entry.act.act} at ${entry.atMs}`;
    case 'canary':
      return `canary ${entry.tag} ${entry.event} at ${entry.atMs}`;
    default:
      return `${entry.kind} at ${entry.atMs}`;
  }
}

function pids(list: readonly number[]): string {
  return list.length === 0 ? 'none' : list.join(' ');
}

/** What one rendering has and the other lacks (`+`), and the other way round (`-`), in the order of each. */
export function difference(from: readonly string[], to: readonly string[]): string[] {
  const [before, after] = [new Set(from), new Set(to)];
  return [
    ...from.filter((line) => !after.has(line)).map((line) => `- ${line}`),
    ...to.filter((line) => !before.has(line)).map((line) => `+ ${line}`),
  ];
}
