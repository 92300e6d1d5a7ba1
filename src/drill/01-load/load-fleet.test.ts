import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadDrill, loadFleet, loadInventory, loadKnownIssues } from './load-fleet.ts';
import { formatProblem } from './problem.ts';

const shipped = (path: string) => ({
  path,
  text: readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8'),
});

const LAB: Record<string, string> = {
  KNOX_ROOT: '/lab/knox',
  TESSERACT_ROOT: '/lab/tesseract',
  TESSERACT_ADDRESS: '127.0.0.1',
  TESSERACT_PORT: '2222',
  TESSERACT_USER: 'ops',
  TESSERACT_KEY: 'keys/id',
  TESSERACT_KNOWN_HOSTS: '~/known',
  PRINCIPAL_URL: 'http://127.0.0.1:8700/',
  PRINCIPAL_TOKEN: 'sesame',
  PRINCIPAL_SECOND_TOKEN: 'open',
  PRINCIPAL_CONFIG: '/lab/knox/etc/principal.json',
  EXCHANGE_URL: 'http://127.0.0.1:9000',
};
const env = (name: string) => LAB[name];
const resolvePath = (path: string, file: string) => `resolved(${path} from ${file})`;

function load(drill: string, knownIssues: string | null, options = {}) {
  const loaded = loadFleet(
    {
      inventory: shipped('inventory.yaml'),
      drill: shipped(drill),
      knownIssues: knownIssues === null ? null : shipped(knownIssues),
    },
    { env, resolvePath, ...options },
  );
  if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join('\n'));
  return loaded;
}

describe('the shipped files', () => {
  it.each([1, 2, 3, 4].map((level) => `drills/level-${level}.yaml`))('%s', (drill) => {
    expect(load(drill, 'known-issues.yaml').knownIssues).toEqual([]);
    expect(load(drill, 'examples/known-issues.as-found.yaml').knownIssues).toHaveLength(7);
  });

  it('name their schema in the first line', () => {
    for (const [file, schema] of [
      ['inventory.yaml', './schemas/inventory.schema.json'],
      ['known-issues.yaml', './schemas/known-issues.schema.json'],
      ['examples/known-issues.as-found.yaml', '../schemas/known-issues.schema.json'],
      ['drills/level-1.yaml', '../schemas/drill.schema.json'],
      ['drills/level-2.yaml', '../schemas/drill.schema.json'],
      ['drills/level-3.yaml', '../schemas/drill.schema.json'],
      ['drills/level-4.yaml', '../schemas/drill.schema.json'],
    ] as const) {
      const { text } = shipped(file);
      expect(text.split('\n')[0], file).toBe(`# yaml-language-server: $schema=${schema}`);
      expect(() => readFileSync(new URL(schema, new URL(`../../../${file}`, import.meta.url)))).not.toThrow();
    }
  });

  it('become the model', () => {
    const { inventory, drill } = load('drills/level-1.yaml', null);
    expect(inventory).toMatchObject({
      provider: 'embedded-lab',
      fleet: 'invictus',
      oneMachine: [['knox', 'tesseract']],
    });
    expect(inventory.hosts).toEqual([
      {
        name: 'knox',
        transport: { kind: 'local' },
        become: null,
        manager: 'launchd',
        managerCommand: '/lab/knox/bin/launchctl',
      },
      {
        name: 'tesseract',
        transport: {
          kind: 'ssh',
          address: '127.0.0.1',
          port: 2222,
          user: 'ops',
          identityFile: 'resolved(keys/id from inventory.yaml)',
          passphrase: null,
          knownHostsFile: 'resolved(~/known from inventory.yaml)',
          configFile: 'none',
        },
        become: null,
        manager: 'launchd',
        managerCommand: '/lab/tesseract/bin/launchctl',
      },
    ]);
    expect(inventory.services.find(({ name }) => name === 'sentinel')).toEqual({
      name: 'sentinel',
      host: 'knox',
      label: 'com.invictus.sentinel',
      match: { script: '/lab/knox/opt/invictus/bin/sentinel' },
      instances: 1,
      heartbeat: { file: '/lab/knox/var/run/sentinel.heartbeat', everyMs: 1000 },
      leaves: [],
      start: ['/lab/knox/bin/launchctl', 'start', 'com.invictus.sentinel'],
    });
    expect(inventory.broker).toEqual({
      service: 'principal',
      api: 'http://127.0.0.1:8700',
      auth: { bearer: 'sesame', second: 'open' },
      halt: {
        method: 'POST',
        path: '/v1/halt',
        body: { level: '$level', asset: '$asset', reason: '$reason', phrase: '$phrase' },
        pick: {
          level: '/level',
          incident: '/incident/id',
          reason: '/incident/reason',
          revision: '/revision',
          stops: '/stops',
          recorded: '/recorded',
        },
      },
      resume: {
        method: 'POST',
        path: '/v1/resume',
        body: { level: '$level', incident: '$incident', revision: '$revision', reason: '$reason' },
        headers: { 'Second-Operator': 'Bearer $second' },
      },
      manualResume: [
        {
          host: 'knox',
          run: [
            ...['/lab/knox/bin/principal', 'resume', '--config', '/lab/knox/etc/principal.json'],
            ...['--level', '$level', '--incident', '$incident', '--revision', '$revision'],
            ...['--reason', 'the drill is over'],
          ],
        },
      ],
      status: {
        method: 'GET',
        path: '/v1/status',
        body: null,
        pick: {
          level: '/level',
          incident: '/incident/id',
          reason: '/incident/reason',
          revision: '/revision',
          asset: '/asset',
        },
      },
      state: {
        file: 'resolved(/lab/knox/var/db/principal.db from inventory.yaml)',
        query: 'select level, incident, reason, revision, asset from halt_state',
        incidents: 'select id, level, reason, opened_at, resolved_at from incidents order by opened_at',
      },
      audit: {
        file: 'resolved(/lab/knox/var/db/principal.db from inventory.yaml)',
        query: 'select seq, at, actor, action, subject, host, outcome from audit order by seq',
        stopped: ['stopped', 'shutdown'],
        refused: ['refuse'],
      },
      messages: {
        method: 'POST',
        path: '/v1/messages',
        body: { from: '$sender', to: '$service', body: '$message' },
        table: {
          file: 'resolved(/lab/knox/var/db/principal.db from inventory.yaml)',
          query: 'select recipient, body, state from messages',
        },
      },
    });
    expect(inventory.exchange?.url).toBe('http://127.0.0.1:9000/v1/book');
    expect(drill).toMatchObject({
      name: 'level-1-halt-asset',
      level: 1,
      asset: 'DOGE-USD',
      stops: [],
      broker: { level: 1, incident: 'open' },
      effects: { flat: ['DOGE-USD'], silent: ['DOGE-USD'], active: ['BTC-USD', 'ETH-USD'] },
      crash: 'principal',
    });
    expect(drill.timing).toEqual({
      baselineMs: 1500,
      withinMs: 5000,
      holdMs: 6000,
      restoreWithinMs: 10_000,
      settleMs: 1000,
      crashWithinMs: 10_000,
      sampleEveryMs: 100,
      maxGapMs: 1000,
    });
  });

  it('may say what ends them early, each condition with what it then does', () => {
    const read = (stopWhen: string) => {
      const text = `name: d\ntitle: D\nlevel: 2\nwithin: 5s\nhold: 6s\nstops: [hermes]\nkeeps: [sentinel]\nstop-when:\n${stopWhen}`;
      const loaded = loadDrill({ path: 'd.yaml', text }, { env: () => undefined, keepUnresolved: true });
      return loaded.ok ? loaded.drill.stopWhen : loaded.problems;
    };
    expect(
      read(`  - survivor-dies: true
  - position-exceeds: { asset: BTC-USD, bound: 0.5 }
    then: hold
  - { host-lost: { for: 5s }, then: resume }
  - foreign-incident: true
  - command: { host: controller, run: [curl, -fsS, 'https://example.com/health?deep=1'] }
    then: hold
  - command: { host: knox, run: [/usr/bin/check, a b], every: 1m, within: 2s }
`),
    ).toEqual([
      { when: 'survivor-dies', action: 'resume' },
      { when: 'position-exceeds', action: 'hold', asset: 'BTC-USD', bound: 0.5 },
      { when: 'host-lost', action: 'resume', forMs: 5000 },
      { when: 'foreign-incident', action: 'hands-off' },
      {
        when: 'command',
        action: 'hold',
        host: null,
        run: ['curl', '-fsS', 'https://example.com/health?deep=1'],
        everyMs: 5000,
        withinMs: 10_000,
      },
      {
        when: 'command',
        action: 'resume',
        host: 'knox',
        run: ['/usr/bin/check', 'a b'],
        everyMs: 60_000,
        withinMs: 2000,
      },
    ]);
  });

  it('halt everything at level 4, the broker too, and come back by hand', () => {
    const { drill, inventory } = load('drills/level-4.yaml', null);
    expect([...drill.stops].sort()).toEqual(inventory.services.map(({ name }) => name).sort());
    expect(drill.stops.at(-1)).toBe('principal');
    expect(drill).toMatchObject({
      level: 4,
      keeps: [],
      crash: null,
      resume: 'manual',
      phrase: 'typed',
      broker: { level: 4, incident: 'open' },
    });
  });

  it('can be planned with while the lab is not up', () => {
    const { inventory } = load('drills/level-3.yaml', null, { env: () => undefined, keepUnresolved: true });
    expect(inventory.hosts[1]?.transport).toEqual({
      kind: 'ssh',
      address: `\${TESSERACT_ADDRESS}`,
      port: 0,
      user: `\${TESSERACT_USER}`,
      identityFile: `\${TESSERACT_KEY}`,
      passphrase: null,
      knownHostsFile: `\${TESSERACT_KNOWN_HOSTS}`,
      configFile: 'none',
    });
  });

  it('cannot be drilled with while a variable is missing, and say which', () => {
    const loaded = loadInventory(shipped('inventory.yaml'), {
      env: (name) => (name === 'TESSERACT_PORT' ? undefined : LAB[name]),
      resolvePath,
    });
    expect(loaded.ok ? [] : loaded.problems.map(formatProblem)).toEqual([
      'inventory.yaml:14:11: the environment variable TESSERACT_PORT is not set; its value belongs here; set TESSERACT_PORT and run again',
    ]);
  });

  it('need the line that says that both hosts are one machine', () => {
    const { path, text } = shipped('inventory.yaml');
    const without = text.replace(/one-machine:\n.*\n/, '');
    const loaded = loadInventory({ path, text: without }, { env, resolvePath });
    expect(loaded.ok ? [] : loaded.problems.map(({ what }) => what)).toEqual([
      'hosts "knox" and "tesseract" are one machine by their address',
    ]);
  });
});

describe('defaults', () => {
  const inventory = (manager: string, extra: string) => ({
    path: 'i.yaml',
    text: `fleet: f
hosts:
  a: { transport: local, manager: launchd }
  b: { transport: ssh, address: example.net, user: ops, manager: ${manager} }
services:
  broker: { host: a, label: broker, match: { exe: /b } }
  worker: { host: b, match: { exe: /w }, ${extra} }
broker:
  service: broker
  api: http://127.0.0.1:1
  halt: { request: POST /h, body: [$level, { why: $reason }] }
  resume: { request: DELETE /h }
  status: { request: GET /h, pick: { level: /l, incident: "" } }
  state: { sqlite: b.db, query: "select 1;" }
`,
  });

  it.each([
    ['launchd', 'label: w', ['launchctl', 'start', 'w']],
    ['systemd', 'label: w', ['systemctl', 'start', 'w']],
    ['supervisord', 'label: w', ['supervisorctl', 'start', 'w']],
    ['pm2', 'label: w', ['pm2', 'start', 'w']],
    ['none', 'start: [/w, --now]', ['/w', '--now']],
    ['systemd', 'label: w, start: [/w]', ['/w']],
    ['launchd', 'label: gui/501/w', ['launchctl', 'kickstart', 'gui/501/w']],
    ['systemd', 'label: w, scope: user', ['systemctl', '--user', 'start', 'w']],
    [
      'supervisord, manager-config: /etc/s.conf',
      'label: w',
      ['supervisorctl', '-c', '/etc/s.conf', 'start', 'w'],
    ],
    ['pm2, manager-config: /home/w/.pm2', 'label: w', ['env', 'PM2_HOME=/home/w/.pm2', 'pm2', 'start', 'w']],
  ])('a service under %s with %s starts by %j', (manager, extra, start) => {
    const loaded = loadInventory(inventory(manager, extra), { env, resolvePath });
    expect(loaded.ok && loaded.inventory.services[1]?.start).toEqual(start);
  });

  it('of what an inventory leaves out', () => {
    const loaded = loadInventory(inventory('systemd', 'label: w'), { env, resolvePath });
    if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join('\n'));
    expect(loaded.inventory).toMatchObject({ provider: 'live', oneMachine: [], exchange: null });
    expect(loaded.inventory.hosts[1]?.transport).toEqual({
      kind: 'ssh',
      address: 'example.net',
      port: null,
      user: 'ops',
      identityFile: null,
      passphrase: null,
      knownHostsFile: null,
      configFile: null,
    });
    expect(loaded.inventory.broker).toMatchObject({
      auth: null,
      audit: null,
      resume: { method: 'DELETE', path: '/h', body: null },
      manualResume: null,
      halt: { pick: {} },
      status: { pick: { level: '/l', incident: '', reason: null, revision: null, asset: null } },
      state: { incidents: null },
    });
  });

  it('of a host that its ssh configuration describes, one looked at as root, and a container on it', () => {
    const text = inventory('none', 'start: [/w]').text.replace(
      / {2}b: .*\n/,
      `  b: { transport: ssh, address: bastion-alias, ssh-config: conf, become: sudo, manager: none }
  c: { transport: container, engine: podman, container: web-1, on: b, manager: none }
  d: { transport: container, engine: /usr/bin/docker, container: web-1, on: a, manager: none }
`,
    );
    const loaded = loadInventory({ path: 'i.yaml', text }, { env, resolvePath });
    if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join('\n'));
    const [, b, c, d] = loaded.inventory.hosts;
    expect(b).toMatchObject({
      become: 'sudo',
      transport: { address: 'bastion-alias', user: null, configFile: 'resolved(conf from i.yaml)' },
    });
    expect(c).toMatchObject({
      become: null,
      transport: { kind: 'container', container: 'web-1', on: { host: 'b', transport: b?.transport } },
    });
    expect(d?.transport).toEqual({
      kind: 'container',
      engine: '/usr/bin/docker',
      container: 'web-1',
      on: { host: 'a', transport: { kind: 'local' } },
    });
  });

  it('of what a drill leaves out', () => {
    const text = 'name: d\ntitle: D\nlevel: 4\nwithin: 500ms\nhold: 2m\nstops: [a]\nmax-gap: 1s\n';
    const loaded = loadDrill({ path: 'd.yaml', text }, { env });
    expect(loaded.ok && loaded.drill).toMatchObject({
      asset: null,
      keeps: [],
      broker: { level: 4, incident: 'open' },
      effects: null,
      crash: null,
      resume: 'api',
      phrase: 'none',
      timing: { withinMs: 500, holdMs: 120_000 },
    });
  });
});

describe('files by themselves', () => {
  it('an empty file, and one that is no map', () => {
    for (const text of ['', '# nothing\n', '- a\n']) {
      const loaded = loadKnownIssues({ path: 'k.yaml', text }, { env });
      expect(loaded.ok ? [] : loaded.problems.map(formatProblem)).toEqual([
        `k.yaml:1:1: the file ${text.startsWith('-') ? 'is a list' : 'has no value'}; it must be a map: the known issues; write its keys below it: issues`,
      ]);
    }
  });

  it('a broken inventory does not hide what is wrong with the drill', () => {
    const loaded = loadFleet(
      {
        inventory: { path: 'i.yaml', text: 'a: [\n' },
        drill: { path: 'd.yaml', text: 'name: d\n' },
        knownIssues: null,
      },
      { env, resolvePath },
    );
    const paths = loaded.ok ? [] : loaded.problems.map(({ path }) => path);
    expect(new Set(paths)).toEqual(new Set(['i.yaml', 'd.yaml']));
  });
});
