import { describe, expect, it } from 'vitest';
import { secretsOf } from '../model/secrets.ts';
import { loadInventory } from './load-fleet.ts';
import { formatProblem } from './problem.ts';

const INVENTORY = `fleet: invictus
hosts:
  knox: { transport: local, manager: none }
services:
  principal:
    host: knox
    match: { exe: /opt/bin/principal }
    start: [/opt/bin/principal, --db, "postgres://app:p%40ssw0rd@db/x"]
broker:
  service: principal
  api: http://127.0.0.1:8700
  auth: { bearer: "\${TOKEN}", second: "\${SECOND}" }
  halt: { request: POST /v1/halt, body: { level: $level, reason: $reason } }
  resume:
    request: POST /v1/resume
    body: { incident: $incident }
    headers: { Second-Operator: Bearer $second, X-Api-Key: Bearer key-0123456789, X-Dry: "true" }
  status: { request: GET /v1/status, pick: { level: /level, incident: /incident/id } }
  state: { sqlite: state.db, query: select level from halt_state }
secrets: ["\${DATABASE_PASSWORD}", spoken-word]
`;

const ENV: Readonly<Record<string, string>> = {
  TOKEN: 'token-0123',
  SECOND: 'second-0123',
  DATABASE_PASSWORD: 'hunter2',
};

function load(env: Readonly<Record<string, string>> = {}, text = INVENTORY, keepUnresolved = false) {
  return loadInventory(
    { path: 'inventory.yaml', text },
    { env: (name) => ({ ...ENV, ...env })[name], resolvePath: (path) => path, keepUnresolved },
  );
}

function refusals(env: Readonly<Record<string, string>>, text = INVENTORY): string[] {
  const loaded = load(env, text);
  return loaded.ok ? [] : loaded.problems.map(formatProblem);
}

const WITH_KEY = INVENTORY.replace(
  'services:',
  `  tesseract: { transport: ssh, address: 192.0.2.7, identity-file: k, passphrase: "\${PASSPHRASE}", manager: none }
  box: { transport: container, engine: podman, container: box, on: tesseract, manager: none }
services:`,
);

describe('the secrets of an inventory', () => {
  it('are the passphrases of keys, and one that is too short is refused', () => {
    const loaded = load({ PASSPHRASE: 'open sesame' }, WITH_KEY);
    expect(loaded.ok && secretsOf(loaded.inventory)).toContain('open sesame');
    expect(refusals({ PASSPHRASE: 'abc' }, WITH_KEY)).toEqual([
      'inventory.yaml:4:82: "passphrase" has fewer than 4 characters; a secret so short can neither be taken out of the evidence nor be left in it; use a longer one',
    ]);
  });

  it('are its tokens, what it marks, literal header values, and the passwords of addresses', () => {
    const loaded = load();
    if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join('\n'));
    expect(new Set(secretsOf(loaded.inventory))).toEqual(
      new Set([
        'token-0123',
        'second-0123',
        'hunter2',
        'spoken-word',
        'key-0123456789',
        'p%40ssw0rd',
        'p@ssw0rd',
      ]),
    );
  });

  it('are none where their variables are not set', () => {
    const loaded = loadInventory(
      { path: 'inventory.yaml', text: INVENTORY },
      { env: () => undefined, resolvePath: (path) => path, keepUnresolved: true },
    );
    expect(loaded.ok && secretsOf(loaded.inventory).filter((one) => one.includes('$'))).toEqual([]);
  });
});

const SHORT =
  'a secret so short can neither be taken out of the evidence nor be left in it; use a longer one';
const NAME =
  'a secret is taken out wherever it stands, and no evidence of that name would be left; use another secret, or another name';

describe('refused, with its key and without its value', () => {
  it.each([
    ['TOKEN', 'q7z', `inventory.yaml:12:19: "bearer" has fewer than 4 characters; ${SHORT}`],
    ['SECOND', 'q7z', `inventory.yaml:12:39: "second" has fewer than 4 characters; ${SHORT}`],
    [
      'DATABASE_PASSWORD',
      'q7z',
      `inventory.yaml:20:11: item 1 of "secrets" has fewer than 4 characters; ${SHORT}`,
    ],
    ['TOKEN', 'invictus', `inventory.yaml:12:19: "bearer" is the name "invictus", or a part of it; ${NAME}`],
    [
      'DATABASE_PASSWORD',
      'princ',
      `inventory.yaml:20:11: item 1 of "secrets" is the name "principal", or a part of it; ${NAME}`,
    ],
  ])('%s=%s', (name, value, message) => {
    expect(refusals({ [name]: value })).toEqual([message]);
    if (value === 'q7z') expect(message).not.toContain(value);
  });

  it.each([
    ['TOKEN', 'q7zx'],
    ['DATABASE_PASSWORD', 'principally'],
    ['DATABASE_PASSWORD', 'knoX'],
  ])('but not %s=%s', (name, value) => {
    expect(refusals({ [name]: value })).toEqual([]);
  });

  it.each([
    ['a token in place of the section', ['{ bearer: "${TOKEN}", second: "${SECOND}" }', 's3cr3t-word']],
    ['a token that is a list', ['"${TOKEN}"', '[s3cr3t-word]']],
    ['a token with a blank', ['"${TOKEN}"', '"s3cr3t-word two"']],
    ['a header that cannot be sent', ['Bearer key-0123456789', '"s3cr3t-wörd"']],
    [
      'headers that are no map',
      ['{ Second-Operator: Bearer $second, X-Api-Key: Bearer key-0123456789, X-Dry: "true" }', 's3cr3t-word'],
    ],
    ['secrets that are no list', ['["${DATABASE_PASSWORD}", spoken-word]', 's3cr3t-word']],
    ['a secret that is a number', ['spoken-word', '34853485']],
    ['a secret that is a map', ['spoken-word', '{ s3cr3t-word: 1 }']],
    ['an address with a password', ['http://127.0.0.1:8700', 'http://me:s3cr3t-word@127.0.0.1:8700']],
  ] as const)('%s', (_, [from, to]) => {
    const said = refusals(
      {},
      INVENTORY.replace(from, () => to),
    );
    expect(said.length).toBeGreaterThan(0);
    expect(said.join('\n')).not.toMatch(/s3cr3t|34853485/);
  });
});
