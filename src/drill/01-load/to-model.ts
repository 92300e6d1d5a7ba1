import type { Drill } from '../model/drill.ts';
import {
  type Broker,
  type Command,
  type Expected,
  type Host,
  type Inventory,
  type Operation,
  type Service,
  type StatePointers,
  SWITCH_ALONE,
  type Transport,
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
    broker: toBroker(file, here),
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

function toBroker(file: InventoryFile, here: Resolve): Broker {
  const { broker } = file;
  const { state, audit, halt, status } = broker;
  return {
    service: broker.service ?? SWITCH_ALONE,
    api: broker.api ?? '',
    ...(broker.tls === undefined ? {} : { ca: here(broker.tls.ca) }),
    auth:
      broker.auth === undefined ? null : { bearer: broker.auth.bearer, second: broker.auth.second ?? null },
    halt: { ...toOperation(halt), ...toExpected(halt.expect), pick: halt.pick },
    resume: { ...toOperation(broker.resume), ...toExpected(broker.resume.expect) },
    manualResume: broker['manual-resume'] ?? null,
    status: status === undefined ? null : { ...toOperation(status), pick: toPointers(status.pick) },
    state: state === undefined ? null : toState(state, file, here),
    audit: audit === undefined ? null : toAudit(audit, file, here),
    messages: broker.messages === undefined ? null : toMessages(broker.messages, here),
  };
}

function toMessages(messages: NonNullable<BrokerFile['messages']>, here: Resolve): Broker['messages'] {
  const { table } = messages;
  return {
    ...toRequest(messages.request, messages.body, messages.headers),
    table: table === undefined ? null : { file: here(table.sqlite), query: table.query.trim() },
  };
}

/** Where a file of the broker lies: null for this machine, whose paths are relative to the inventory. */
function placed(
  path: string,
  on: string | undefined,
  { broker, hosts, services }: InventoryFile,
  here: Resolve,
): { readonly file: string; readonly host: string | null } {
  const name = on ?? services[broker.service ?? '']?.host;
  const isHere = name === undefined || hosts[name]?.transport === 'local';
  return isHere ? { file: here(path), host: null } : { file: path, host: name };
}

/** As above; a database here has no host. */
function database(path: string, on: string | undefined, file: InventoryFile, here: Resolve) {
  const { host, ...place } = placed(path, on, file, here);
  return host === null ? place : { ...place, host };
}

/** The rules have seen to it that exactly one source is there, with what it needs. */
function toState(
  state: NonNullable<BrokerFile['state']>,
  file: InventoryFile,
  here: Resolve,
): NonNullable<Broker['state']> {
  const { sqlite, query = '', incidents, json, url, headers, command, on, pick } = state;
  if (sqlite !== undefined)
    return {
      ...database(sqlite, on, file, here),
      query: query.trim(),
      incidents: incidents?.trim() ?? null,
    };
  const list = state['incident-list'];
  return {
    from:
      json !== undefined
        ? placed(json, on, file, here)
        : url !== undefined
          ? { url, headers }
          : { host: command?.host ?? null, run: command?.run ?? [] },
    pick: toPointers(pick ?? { level: '', incident: '' }),
    incidents:
      list === undefined
        ? null
        : {
            at: list.at,
            pick: {
              id: list.id,
              level: list.level,
              reason: list.reason ?? null,
              openedAt: list['opened-at'] ?? null,
              resolvedAt: list['resolved-at'],
            },
          },
  };
}

function toAudit(
  audit: NonNullable<BrokerFile['audit']>,
  file: InventoryFile,
  here: Resolve,
): NonNullable<Broker['audit']> {
  const { sqlite, query = '', lines, command, on, pick, stopped, refused = null } = audit;
  const words = { stopped, refused };
  if (sqlite !== undefined) return { ...database(sqlite, on, file, here), query: query.trim(), ...words };
  const { seq = null, at = null, actor = null, action = null, subject = '', host = null } = pick ?? {};
  return {
    from:
      lines !== undefined
        ? placed(lines, on, file, here)
        : { host: command?.host ?? null, run: command?.run ?? [] },
    pick: { seq, at, actor, action, subject, host, outcome: pick?.outcome ?? '' },
    ...words,
  };
}

/** Exactly one of request and command is there. */
function toOperation({
  request = '',
  body,
  headers,
  command,
}: Pick<BrokerFile['resume'], 'request' | 'body' | 'headers' | 'command'>): Operation | Command {
  return command === undefined
    ? toRequest(request, body, headers)
    : { host: command.host ?? null, run: command.run };
}

function toExpected(expect: BrokerFile['halt']['expect']): { readonly expect?: Expected } {
  if (expect === undefined) return {};
  const { status, exit, at, equals } = expect;
  return {
    expect: {
      codes: status ?? exit ?? null,
      at: at === undefined || equals === undefined ? null : { pointer: at, equals },
    },
  };
}

function toRequest(
  request: string,
  body: Operation['body'],
  headers: Readonly<Record<string, string>>,
): Operation {
  const space = request.indexOf(' ');
  return {
    method: request.slice(0, space) as Operation['method'],
    path: request.slice(space + 1),
    body,
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
  };
}

function toPointers(pick: NonNullable<BrokerFile['status']>['pick']): StatePointers {
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
