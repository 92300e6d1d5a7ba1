import { stringify } from 'yaml';
import type { FirstFleet, FirstHost, FirstService, Way } from '../model/first-fleet.ts';

/** A file of a first inventory, by its path from the folder that it is written to. */
export interface FirstFile {
  readonly path: string;
  readonly text: string;
}

const TITLES: Readonly<Record<number, string>> = { 2: 'Halt all trading', 3: 'Halt the whole fleet' };

/** `inventory.yaml` of a fleet that somebody described for the first time, and a drill for each level that stops something. */
export function firstFiles(fleet: FirstFleet): FirstFile[] {
  const drills = [...fleet.stops].filter(([, stops]) => stops.length > 0);
  return [
    { path: 'inventory.yaml', text: inventoryText(fleet) },
    ...drills.map(([level, stops]) => ({
      path: `drills/level-${level}.yaml`,
      text: drillText(fleet, level, stops),
    })),
  ];
}

const HEADER = `# The fleet, as its operator knows it, first written by \`haltdrill init\`. What its halt leaves uncovered is named in every report:
# broker.state (where the halt is stored), broker.audit, exchange, and a heartbeat for each survivor are worth adding.
`;

function inventoryText(fleet: FirstFleet): string {
  const { broker, halt, resume, status, tokenVariable } = fleet;
  const api = [halt, resume, status].flatMap((way) => (way?.kind === 'request' ? [way.api] : []))[0];
  return `${HEADER}${yaml({
    fleet: fleet.fleet,
    hosts: Object.fromEntries(fleet.hosts.map((host) => [host.name, hostOf(host)])),
    services: Object.fromEntries(fleet.services.map((service) => [service.name, serviceOf(service)])),
    broker: {
      ...(broker === null ? {} : { service: broker }),
      ...(api === undefined ? {} : { api }),
      ...(tokenVariable === null ? {} : { auth: { bearer: `\${${tokenVariable}}` } }),
      halt: way(halt, 'POST', { level: '$level', reason: '$reason' }),
      resume: {
        ...way(resume, 'POST', status === null ? null : { incident: '$incident' }),
        ...(status === null ? { 'without-ownership': 'accepted' } : {}),
      },
      ...(status === null
        ? {}
        : {
            status: {
              ...way(status, 'GET', null),
              pick: { level: status.level, incident: status.incident, reason: status.reason },
            },
          }),
    },
  })}`;
}

function hostOf({ ssh, manager, managerConfig }: FirstHost): Readonly<Record<string, unknown>> {
  const managed = { manager, ...(managerConfig === null ? {} : { 'manager-config': managerConfig }) };
  if (ssh === null) return { transport: 'local', ...managed };
  const { address, user, port } = ssh;
  return {
    transport: 'ssh',
    address,
    ...(port === null ? {} : { port }),
    ...(user === null ? {} : { user }),
    ...managed,
  };
}

function serviceOf({ host, label, scope, match }: FirstService): Readonly<Record<string, unknown>> {
  return { host, label, ...(scope === 'user' ? { scope } : {}), match };
}

function way(how: Way, method: string, body: Readonly<Record<string, string>> | null) {
  if (how.kind === 'command') return { command: { run: how.words } };
  return { request: `${method} ${how.path}`, ...(body === null ? {} : { body }) };
}

function drillText(fleet: FirstFleet, level: number, stops: readonly string[]): string {
  const title = TITLES[level] ?? `Halt at level ${level}`;
  return yaml({
    name: `level-${level}`,
    title,
    level,
    within: '10s',
    hold: '30s',
    stops,
    keeps: fleet.services.map(({ name }) => name).filter((name) => !stops.includes(name)),
    ...(fleet.status === null ? {} : { broker: { level, incident: 'open' } }),
  });
}

function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, flowCollectionPadding: true });
}
