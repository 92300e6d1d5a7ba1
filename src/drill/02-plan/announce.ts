import type { Plan, PlannedHost, PlannedService } from '../model/plan.ts';
import { commandLine } from './command-line.ts';

/**
 * What a drill that somebody has to confirm is about to destroy, and how it will come back, host by host: what they read first. Ends with a line end.
 */
export function announce(plan: Plan): string {
  const targets = plan.services.filter(({ role }) => role === 'target');
  const lab = plan.environment.startsWith('lab:') ? `LAB (${plan.environment.slice(4)}): ` : '';
  const lasting =
    plan.resume === 'api' ? '' : `, and no API call brings ${targets.length === 1 ? 'it' : 'them'} back`;
  return `${[
    `${lab}${plan.title} (${plan.drill}, level ${plan.level}): this takes ${count(targets.length)} of fleet ${plan.fleet} down${lasting}.`,
    ...plan.hosts.flatMap((host) => ['', ...hostLines(plan, host)]),
    '',
    ...undoLines(plan),
  ].join('\n')}\n`;
}

function hostLines(plan: Plan, host: PlannedHost): string[] {
  const here = plan.services.filter((service) => service.host === host.name);
  const doomed = here.filter(({ role }) => role === 'target');
  const others = here.filter(({ role }) => role !== 'target');
  const steps = plan.manualResume.flatMap(({ host: home, run }, index) =>
    home === host.name ? [`    step ${index + 1}: ${commandLine(run)}`] : [],
  );
  const starts = doomed.map((service) => startLine(plan, service));
  return [
    `${host.name} (${host.reachedBy})`,
    ...(doomed.length === 0
      ? ['  nothing is taken down']
      : [
          '  taken down, every process of:',
          ...doomed.map((service) => `    ${service.name}${note(plan, service)}`),
        ]),
    ...(others.length === 0 ? [] : [`  left alone: ${others.map(({ name }) => name).join(', ')}`]),
    ...(steps.length + starts.length === 0 ? [] : ['  comes back by:', ...steps, ...starts]),
  ];
}

function note({ broker }: Plan, { name, instances }: PlannedService): string {
  const notes = [
    ...(name === broker ? ['the broker itself'] : []),
    ...(instances === 1 ? [] : [`${instances} instances`]),
  ];
  return notes.length === 0 ? '' : ` (${notes.join(', ')})`;
}

function startLine({ resume }: Plan, { name, start }: PlannedService): string {
  const way = resume === 'api' ? 'the resume' : 'the steps';
  return start === null
    ? `    ${name}: by ${way}; nothing else is known that starts it`
    : `    ${name}, where ${way} leave${resume === 'api' ? 's' : ''} it down: ${commandLine(start)}`;
}

function undoLines({ manualResume, resume, broker }: Plan): string[] {
  if (resume === 'api')
    return [`Way back: ${broker} is asked to resume, then what is still down is started.`];
  const steps = manualResume.map(({ host }, index) => `step ${index + 1} on ${host}`);
  return [`Way back: ${steps.join(', then ')}, then what is still down is started.`];
}

function count(n: number): string {
  return n === 1 ? '1 service' : `${n} services`;
}
