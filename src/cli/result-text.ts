import { between, headlineOf, isLeftHalted, OUTCOMES, recovery } from '../drill/10-report/words.ts';
import { plain } from '../drill/model/harmless.ts';
import type { Finding, Verdict } from '../drill/model/verdict.ts';
import { columns } from '../drill/proofs/columns.ts';

const SHOWN_FINDINGS = 20;

/** The result on stdout: headline, what became of each service, primary findings, and where the report lies. */
export function resultText(verdict: Verdict, reportPath: string): string {
  const folder = reportPath.replace(/\/?[^/]*$/, '') || '.';
  const wayOut = isLeftHalted(verdict) ? `; to resume: ${recovery(plain(folder, 4096))}` : '';
  const rows = verdict.halt.services
    .filter(({ role }) => role !== 'bystander')
    .map((service) => [
      plain(service.host, 80),
      plain(service.service, 80),
      service.role,
      OUTCOMES[service.outcome],
      service.stoppedAfterMs === null ? '' : between(service.stoppedAfterMs),
    ]);
  const primaries = verdict.findings.filter(({ consequenceOf }) => consequenceOf === null);
  const parts = [
    `${plain(headlineOf(verdict))}${wayOut}`,
    rows.length === 0 ? '' : columns([['host', 'service', 'role', 'outcome', 'stopped after'], ...rows]),
    primaries.slice(0, SHOWN_FINDINGS).map(findingLine).join('\n'),
    primaries.length > SHOWN_FINDINGS ? `  and ${primaries.length - SHOWN_FINDINGS} more` : '',
    `fleet: ${verdict.fleet}; exit code ${verdict.exitCode}\nreport: ${plain(reportPath, 4096)}`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function findingLine(finding: Finding): string {
  const subject = [finding.service, finding.host === null ? null : `on ${finding.host}`]
    .filter((part) => part !== null)
    .join(' ');
  const accepted = finding.knownIssue === null ? '' : ` [accepted: ${plain(finding.knownIssue, 80)}]`;
  return `  ${finding.code}${subject === '' ? '' : ` ${plain(subject, 160)}`}: ${plain(finding.message, 300)}${accepted}`;
}
