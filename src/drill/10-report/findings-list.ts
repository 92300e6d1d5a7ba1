import { FINDINGS } from '../model/findings.ts';
import { type Finding, findingKey } from '../model/verdict.ts';
import { escapeMarkdown } from './escape.ts';
import { footnoteLabel } from './footnotes.ts';
import { count } from './words.ts';

const SHOWN_EVIDENCE = 6;

/**
 * Every finding once: primaries in their order, their consequences indented below them. One whose cause is not
 * in the list, or that is its own cause through others, stands as a primary: nothing is ever left out.
 */
export function findingsList(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'None.';
  const lines: string[] = [];
  const shown = new Set<Finding>();
  const write = (finding: Finding, depth: number): void => {
    if (shown.has(finding)) return;
    shown.add(finding);
    lines.push(`${'  '.repeat(depth)}- ${oneFinding(finding, depth)}`);
    for (const other of findings) {
      if (other.consequenceOf === findingKey(finding)) write(other, depth + 1);
    }
  };
  const keys = new Set(findings.map(findingKey));
  for (const finding of findings) {
    if (finding.consequenceOf === null || !keys.has(finding.consequenceOf)) write(finding, 0);
  }
  for (const finding of findings) write(finding, 0);
  return lines.join('\n');
}

function oneFinding(finding: Finding, depth: number): string {
  const severity = finding.severity === 'inconclusive' ? ' (could not tell)' : '';
  const accepted =
    finding.knownIssue === null ? '' : `; accepted, not proven[^${footnoteLabel(finding.knownIssue)}]`;
  const name = depth === 0 ? `**\`${finding.code}\`**` : `\`${finding.code}\``;
  return `${name}${severity} ${subject(finding)}: ${escapeMarkdown(finding.message)}${evidence(finding)}${accepted}`;
}

function subject(finding: Finding): string {
  const host = finding.host === null ? null : escapeMarkdown(finding.host, 80);
  if (finding.service === null) return host === null ? 'the drill' : `on ${host}`;
  return host === null
    ? escapeMarkdown(finding.service, 80)
    : `${escapeMarkdown(finding.service, 80)} on ${host}`;
}

function evidence(finding: Finding): string {
  if (finding.evidence.length === 0) return '';
  const shown = finding.evidence.slice(0, SHOWN_EVIDENCE).map((id) => escapeMarkdown(id, 40));
  const more = finding.evidence.length - shown.length;
  return ` (evidence: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''})`;
}

/** For every kind of primary finding: what it means, its usual cause, and the way out. */
export function remedies(findings: readonly Finding[]): string {
  const primaries = findings.filter((finding) => finding.consequenceOf === null);
  return [...new Set(primaries.map((finding) => finding.code))]
    .map((code) => {
      const kind = FINDINGS[code];
      const times = primaries.filter((finding) => finding.code === code).length;
      return `- \`${code}\` (${count(times, 'time')}): ${kind.title}. Usual cause: ${kind.cause} Way out: ${kind.fix}`;
    })
    .join('\n');
}
