import type { Drill } from '../model/drill.ts';
import { GUARDS, type GuardName } from '../model/guards.ts';
import { type Host, type Inventory, isCommand, type Service, type Transport } from '../model/inventory.ts';
import { aliveAgents } from '../model/message-route.ts';
import type { Pins } from '../model/pin.ts';
import type { MessageRoute, Plan, PlannedHost, PlannedService, Role } from '../model/plan.ts';
import { notTestedBy } from './not-tested.ts';
import { stopConditionsOf } from './stop-conditions.ts';
import { triableGuards } from './triable-guards.ts';

/**
 * What a drill is going to do and to demand of this fleet. Every host and every service of the inventory is in it,
 * whether the drill names it or not, since all of them are watched. It holds no secret.
 */
export function makePlan(from: {
  readonly inventory: Inventory;
  readonly drill: Drill;
  /** `live`, or `lab:<name>`. */
  readonly environment: string;
  /** Null: nobody has pinned the hosts. */
  readonly pins: Pins | null;
  /** Whether somebody is there who types the phrase and watches; false unless told. */
  readonly manned?: boolean;
}): Plan {
  const { inventory, drill, environment, pins, manned = false } = from;
  const guards = triableGuards(drill, { environment, manned });
  const services = inventory.services.map((service) => plannedService(service, drill));
  return {
    drill: drill.name,
    title: drill.title,
    level: drill.level,
    asset: drill.asset,
    environment,
    fleet: inventory.fleet,
    hosts: inventory.hosts.map((host) => plannedHost(host, pins)),
    services,
    broker: inventory.broker.service,
    expect: drill.broker,
    effects: drill.effects,
    guards: inOrder(guards.tried),
    messages: routeOf(inventory, drill),
    stopWhen: stopConditionsOf(drill),
    manned,
    secondOperator: needsSecond(inventory, drill),
    ...(isCommand(inventory.broker.halt) && { haltsByCommand: true }),
    crash: drill.crash,
    resume: drill.resume,
    phrase: drill.phrase,
    manualResume: drill.resume === 'manual' ? (inventory.broker.manualResume ?? []) : [],
    timing: drill.timing,
    oneMachine: inventory.oneMachine,
    sources: {
      status: inventory.broker.status !== null,
      store: inventory.broker.state !== null,
      incidents: (inventory.broker.state?.incidents ?? null) !== null,
      audit: inventory.broker.audit?.stopped ?? null,
      exchange: inventory.exchange !== null,
      refused: inventory.broker.audit?.refused ?? null,
    },
    notTested: [
      ...notTestedBy(inventory, drill, services),
      ...unpinned(inventory, environment, pins),
      ...guards.skipped,
    ],
  };
}

function unpinned({ hosts }: Inventory, environment: string, pins: Pins | null): string[] {
  const free = hosts.filter(({ name }) => !pins?.hosts.has(name)).map(({ name }) => name);
  // Whoever starts a lab knows which machine it is.
  if (environment !== 'live' || free.length === 0) return [];
  return [
    `Whether these hosts are the machines that they were before: ${free.join(', ')}. They are not pinned (\`haltdrill pin\`); a machine in the place of another one would be drilled.`,
  ];
}

/** Guards are tried in the order of the least harm, however the drill lists them. */
function inOrder(guards: Drill['guards']): Plan['guards'] {
  return (Object.keys(GUARDS) as GuardName[]).filter((guard) => guards.includes(guard));
}

/** Only a resume over the API shows the second operator's token. */
function needsSecond({ broker }: Inventory, { resume }: Drill): boolean {
  return resume === 'api' && /\$second\b/.test(JSON.stringify(broker.resume));
}

function routeOf({ broker }: Inventory, { guards, keeps, stops }: Drill): MessageRoute | null {
  const [halted] = stops;
  const alive = aliveAgents(keeps, broker.service);
  if (!guards.includes('message-to-halted') || halted === undefined || alive === null) return null;
  return { ...alive, halted, table: (broker.messages?.table ?? null) !== null };
}

function plannedHost({ name, transport, become, manager }: Host, pins: Pins | null): PlannedHost {
  const pin = pins?.hosts.get(name);
  return {
    name,
    reachedBy: `${reachedBy(transport)}${become === null ? '' : ', looking as root'}`,
    manager,
    ...(transport.kind === 'container' ? { on: transport.on.host } : {}),
    ...(pin === undefined ? {} : { pin }),
  };
}

/** How a host is reached, such as `local` or `ssh ops@192.168.1.150:22`. */
export function reachedBy(transport: Transport): string {
  if (transport.kind === 'local') return 'local';
  if (transport.kind === 'container') {
    const { engine, container, on } = transport;
    return `${engine} exec ${container}, on ${on.host} (${reachedBy(on.transport)})`;
  }
  const { user, address, port } = transport;
  const at = `ssh ${user === null ? '' : `${user}@`}${address.includes(':') ? `[${address}]` : address}`;
  if (port === null) return at;
  // 0: the variable that holds it is not set yet, as for a lab that does not run.
  return `${at}:${port === 0 ? '(not set)' : port}`;
}

function plannedService(service: Service, drill: Drill): PlannedService {
  const { name, host, match, instances, leaves, heartbeat, start } = service;
  return { name, host, role: roleOf(name, drill), match, instances, leaves, heartbeat, start };
}

function roleOf(service: string, { stops, keeps }: Drill): Role {
  if (stops.includes(service)) return 'target';
  return keeps.includes(service) ? 'survivor' : 'bystander';
}
