import { SHORTEST_SECRET, secretOfHeader } from '../model/secrets.ts';
import type { Complaint } from './explain.ts';
import { isMap } from './partial.ts';
import { quoted } from './problem.ts';
import { isUnresolved } from './variables.ts';
import type { Path } from './yaml-source.ts';

/**
 * Every secret of an inventory can be taken out of the evidence: it is long enough to be told from other text, and no name
 * holds it. `raw` has its variables resolved; no message quotes a value.
 */
export function secretRules(raw: unknown): Complaint[] {
  if (!isMap(raw)) return [];
  const names = namesIn(raw);
  return secretsIn(raw).flatMap(({ path, subject, value }): Complaint[] => {
    if (isUnresolved(value) || value.trim() === '') return [];
    if ([...value].length < SHORTEST_SECRET)
      return [
        {
          path,
          at: 'value',
          what: `${subject} has fewer than ${SHORTEST_SECRET} characters`,
          why: 'a secret so short can neither be taken out of the evidence nor be left in it',
          fix: 'use a longer one',
        },
      ];
    const name = names.find((one) => one.includes(value));
    if (name === undefined) return [];
    return [
      {
        path,
        at: 'value',
        what: `${subject} is the name ${quoted(name)}, or a part of it`,
        why: 'a secret is taken out wherever it stands, and no evidence of that name would be left',
        fix: 'use another secret, or another name',
      },
    ];
  });
}

interface Written {
  readonly path: Path;
  readonly subject: string;
  readonly value: string;
}

function secretsIn(raw: Record<string, unknown>): Written[] {
  const broker = isMap(raw.broker) ? raw.broker : {};
  const auth = isMap(broker.auth) ? broker.auth : {};
  const hosts = isMap(raw.hosts) ? raw.hosts : {};
  const list: unknown[] = Array.isArray(raw.secrets) ? raw.secrets : [];
  return [
    ...['bearer', 'second'].flatMap((key) => written(['broker', 'auth', key], quoted(key), auth[key])),
    ...Object.entries(hosts).flatMap(([host, keys]) =>
      isMap(keys) ? written(['hosts', host, 'passphrase'], quoted('passphrase'), keys.passphrase) : [],
    ),
    ...list.flatMap((value, index) => written(['secrets', index], `item ${index + 1} of "secrets"`, value)),
    ...['halt', 'resume', 'status', 'state', 'messages'].flatMap((name) => {
      const operation = isMap(broker[name]) ? broker[name] : {};
      return Object.entries(isMap(operation.headers) ? operation.headers : {}).flatMap(([header, value]) =>
        typeof value === 'string'
          ? secretOfHeader(value).flatMap((secret) =>
              written(['broker', name, 'headers', header], `the value of ${quoted(header)}`, secret),
            )
          : [],
      );
    }),
  ];
}

function written(path: Path, subject: string, value: unknown): Written[] {
  return typeof value === 'string' ? [{ path, subject, value }] : [];
}

/** What the evidence is about. */
function namesIn(raw: Record<string, unknown>): string[] {
  const keys = (value: unknown): string[] => (isMap(value) ? Object.keys(value) : []);
  return [
    ...(typeof raw.fleet === 'string' ? [raw.fleet] : []),
    ...keys(raw.hosts),
    ...keys(raw.services),
    'haltdrill',
  ];
}
