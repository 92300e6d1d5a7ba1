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
    hosts: Object.entries(file.hosts).map(([name, host]) => toHost(name, host, here)),
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

function toHost(name: string, host: HostFile, here: Resolve): Host {
  return {
    name,
    transport: toTransport(host, here),
    manager: host.manager,
    managerCommand: host['manager-command'] ?? null,
  };
}

function toTransport(host: HostFile, here: Resolve): Transport {
  if (host.transport === 'local') return { kind: 'local' };
  const identity = host['identity-file'];
  return {
    kind: 'ssh',
    address: host.address,
    port: host.port,
    user: host.user,
    identityFile: identity === undefined ? null : here(identity),
    knownHostsFile: here(host['known-hosts']),
  };
}

function toService(name: string, service: ServiceFile, host: HostFile | undefined): Service {
  const { heartbeat } = service;
  return {
    name,
    host: service.host,
    label: service.label ?? null,
    match: service.match,
    instances: service.instances,
    heartbeat: heartbeat === undefined ? null : { file: heartbeat.file, everyMs: heartbeat.every },
    leaves: service.leaves,
    start: service.start ?? startCommand(host, service.label),
  };
}

const USUAL_COMMAND = {
  launchd: 'launchctl',
  systemd: 'systemctl',
  supervisord: 'supervisorctl',
  pm2: 'pm2',
};

/** All four managers start a service with `<command> start <label>` (launchctl(1), systemctl(1), supervisorctl, pm2). */
function startCommand(host: HostFile | undefined, label: string | undefined): readonly string[] | null {
  if (host === undefined || host.manager === 'none' || label === undefined) return null;
  return [host['manager-command'] ?? USUAL_COMMAND[host.manager], 'start', label];
}

function toBroker(broker: BrokerFile, here: Resolve): Broker {
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
    state:
      state === undefined
        ? null
        : {
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
    ...toRequest(messages.request, messages.body, messages.headers),
    table: table === undefined ? null : { file: here(table.sqlite), query: table.query.trim() },
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
