import { plain } from '../model/harmless.ts';
import type { Verdict } from '../model/verdict.ts';
import { escapeMarkup } from './escape.ts';
import { type Case, casesOf } from './junit-cases.ts';
import { environmentPrefix, headlineOf } from './words.ts';

/**
 * `junit.xml`: one suite a drill, for CI servers, after the schema that Jenkins reads (jenkinsci/xunit-plugin, junit-10.xsd): a
 * failure is what is wrong, an error what could not be told, skipped what a known issue covers or the drill does not ask.
 */
export function junitReport(verdict: Verdict): string {
  const cases = casesOf(verdict);
  const name = plain(`${environmentPrefix(verdict.environment)}${verdict.drill} (level ${verdict.level})`);
  const seconds = secondsBetween(verdict.startedAt, verdict.finishedAt);
  const count = (result: Case['result']): number => cases.filter((one) => one.result === result).length;
  const counts = {
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
  };
  const suite = {
    name,
    ...counts,
    skipped: count('skipped'),
    ...timestampOf(verdict.startedAt),
    time: seconds,
  };
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites${attributes({ name: 'haltdrill', ...counts, time: seconds })}>
<testsuite${attributes(suite)}>
<properties>
${properties(verdict)}
</properties>
${cases.map((one) => testcase(one, verdict)).join('\n')}
<system-out>${escapeMarkup(headlineOf(verdict))}</system-out>
</testsuite>
</testsuites>
`;
}

function properties(verdict: Verdict): string {
  const values = {
    'drill-id': verdict.drillId,
    verdict: verdict.verdict,
    qualified: String(verdict.qualified),
    'exit-code': String(verdict.exitCode),
    environment: verdict.environment,
    fleet: verdict.fleet,
    runner: verdict.runner,
    'inventory-sha256': verdict.inventory.sha256,
  };
  return Object.entries(values)
    .map(([name, value]) => `<property${attributes({ name, value })}/>`)
    .join('\n');
}

function testcase(one: Case, verdict: Verdict): string {
  const classname = `${verdict.drill}.${one.kind}`;
  const open = `<testcase${attributes({ name: one.name, classname, time: '0' })}`;
  if (one.result === 'passed') return `${open}/>`;
  if (one.result === 'skipped')
    return `${open}>\n<skipped${attributes({ message: one.why })}/>\n${accepted(one)}</testcase>`;
  const type = one.findings[0]?.code ?? one.kind;
  return `${open}>\n<${one.result}${attributes({ message: one.why, type })}>${details(one)}</${one.result}>\n</testcase>`;
}

function accepted(one: Case): string {
  return one.findings.length === 0 ? '' : `<system-out>${details(one)}</system-out>\n`;
}

function details({ findings, why }: Case): string {
  const lines = findings.map(({ code, message, evidence, consequenceOf, knownIssue }) =>
    [
      `${code}: ${plain(message)}`,
      evidence.length === 0 ? '' : ` (evidence: ${evidence.join(', ')})`,
      consequenceOf === null ? '' : `; consequence of ${consequenceOf}`,
      knownIssue === null ? '' : `; accepted by ${knownIssue}`,
    ].join(''),
  );
  return (lines.length === 0 ? [why] : lines).map((line) => escapeMarkup(line, WHOLE)).join('\n');
}

/** Longer than any line of ours: what it quotes has been cut before. */
const WHOLE = 4000;

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeMarkup(String(value), WHOLE)}"`)
    .join('');
}

/** The schema wants neither fractions nor a zone. */
function timestampOf(time: string): { readonly timestamp?: string } {
  const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.exec(time)?.[0];
  return timestamp === undefined ? {} : { timestamp };
}

/** Between two times of day, ISO 8601 in UTC, of the same or the next day; 0 where they are none. The drill has no calendar. */
function secondsBetween(from: string, to: string): string {
  const [a, b] = [secondsOfDay(from), secondsOfDay(to)];
  return a === null || b === null ? '0' : ((b - a + DAY) % DAY).toFixed(3);
}

const DAY = 86_400;

function secondsOfDay(time: string): number | null {
  const [, hours, minutes, seconds] = /T(\d\d):(\d\d):(\d\d(?:\.\d+)?)Z$/.exec(time) ?? [];
  return hours === undefined ? null : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}
