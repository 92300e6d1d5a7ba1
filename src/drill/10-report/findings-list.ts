import { FINDINGS } from '../model/findings.ts';
import { plain } from '../model/harmless.ts';
import { type Finding, findingKey } from '../model/verdict.ts';
import { type Block, bullets, type Item, type Piece, paragraph, pieces, written } from './blocks.ts';
import { footnoteLabel } from './footnotes.ts';
import { count } from './words.ts';

const SHOWN_EVIDENCE = 6;

/**
 * Every finding once: primaries in their order, their consequences below them. One whose cause is not
 * in the list, or that is its own cause through others, stands as a primary: nothing is ever left out.
 */
export function findingsList(findings: readonly Finding[]): Block {
  if (findings.length === 0) return paragraph('None.');
  const shown = new Set<Finding>();
  const itemsOf = (finding: Finding, depth: number): Item[] => {
    if (shown.has(finding)) return [];
    shown.add(finding);
    const below = findings.filter((other) => other.consequenceOf === findingKey(finding));
    return [{ text: oneFinding(finding, depth), below: below.flatMap((other) => itemsOf(other, depth + 1)) }];
  };
  const keys = new Set(findings.map(findingKey));
  const primaries = findings.filter(
    ({ consequenceOf }) => consequenceOf === null || !keys.has(consequenceOf),
  );
  return {
    kind: 'list',
    items: [...primaries, ...findings].flatMap((finding) => itemsOf(finding, 0)),
  };
}

function oneFinding(finding: Finding, depth: number): Piece[] {
  const name = { code: finding.code };
  const severity = finding.severity === 'inconclusive' ? ' (could not tell)' : '';
  return [
    depth === 0 ? { bold: [name] } : name,
    `${severity} ${subjectOf(finding)}: ${plain(finding.message)}${evidence(finding)}`,
    ...(finding.knownIssue === null
      ? []
      : ['; accepted, not proven', { footnote: footnoteLabel(finding.knownIssue) }]),
  ];
}

/** Such as `hermes on knox`. */
export function subjectOf(finding: Finding): string {
  const host = finding.host === null ? null : plain(finding.host, 80);
  if (finding.service === null) return host === null ? 'the drill' : `on ${host}`;
  return host === null ? plain(finding.service, 80) : `${plain(finding.service, 80)} on ${host}`;
}

function evidence(finding: Finding): string {
  if (finding.evidence.length === 0) return '';
  const shown = finding.evidence.slice(0, SHOWN_EVIDENCE).map((id) => plain(id, 40));
  const more = finding.evidence.length - shown.length;
  return ` (evidence: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''})`;
}

/** For every kind of primary finding: what it means, its usual cause, and the way out. */
export function remedies(findings: readonly Finding[]): Block {
  const primaries = findings.filter((finding) => finding.consequenceOf === null);
  return bullets(
    [...new Set(primaries.map((finding) => finding.code))].map((code) => {
      const kind = FINDINGS[code];
      const times = primaries.filter((finding) => finding.code === code).length;
      return [
        { code },
        ...pieces(
          written(
            ` (${count(times, 'time')}): ${kind.title}. Usual cause: ${kind.cause} Way out: ${kind.fix}`,
          ),
        ),
      ];
    }),
  );
}
