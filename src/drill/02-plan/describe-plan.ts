import { asksStatus, notCovered, readsStore, showsState } from '../model/coverage.ts';
import { steadyEveryMs } from '../model/drill.ts';
import { brokerInside } from '../model/foresight.ts';
import { type GuardKind, guardKind } from '../model/guards.ts';
import type { Match } from '../model/inventory.ts';
import type { Plan, PlannedHost, PlannedService, Role } from '../model/plan.ts';
import { commandLine } from './command-line.ts';
import { inMinutes, inUnits } from './duration.ts';
import { longestMs } from './longest.ts';
import { stopConditionLines } from './stop-conditions.ts';

/**
 * A plan as plain text, for `--plan`: a reader must be able to say no to the drill from it. `foreseen` is what will bite, with what the hosts
 * say of it where they were asked. Ends with a line end.
 */
export function describePlan(plan: Plan, foreseen: readonly string[] = brokerInside(plan)): string {
  return `${[
    ...heading(plan),
    '',
    ...plan.hosts.flatMap((host) => [...describeHost(host, plan), '']),
    ...sectionOf('Effects', effectLines(plan)),
    ...sectionOf('Broker', brokerLines(plan)),
    ...(foreseen.length === 0 ? [] : sectionOf('Foreseen', foreseen)),
    ...sectionOf('Guards', guardLines(plan)),
    ...sectionOf('Stop conditions', stopConditionLines(plan)),
    ...sectionOf('Timing', [...timingLines(plan), longestLine(plan)]),
    ...sectionOf('Undo', undoLines(plan)),
    ...(notCovered(plan).length === 0
      ? []
      : sectionOf('Not covered', [
          `The inventory does not declare: ${notCovered(plan).join(', ')}. Nothing is assumed about it.`,
        ])),
    ...sectionOf(
      'Not tested',
      plan.notTested.map((line) => `- ${line}`),
    ),
  ]
    .join('\n')
    .trimEnd()}\n`;
}

function heading(plan: Plan): string[] {
  const { environment, asset, services } = plan;
  const mark = environment.startsWith('lab:') ? `LAB (${environment.slice(4)}): ` : '';
  const halt = `a halt at level ${plan.level}${asset === null ? '' : ` of ${asset}`}`;
  const count = (role: Role): number => services.filter((service) => service.role === role).length;
  return [
    `${mark}${plan.title} (${plan.drill}, level ${plan.level})`,
    `Fleet ${plan.fleet}, environment ${environment}. This is a plan: nothing has been triggered.`,
    '',
    `The drill asks ${plan.broker} for ${halt}, once.`,
    ...(plan.phrase === 'typed'
      ? [
          'The operator types a confirmation phrase before anything starts. It is sent with the halt and written nowhere.',
        ]
      : []),
    `Then ${count('target')} must stop, ${count('survivor')} must survive, ${count('bystander')} are only watched.`,
    ...(plan.sources.exchange && plan.effects !== null
      ? []
      : ['Processes only: no independent effect is looked at.']),
  ];
}

const DEMAND: Readonly<Record<Role, string>> = {
  target: 'must stop',
  survivor: 'must survive',
  bystander: 'only watched',
};

function describeHost(host: PlannedHost, plan: Plan): string[] {
  const services = plan.services.filter((service) => service.host === host.name);
  const width = Math.max(0, ...services.map(({ name }) => name.length));
  const twins = plan.oneMachine.filter((group) => group.includes(host.name)).flat();
  const others = [...new Set(twins)].filter((name) => name !== host.name);
  const { pin } = host;
  return [
    `${host.name} (${host.reachedBy}, ${host.manager === 'none' ? 'no service manager' : host.manager})`,
    ...(pin === undefined
      ? []
      : [`  must be ${pin.hostname}, machine id ${pin.machineId ?? 'none'}, as it was pinned`]),
    ...(others.length > 0 ? [`  one machine with ${others.join(', ')}, as the inventory says`] : []),
    ...(services.length > 0
      ? []
      : ['  no service lives here; its processes are watched for services of other hosts']),
    ...services.map(
      (service) =>
        `  ${service.name.padEnd(width)}  ${DEMAND[service.role].padEnd(12)}  ${recognisedBy(service)}`,
    ),
  ];
}

function recognisedBy({ match, instances, heartbeat, leaves }: PlannedService): string {
  return [
    keysOf(match),
    ...(instances === 1 ? [] : [`${instances} instances`]),
    ...(heartbeat === null ? [] : [`heartbeat ${heartbeat.file} every ${inUnits(heartbeat.everyMs)}`]),
    ...leaves.map((leaf) => `may leave ${keysOf(leaf)}`),
  ].join('; ');
}

function keysOf(match: Match): string {
  return (['exe', 'argv0', 'script'] as const)
    .flatMap((key) => (match[key] === undefined ? [] : [`${key} ${match[key]}`]))
    .join(' and ');
}

function effectLines({ effects }: Plan): string[] {
  if (effects === null) return ['None are demanded.'];
  const { silent, flat, active } = effects;
  return [
    ...(silent.length > 0 ? [`No order is accepted after the deadline: ${silent.join(', ')}`] : []),
    ...(flat.length > 0 ? [`The position is zero, with no open orders: ${flat.join(', ')}`] : []),
    ...(active.length > 0 ? [`Orders must go on: ${active.join(', ')}`] : []),
  ];
}

function brokerLines(plan: Plan): string[] {
  const { expect, sources, crash, timing } = plan;
  return [
    isTarget(plan.broker, plan)
      ? `Its store must say level ${expect.level}, ${expect.incident === 'open' ? 'with an open incident' : 'whatever it says of incidents'}. Its API goes down with it.`
      : !showsState(plan)
        ? 'Nothing shows its state, so nothing is demanded of that.'
        : `${stateSources(plan)} must say level ${expect.level}, ${expect.incident === 'open' ? 'with an open incident' : 'whatever they say of incidents'}.`,
    sources.audit === null
      ? 'No audit log is read.'
      : `The audit log is read; ${sources.audit.map((word) => `"${word}"`).join(', ')} counts as a claim to have stopped something.`,
    crash === null
      ? 'It is not crashed.'
      : `Once the stop is proven, ${crash} is killed with SIGKILL. Its service manager must bring it back within ${inUnits(timing.crashWithinMs)}, still halted.`,
  ];
}

function stateSources(plan: Plan): string {
  if (!readsStore(plan)) return 'Its API';
  return asksStatus(plan) ? 'API and store' : 'Its store';
}

function guardLines({ guards, messages }: Plan): string[] {
  if (guards.length === 0) return ['None are tried.'];
  const lines = (when: GuardKind['when'], must: GuardKind['must'], words: string): string[] => {
    const kinds = guards.map(guardKind).filter((kind) => kind.when === when && kind.must === must);
    return kinds.length === 0 ? [] : [`${words} ${kinds.map(({ what }) => what).join('; ')}`];
  };
  return [
    ...lines('before', 'be refused', 'Sent once before the trigger, and must be refused:'),
    ...lines('halted', 'be refused', 'Sent once while halted, and must be refused:'),
    ...lines('halted', 'be harmless', 'Sent once while halted, and must change nothing:'),
    ...(messages === null
      ? []
      : [
          `The message is ${messages.sender}'s to ${messages.halted}; the same one must get through to ${messages.alive}.`,
        ]),
    'The first that is not refused ends the drill, and is undone.',
  ];
}

function timingLines({ timing }: Plan): string[] {
  return [
    `baseline ${inUnits(timing.baselineMs)} before the trigger; halted within ${inUnits(timing.withinMs)}; hold ${inUnits(timing.holdMs)}`,
    `a sample of each host every ${inUnits(timing.sampleEveryMs)}, in the hold every ${inUnits(steadyEveryMs(timing))}; a gap over ${inUnits(timing.maxGapMs)} proves nothing`,
  ];
}

function longestLine(plan: Plan): string {
  return `at most ${inMinutes(longestMs(plan))} in all, should everything be late that may be, and the undo be done by hand`;
}

function isTarget(name: string, { services }: Plan): boolean {
  return services.some((service) => service.name === name && service.role === 'target');
}

function undoLines(plan: Plan): string[] {
  const { broker, services, timing } = plan;
  const targets = services.filter((service) => service.role === 'target');
  if (plan.resume === 'manual') return manualLines(plan, targets);
  return [
    `${broker} is asked to resume, ${showsState(plan) ? "only if the halt is this drill's own" : 'once, whosever halt it may be'}; everything must be back within ${inUnits(timing.restoreWithinMs)} and stay up for ${inUnits(timing.settleMs)}.`,
    ...(targets.length > 0
      ? [
          'Where the broker has forgotten the halt, what was alive before and is gone is started on its host by:',
        ]
      : []),
    ...targets.map(startLine),
  ];
}

function manualLines({ broker, manualResume, timing }: Plan, targets: readonly PlannedService[]): string[] {
  const brokerFirst = [...targets].sort((a, b) => Number(b.name === broker) - Number(a.name === broker));
  return [
    "No API call lifts this halt. Only if it is this drill's own, this is run in order, each step on its host:",
    ...manualResume.map(({ host, run }, index) => `  ${index + 1}. on ${host}: ${commandLine(run)}`),
    'Then what was alive before and is still down is started on its host by:',
    ...brokerFirst.map(startLine),
    `Everything must be back within ${inUnits(timing.restoreWithinMs)} and stay up for ${inUnits(timing.settleMs)}.`,
  ];
}

function startLine({ name, host, start }: PlannedService): string {
  return `  ${name} on ${host}: ${start === null ? 'nothing is known that starts it' : commandLine(start)}`;
}

function sectionOf(title: string, lines: readonly string[]): string[] {
  return [title, ...lines.map((line) => `  ${line}`), ''];
}
