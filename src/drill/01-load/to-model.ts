import type { Drill } from '../model/drill.ts';
import type {
  Broker,
  Host,
  Inventory,
  Operation,
  Service,
  StatePointers,
  Transport,
} from '../model/inventory.ts';
import type { DrillFile } from './drill-schema.ts';
import type { BrokerFile, HostFile, InventoryFile, ServiceFile } from './inventory-schema.ts';
import { startCommand } from './start-command.ts';
import { toStopCondition } from './stop-when-schema.ts';
import { isUnresolved } from './variables.ts';
import { toWindows } from './windows-schema.ts';

/** From the files' own keys to the model's. Everything has been checked; nothing here can fail. */

/** Makes a path on this machine absolute. */
export type Resolve = (path: string) => string;

export function toInventory(file: InventoryFile, resolve: Resolve): Inventory {
  const here: Resolve = (path) => (isUnresolved(path) ? path : resolve(path));
  return {
    provider: file.provider,
    fleet: file.fleet,
    hosts: Object.entries(file.hosts).map(([name, host]) => toHost(name, host, file.hosts, here)),
    services: Object.entries(file.services).map(([name, service]) =>
      toService(name, service, file.hosts[service.host]),
    ),
    broker: toBroker(file.broker, here),
    exchange: file.exchange ?? null,
    oneMachine: file['one-machine'],
    windows: toWindows(file),
    gate: { staleAfterMs: file.gate['stale-after'] },
    secrets: file.secrets,
  };
}

type Hosts = Readonly<Record<string, HostFile>>;

function toHost(name: string, host: HostFile, hosts: Hosts, here: Resolve): Host {
  return {
    name,
    transport: toTransport(host, hosts, here),
    become: (host.transport === 'container' ? undefined : host.become) ?? null,
    manager: host.manager,
    managerCommand: host['manager-command'] ?? null,
    ...(host['manager-config'] === undefined ? {} : { managerConfig: host['manager-config'] }),
  };
}

function toTransport(host: HostFile, hosts: Hosts, here: Resolve): Transport {
  if (host.transport !== 'container') return toDirect(host, here);
  const { engine, container, on } = host;
  const home = hosts[on];
  // The rules have refused every other kind.
  const transport = home === undefined || home.transport === 'container' ? LOCAL : toDirect(home, here);
  return { kind: 'container', engine, container, on: { host: on, transport } };
}

const LOCAL = { kind: 'local' } as const;

function toDirect(
  host: Exclude<HostFile, { transport: 'container' }>,
  here: Resolve,
): Exclude<Transport, { kind: 'container' }> {
  if (host.transport === 'local') return LOCAL;
  const at = (path: string | undefined): string | null => (path === undefined ? null : here(path));
  return {
    kind: 'ssh',
    address: host.address,
    port: host.port ?? null,
    user: host.user ?? null,
    identityFile: at(host['identity-file']),
    passphrase: host.passphrase ?? null,
    knownHostsFile: at(host['known-hosts']),
    configFile: host['ssh-config'] === 'none' ? 'none' : at(host['ssh-config']),
  };
}

function toService(name: string, service: ServiceFile, host: HostFile | undefined): Service {
  const { heartbeat } = service;
  return {
    name,
    host: service.host,
    label: service.label ?? null,
    ...(service.scope === 'user' ? { scope: service.scope } : {}),
    match: service.match,
    instances: service.instances,
    heartbeat: heartbeat === undefined ? null : { file: heartbeat.file, everyMs: heartbeat.every },
    leaves: service.leaves,
    start: service.start ?? startCommand(host, service),
  };
}

function toBroker(broker: BrokerFile, here: Resolve): Broker {
  const { state, audit, halt, status } = broker;
  return {
    service: broker.service,
    api: broker.api,
    auth:
      broker.auth === undefined ? null : { bearer: broker.auth.bearer, second: broker.auth.second ?? null },
    halt: { ...toOperation(halt), pick: halt.pick },
    resume: { ...toOperation(broker.resume), headers: broker.resume.headers },
    manualResume: broker['manual-resume'] ?? null,
    status: { ...toOperation(status), pick: toPointers(status.pick) },
    state: {
      file: here(state.sqlite),
      query: state.query.trim(),
      incidents: state.incidents?.trim() ?? null,
    },
    audit:
      audit === undefined
        ? null
        : {
            file: here(audit.sqlite),
            query: audit.query.trim(),
            stopped: audit.stopped,
            refused: audit.refused ?? null,
          },
    messages: broker.messages === undefined ? null : toMessages(broker.messages, here),
  };
}

function toMessages(messages: NonNullable<BrokerFile['messages']>, here: Resolve): Broker['messages'] {
  const { table } = messages;
  return {
    ...toOperation(messages),
    table: table === undefined ? null : { file: here(table.sqlite), query: table.query.trim() },
  };
}

function toOperation({ request, body }: Pick<BrokerFile['resume'], 'request' | 'body'>): Operation {
  const space = request.indexOf(' ');
  return {
    method: request.slice(0, space) as Operation['method'],
    path: request.slice(space + 1),
    body,
  };
}

function toPointers(pick: BrokerFile['status']['pick']): StatePointers {
  return {
    level: pick.level,
    incident: pick.incident,
    reason: pick.reason ?? null,
    revision: pick.revision ?? null,
    asset: pick.asset ?? null,
  };
}

export function toDrill(file: DrillFile): Drill {
  return {
    name: file.name,
    title: file.title,
    level: file.level,
    asset: file.asset ?? null,
    stops: file.stops,
    keeps: file.keeps,
    broker: file.broker ?? { level: file.level, incident: 'open' },
    effects: file.effects ?? null,
    guards: file.guards,
    stopWhen: file['stop-when'].map(toStopCondition),
    crash: file.crash ?? null,
    resume: file.resume,
    phrase: file.phrase,
    timing: {
      baselineMs: file.baseline,
      withinMs: file.within,
      holdMs: file.hold,
      restoreWithinMs: file['restore-within'],
      settleMs: file.settle,
      crashWithinMs: file['crash-within'],
      sampleEveryMs: file['sample-every'],
      maxGapMs: file['max-gap'],
    },
    windows: toWindows(file),
  };
}
