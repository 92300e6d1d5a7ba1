import { stringify } from 'yaml';
import { ADDRESSES, HOSTS, type HostName } from '../range/plan.ts';
import { type FleetCase, scriptOf, type Target } from './fleet-case.ts';

/** The files of a case, as text. Everything is derived from the case, so that inventory and fleet cannot differ by accident. */

const TOKEN = 'a-token-of-the-range';

const brokerHostOf = ({ brokerHost = 'desk' }: FleetCase): HostName => brokerHost;

/** Who stays up: the broker, and a watcher on each of two hosts. */
export const survivorsOf = (fleet: FleetCase) =>
  [
    { name: 'principal', host: brokerHostOf(fleet) },
    { name: 'sentinel', host: 'desk' },
    { name: 'horus', host: 'west' },
  ] as const;

export const folderOf = ({ name }: FleetCase): string => `/var/lib/range/${name}`;

export function unitText(command: string, lines: readonly string[] = []): string {
  return `[Service]\nExecStart=${command}\n${lines.map((line) => `${line}\n`).join('')}`;
}

const heartbeatOf = (name: string): string => `/run/${name}.heartbeat`;

export function survivorUnit(name: string, fleet: FleetCase): string {
  const argument = name === 'principal' ? `${folderOf(fleet)}/broker.json` : heartbeatOf(name);
  return unitText(`${scriptOf(name)} ${argument}`, ['Restart=always', 'RestartSec=100ms']);
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The command as the broker runs it: as it is on its own host, over ssh on the others. */
function from(fleet: FleetCase, host: HostName, words: readonly string[]): readonly string[] {
  if (host === brokerHostOf(fleet)) return words;
  const quiet = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=3', '-n'];
  return ['ssh', ...quiet, `root@${ADDRESSES[host]}`, words.map(quoted).join(' ')];
}

const startOf = ({ name, start }: Target): readonly string[] =>
  start ?? ['systemctl', 'start', `${name}.service`];

/** Where its API is reached from desk. */
export const addressOf = (fleet: FleetCase): string =>
  brokerHostOf(fleet) === 'desk' ? '127.0.0.1' : ADDRESSES[brokerHostOf(fleet)];

export function brokerConfig(fleet: FleetCase): string {
  return JSON.stringify({
    listen: addressOf(fleet),
    port: 8700,
    token: TOKEN,
    db: `${folderOf(fleet)}/broker.db`,
    stops: fleet.targets.map(({ name, host, stop, stopOn = host }) => ({
      service: name,
      host: stopOn,
      run: from(fleet, stopOn, stop ?? ['systemctl', 'stop', `${name}.service`]),
    })),
    starts: fleet.targets.map((target) => from(fleet, target.host, startOf(target))),
  });
}

export function inventoryText(fleet: FleetCase): string {
  const managerOf = (host: HostName): string => fleet.managers?.[host] ?? 'systemd';
  const db = `${folderOf(fleet)}/broker.db`;
  const hosts = HOSTS.map((name) => [
    name,
    name === 'desk'
      ? { transport: 'local', manager: managerOf(name) }
      : {
          transport: 'ssh',
          address: ADDRESSES[name],
          user: fleet.users?.[name] ?? 'root',
          'identity-file': '/root/.ssh/id_ed25519',
          manager: managerOf(name),
        },
  ]);
  const label = (name: string, host: HostName) =>
    managerOf(host) === 'none' ? {} : { label: managerOf(host) === 'systemd' ? `${name}.service` : name };
  const survivors = survivorsOf(fleet).map(({ name, host }) => [
    name,
    {
      host,
      ...label(name, host),
      match: { script: scriptOf(name) },
      ...(name === 'principal' ? {} : { heartbeat: { file: heartbeatOf(name), every: '1s' } }),
      ...(managerOf(host) === 'none' ? { start: ['systemctl', 'start', `${name}.service`] } : {}),
    },
  ]);
  const targets = fleet.targets.map((target) => [
    target.name,
    {
      host: target.host,
      ...label(target.name, target.host),
      match: target.match ?? { script: scriptOf(target.name) },
      ...(target.start !== undefined || managerOf(target.host) === 'none' ? { start: startOf(target) } : {}),
    },
  ]);
  return stringify({
    fleet: 'range',
    hosts: Object.fromEntries(hosts),
    services: Object.fromEntries([...survivors, ...targets]),
    broker: {
      service: 'principal',
      api: `http://${addressOf(fleet)}:8700`,
      auth: { bearer: TOKEN },
      halt: {
        request: 'POST /halt',
        body: { level: '$level', reason: '$reason' },
        pick: {
          level: '/level',
          incident: '/incident/id',
          reason: '/incident/reason',
          revision: '/revision',
          stops: '/stops',
          recorded: '/recorded',
        },
      },
      resume: { request: 'POST /resume', body: { incident: '$incident', revision: '$revision' } },
      status: {
        request: 'GET /status',
        pick: {
          level: '/level',
          incident: '/incident/id',
          reason: '/incident/reason',
          revision: '/revision',
        },
      },
      state: {
        sqlite: db,
        query: 'select level, incident, reason, revision from halt_state',
        incidents: 'select id, level, reason, opened_at, resolved_at from incidents order by opened_at',
      },
      audit: {
        sqlite: db,
        query: 'select seq, at, actor, action, subject, host, outcome from audit order by seq',
        stopped: ['stopped'],
        refused: ['refuse'],
      },
    },
  });
}

export function drillText(fleet: FleetCase): string {
  return stringify({
    name: fleet.name,
    title: `The range: ${fleet.name}`,
    level: 2,
    within: '5s',
    hold: '4s',
    // Three hosts, the broker and the runner share a few cores.
    'sample-every': '200ms',
    'max-gap': '2s',
    stops: fleet.targets.map(({ name }) => name),
    keeps: survivorsOf(fleet).map(({ name }) => name),
    ...fleet.drill,
  });
}
