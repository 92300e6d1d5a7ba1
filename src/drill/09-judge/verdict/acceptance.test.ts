import { describe, expect, it } from 'vitest';
import { FINDINGS, type FindingCode } from '../../model/findings.ts';
import type { KnownIssue } from '../../model/known-issue.ts';
import { type Finding, type FleetState, findingKey } from '../../model/verdict.ts';
import { finding } from '../finding.ts';
import { accept, footnotesOf } from './acceptance.ts';
import type { CameOf } from './causes.ts';

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
const accepting = (
  issues: readonly KnownIssue[],
  of: readonly Finding[] = [late],
  cameOf: ReadonlyMap<string, CameOf> = new Map(),
  fleet: FleetState = 'restored',
) => accept(of, { ...at, issues, cameOf, fleet });
const coveredBy = (...given: Parameters<typeof accepting>): (string | null)[] =>
  accepting(...given).map((f) => f.knownIssue);

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
    const [expired] = accepting([{ ...issue, expires: '2026-11-21' }]);
    expect(expired).toMatchObject({
      knownIssue: null,
      message: 'Late. (Known issue KI-001 expired on 2026-11-21.)',
    });
  });

  it('may have been renewed beside the one that expired', () => {
    const renewed = { ...issue, id: 'KI-002', expires: '2026-12-31' };
    expect(accepting([{ ...issue, expires: '2026-11-21' }, renewed])).toEqual([
      { ...late, knownIssue: 'KI-002' },
    ]);
  });

  it('covers what provably came of what it covers, and nothing else that did', () => {
    const claim = finding('false-claim', { host: 'tesseract', service: 'hermes' }, 'Claimed.');
    const of = (covers: boolean, ...causes: string[]) => new Map([[findingKey(claim), { causes, covers }]]);
    const all = [late, claim];
    expect(coveredBy([issue], all, of(true, findingKey(late)))).toEqual(['KI-001', 'KI-001']);
    expect(coveredBy([issue], all, of(false, findingKey(late)))).toEqual(['KI-001', null]);
    expect(coveredBy([issue], all, of(true, 'late-stop tesseract/shiva'))).toEqual(['KI-001', null]);
    expect(coveredBy([issue], all, of(true, findingKey(late), 'late-stop tesseract/shiva'))).toEqual([
      'KI-001',
      null,
    ]);
    expect(coveredBy([issue], all)).toEqual(['KI-001', null]);
  });

  it('of its own outranks the one of the cause', () => {
    const claim = finding('false-claim', { host: 'tesseract', service: 'hermes' }, 'Claimed.');
    const own = { ...issue, id: 'KI-002', code: 'false-claim' };
    const cameOf = new Map([[findingKey(claim), { causes: [findingKey(late)], covers: true }]]);
    expect(coveredBy([issue, own], [late, claim], cameOf)).toEqual(['KI-001', 'KI-002']);
  });

  it('covers nothing of the undo unless the fleet is restored all the same', () => {
    const down = finding('unrestored-service', { host: 'tesseract', service: 'hermes' }, 'Down.');
    const cameOf = new Map([[findingKey(down), { causes: [findingKey(late)], covers: true }]]);
    expect(coveredBy([issue], [late, down], cameOf, 'restored')).toEqual(['KI-001', 'KI-001']);
    for (const fleet of ['halted', 'unknown'] as const)
      expect(coveredBy([issue], [late, down], cameOf, fleet)).toEqual(['KI-001', null]);
  });

  it('does not run in circles after what came of itself', () => {
    const [a, b] = ['false-claim', 'wrong-host-stop'].map((code) =>
      finding(code as FindingCode, { host: 'tesseract', service: 'hermes' }, 'So.'),
    ) as [Finding, Finding];
    const cameOf = new Map([
      [findingKey(a), { causes: [findingKey(b)], covers: true }],
      [findingKey(b), { causes: [findingKey(a)], covers: true }],
    ]);
    expect(coveredBy([issue], [a, b], cameOf)).toEqual([null, null]);
  });

  it('A6: of one asset covers nothing of another, and A7: of one field nothing of another', () => {
    const rest = (asset: string) =>
      finding('position-not-flat', { host: 'knox', service: 'principal', asset }, 'Held.');
    const split = (field: string) =>
      finding('split-state', { host: 'knox', service: 'principal', field }, 'Apart.');
    const on = { ...issue, host: 'knox', services: ['principal'] };
    expect(
      coveredBy(
        [{ ...on, code: 'position-not-flat', asset: 'DOGE-USD' }],
        [rest('DOGE-USD'), rest('BTC-USD')],
      ),
    ).toEqual(['KI-001', null]);
    expect(
      coveredBy([{ ...on, code: 'split-state', field: 'reason' }], [split('reason'), split('level')]),
    ).toEqual(['KI-001', null]);
    expect(coveredBy([{ ...on, code: 'position-not-flat' }], [rest('DOGE-USD')])).toEqual([null]);
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
    const found = accepting([issue, ...others], [late, { ...late, service: 'shiva' }]);
    const { id, title, owner, filed, fix, expires } = issue;
    const note = { id, title, owner, filed, fix, expires };
    expect(footnotesOf(found, { ...at, issues: [...others, issue] })).toEqual([
      { ...note, findings: 2 },
      { ...note, id: 'KI-009', findings: 0 },
    ]);
  });
});
