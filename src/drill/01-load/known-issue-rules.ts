import { FINDINGS, type FindingKind, isFindingCode } from '../model/findings.ts';
import type { Complaint } from './explain.ts';
import type { InventoryView } from './inventory-view.ts';
import { type KnownIssueFile, knownIssueSchema } from './known-issues-schema.ts';
import { suggestion } from './near-miss.ts';
import { isMap, partsOf } from './partial.ts';
import { quoted } from './problem.ts';

/** What may be accepted, and whether it is there. `raw` has its variables resolved; null: no inventory to hold it against. */
export function knownIssueRules(raw: unknown, fleet: InventoryView | null): Complaint[] {
  const list = isMap(raw) && Array.isArray(raw.issues) ? raw.issues : [];
  const issues = list.map((item: unknown): Partial<KnownIssueFile> => partsOf(knownIssueSchema, item));
  return issues.flatMap((issue, index) => [
    ...codeRules(issue, index),
    ...placeRules(issue, index, fleet),
    ...partRules(issue, index),
    ...dateRules(issue, index),
    ...idRules(issues, issue, index),
  ]);
}

function codeRules({ code }: Partial<KnownIssueFile>, index: number): Complaint[] {
  if (code === undefined) return [];
  const at = { path: ['issues', index, 'code'], at: 'value' as const };
  if (!isFindingCode(code))
    return [
      {
        ...at,
        what: `${quoted(code)} is not the code of a finding`,
        why: 'a known issue accepts a finding by its code',
        fix: suggestion(code, Object.keys(FINDINGS)),
      },
    ];
  if (FINDINGS[code].acceptable) return [];
  return [
    {
      ...at,
      what: `${quoted(code)} can never be accepted`,
      why:
        FINDINGS[code].severity === 'inconclusive'
          ? 'what could not be told is not known'
          : 'the drill would prove nothing with it',
      fix: `mend the cause: ${FINDINGS[code].fix}`,
    },
  ];
}

function placeRules(
  { host, services }: Partial<KnownIssueFile>,
  index: number,
  fleet: InventoryView | null,
): Complaint[] {
  const complaints: Complaint[] = [];
  if (host !== undefined && fleet?.hosts && !fleet.hosts.has(host))
    complaints.push({
      path: ['issues', index, 'host'],
      at: 'value',
      what: `${quoted(host)} is not a host of the inventory`,
      why: 'a known issue names the host of the finding',
      fix: suggestion(host, fleet.hosts.keys()),
    });
  for (const [item, name] of (services ?? []).entries()) {
    const at = { path: ['issues', index, 'services', item], at: 'value' as const };
    if (fleet?.services && !fleet.services.has(name))
      complaints.push({
        ...at,
        what: `${quoted(name)} is not a service of the inventory`,
        why: 'a known issue names its services one by one',
        fix: suggestion(name, fleet.services.keys()),
      });
    else if (services?.indexOf(name) !== item)
      complaints.push({
        ...at,
        what: `${quoted(name)} is named twice`,
        why: 'once is enough',
        fix: 'take one away',
      });
  }
  return complaints;
}

const PARTS = {
  asset: { like: 'the asset, such as DOGE-USD', fields: null },
  field: { like: 'level, incident, reason or asset', fields: ['level', 'incident', 'reason', 'asset'] },
} as const;

/** A finding about one asset, or one field of the state, is accepted for that one and no other. */
function partRules(issue: Partial<KnownIssueFile>, index: number): Complaint[] {
  const { code } = issue;
  if (code === undefined || !isFindingCode(code) || !FINDINGS[code].acceptable) return [];
  const { names }: FindingKind = FINDINGS[code];
  return (['asset', 'field'] as const).flatMap((part): Complaint[] => {
    const { like, fields } = PARTS[part];
    const value = issue[part];
    const why = `a finding of the kind ${quoted(code)} ${names === part ? 'names' : 'names no'} ${part}`;
    if (value === undefined)
      return names === part
        ? [
            {
              path: ['issues', index],
              at: 'value',
              what: `it has no ${quoted(part)}`,
              why,
              fix: `add ${quoted(part)}: ${like}`,
            },
          ]
        : [];
    const at = { path: ['issues', index, part], at: 'value' as const };
    if (names !== part)
      return [{ ...at, what: `${quoted(part)} has no place here`, why, fix: 'take it away' }];
    if (fields === null || fields.some((field) => field === value)) return [];
    return [
      { ...at, what: `${quoted(value)} is no field of the state`, why, fix: suggestion(value, fields) },
    ];
  });
}

/** Days as YYYY-MM-DD sort as text. */
function dateRules({ filed, expires }: Partial<KnownIssueFile>, index: number): Complaint[] {
  if (filed === undefined || expires === undefined || filed <= expires) return [];
  return [
    {
      path: ['issues', index, 'expires'],
      at: 'value',
      what: `it expires on ${expires}, before it was filed on ${filed}`,
      why: 'it would never be in force',
      fix: 'correct one of the two days',
    },
  ];
}

function idRules(
  issues: readonly Partial<KnownIssueFile>[],
  { id }: Partial<KnownIssueFile>,
  index: number,
): Complaint[] {
  if (id === undefined || issues.findIndex((other) => other.id === id) === index) return [];
  return [
    {
      path: ['issues', index, 'id'],
      at: 'value',
      what: `${quoted(id)} is the id of two known issues`,
      why: 'footnotes go by it',
      fix: 'give each its own',
    },
  ];
}
