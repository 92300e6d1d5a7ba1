import { describe, expect, it } from 'vitest';
import { FINDINGS, type FindingCode } from '../model/findings.ts';
import type { KnownIssue } from '../model/known-issue.ts';
import type { Finding } from '../model/verdict.ts';
import { finding } from './finding.ts';
import { coverKnown, footnotesOf } from './known-issues.ts';

const at = { level: 2, today: '2026-11-22' };
const late = finding('late-stop', { host: 'tesseract', service: 'hermes' }, 'Late.');
const issue: KnownIssue = {
  id: 'KI-001',
  title: 'hermes takes its time',
  code: 'late-stop',
  level: 2,
  host: 'tesseract',
  services: ['hermes', 'shiva'],
  owner: 'operations',
  filed: '2026-11-01',
  fix: 'shorten the grace period',
  expires: '2026-11-22',
};
const coveredBy = (issues: readonly KnownIssue[], of: readonly Finding[] = [late]): (string | null)[] =>
  coverKnown(of, issues, at).map((f) => f.knownIssue);

describe('a known issue', () => {
  it('covers the finding of its code, level, host and service', () => {
    expect(coveredBy([issue])).toEqual(['KI-001']);
  });

  it.each<[string, Partial<KnownIssue>]>([
    ['code', { code: 'respawned' }],
    ['level', { level: 3 }],
    ['host', { host: 'knox' }],
    ['service', { services: ['shiva'] }],
    ['services', { services: [] }],
    ['wildcard', { services: ['*'], host: '*' }],
  ])('covers nothing of another %s', (_, other) => {
    expect(coveredBy([{ ...issue, ...other }])).toEqual([null]);
  });

  it('covers nothing that has no service', () => {
    const whole = finding('false-success', { host: 'tesseract' }, 'Said done.');
    expect(coveredBy([{ ...issue, code: 'false-success' }], [whole])).toEqual([null]);
  });

  it('is in force to the end of its last day, and says so once it is not', () => {
    expect(coveredBy([{ ...issue, expires: '2026-11-22' }])).toEqual(['KI-001']);
    const [expired] = coverKnown([late], [{ ...issue, expires: '2026-11-21' }], at);
    expect(expired).toMatchObject({
      knownIssue: null,
      message: 'Late. (Known issue KI-001 expired on 2026-11-21.)',
    });
  });

  it('may have been renewed beside the one that expired', () => {
    const renewed = { ...issue, id: 'KI-002', expires: '2026-12-31' };
    expect(coverKnown([late], [{ ...issue, expires: '2026-11-21' }, renewed], at)).toEqual([
      { ...late, knownIssue: 'KI-002' },
    ]);
  });

  it('covers the consequences of what it covers, and those only', () => {
    const of = (cause: string | null): Finding => ({
      ...finding('false-claim', { host: 'tesseract', service: 'hermes' }, 'Claimed.'),
      consequenceOf: cause,
    });
    expect(coveredBy([issue], [late, of('late-stop tesseract/hermes')])).toEqual(['KI-001', 'KI-001']);
    expect(coveredBy([issue], [late, of('late-stop tesseract/shiva')])).toEqual(['KI-001', null]);
    expect(coveredBy([issue], [late, of(null)])).toEqual(['KI-001', null]);
  });

  it('of its own outranks the one of the cause', () => {
    const claim = {
      ...finding('false-claim', { host: 'tesseract', service: 'hermes' }, 'Claimed.'),
      consequenceOf: 'late-stop tesseract/hermes',
    };
    const own = { ...issue, id: 'KI-002', code: 'false-claim' };
    expect(coveredBy([issue, own], [late, claim])).toEqual(['KI-001', 'KI-002']);
  });
});

describe('what may never be accepted', () => {
  const never = Object.keys(FINDINGS).filter((word) => {
    const code = word as FindingCode;
    const { severity, group } = FINDINGS[code];
    return (
      (severity === 'inconclusive' && code !== 'hold-too-short') ||
      ['guards', 'undo'].includes(group) ||
      ['audit-tampered', 'order-after-halt', 'leaked-command', 'wrong-asset'].includes(code)
    );
  }) as FindingCode[];

  it.each(never)('%s', (code) => {
    const f = finding(code, { host: 'tesseract', service: 'hermes' }, 'It is.');
    expect(coveredBy([{ ...issue, code }], [f])).toEqual([null]);
  });

  it('is that, and nothing else', () => {
    const codes = Object.keys(FINDINGS) as FindingCode[];
    expect(codes.filter((code) => !FINDINGS[code].acceptable).sort()).toEqual([...never].sort());
    expect(
      coveredBy(
        [{ ...issue, code: 'hold-too-short' }],
        [{ ...late, code: 'hold-too-short', severity: 'inconclusive' }],
      ),
    ).toEqual(['KI-001']);
  });

  it('is what could not be told, though its code may be accepted where it was', () => {
    expect(coveredBy([issue], [{ ...late, severity: 'inconclusive' }])).toEqual([null]);
  });
});

describe('footnotes', () => {
  const others = [
    { ...issue, id: 'KI-009', code: 'respawned' },
    { ...issue, id: 'KI-003', expires: '2026-11-21' },
    { ...issue, id: 'KI-004', level: 3 },
  ];

  it('are the issues of this level in force, by id, with what each covers; 0 is no longer seen', () => {
    const found = coverKnown([late, { ...late, service: 'shiva' }], [issue, ...others], at);
    const { id, title, owner, filed, fix, expires } = issue;
    const note = { id, title, owner, filed, fix, expires };
    expect(footnotesOf(found, [...others, issue], at)).toEqual([
      { ...note, findings: 2 },
      { ...note, id: 'KI-009', findings: 0 },
    ]);
  });
});
