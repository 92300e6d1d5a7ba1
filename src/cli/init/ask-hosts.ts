import type { FirstHost, FirstService } from '../../drill/model/first-fleet.ts';
import type { Host } from '../../drill/model/inventory.ts';
import type { FoundManager, RunningService, Survey } from '../../drill/model/survey.ts';
import type { Effects } from '../effects.ts';
import { type Interview, Wrong } from './conversation.ts';
import { matchFor } from './match-for.ts';
import { isName, nameFrom } from './names.ts';

export interface Found {
  readonly hosts: FirstHost[];
  readonly services: FirstService[];
}

type Asked = Pick<FirstHost, 'ssh' | 'manager' | 'managerConfig'>;
const USUAL = { manager: 'none', managerConfig: null } as const;

/** Asks for one host after another, looks at each, and asks what of it is of the fleet. */
export async function askForHosts(ask: Interview, fleet: string, effects: Effects): Promise<Found> {
  const found: Found = { hosts: [], services: [] };
  for (;;) {
    const first = found.hosts.length === 0;
    const ssh = await ask.ask(
      first
        ? 'How is its first host reached? "local" for this machine, or an ssh address such as ops@10.0.0.7'
        : 'How is the next host reached? Nothing where there are no more',
      (answer) => (first && answer === '' ? new Wrong('a fleet has at least one host') : addressIn(answer)),
    );
    if (ssh === 'none') return found;
    const survey = await looked({ ssh, ...USUAL }, fleet, effects, ask);
    if (survey !== null) await askForServices(ask, { ssh, survey, fleet, found }, effects);
  }
}

/** `null`: this machine; `none`: no host. */
function addressIn(answer: string): FirstHost['ssh'] | 'none' | Wrong {
  if (answer === '') return 'none';
  if (answer === 'local') return null;
  const [, user, address, port] =
    /^(?:([^\s:@/-][^\s:@/]*)@)?([^\s:@/-][^\s:@/]*)(?::(\d{1,5}))?$/.exec(answer) ?? [];
  if (address === undefined || Number(port ?? 1) > 65_535 || Number(port ?? 1) < 1)
    return new Wrong('it is neither "local" nor like [user@]address[:port]');
  return { address, user: user ?? null, port: port === undefined ? null : Number(port) };
}

function hostOf({ ssh, manager, managerConfig }: Asked): Host {
  const none = { identityFile: null, passphrase: null, knownHostsFile: null, configFile: null };
  return {
    name: ssh?.address ?? 'local',
    transport: ssh === null ? { kind: 'local' } : { kind: 'ssh', ...ssh, ...none },
    become: null,
    manager,
    managerCommand: null,
    ...(managerConfig === null ? {} : { managerConfig }),
  };
}

async function looked(asked: Asked, fleet: string, effects: Effects, ask: Interview): Promise<Survey | null> {
  const { manager, managerConfig } = asked;
  const only = manager === 'none' ? null : { manager, config: managerConfig };
  const survey = await effects.surveyHost({ host: hostOf(asked), fleet, only });
  if (survey.kind === 'present') return survey.value;
  ask.say(`It could not be looked at: ${survey.kind === 'unreadable' ? survey.reason : 'nobody answers'}.`);
  return null;
}

interface About {
  readonly ssh: FirstHost['ssh'];
  readonly survey: Survey;
  readonly fleet: string;
  readonly found: Found;
}

async function askForServices(ask: Interview, about: About, effects: Effects): Promise<void> {
  const { ssh, found } = about;
  const { hostname, os } = about.survey.identity;
  ask.say(`It is ${hostname}, ${os}, where ${about.survey.processes.length} processes were seen.`);
  const name = await ask.ask(
    'What is it called here?',
    (answer) => nameOfHost(answer, found),
    usualName(hostname),
  );
  const { survey, one, config } = await managerOf(ask, about, effects);
  found.hosts.push({ name, ssh, manager: one?.manager ?? 'none', managerConfig: config });
  if (one === null || one.running.length === 0) {
    ask.say(
      'No service of a manager that haltdrill can read was found there: its services have to be written by hand.',
    );
    return;
  }
  const processes = new Map(survey.processes.map((process) => [process.pid, process]));
  const running = [...one.running].sort((a, b) => (a.label < b.label ? -1 : 1));
  const chosen = await ask.choose(
    `Which of these, which ${one.manager} runs, are of the fleet? Numbers such as 1 3-5, or nothing`,
    running,
    (service) => `${service.label}  ${commandOf(service, processes)}`,
  );
  for (const service of chosen) {
    const match = matchFor(service.pid, survey.processes);
    if (match === null) {
      ask.say(
        `${service.label} is left out: no executable or script of its own tells its process (pid ${service.pid}) from others.`,
      );
      continue;
    }
    const { label, scope } = service;
    found.services.push({ name: nameOf(label, name, found), host: name, label, scope, match });
  }
}

function nameOfHost(answer: string, { hosts }: Found): string | Wrong {
  if (!isName(answer)) return new Wrong('a name is letters, digits, ".", "_" and "-", at most 64');
  return hosts.some(({ name }) => name === answer) ? new Wrong('another host is called so') : answer;
}

const usualName = (hostname: string): string => nameFrom(hostname.split('.')[0] ?? '') ?? 'host';

function nameOf(label: string, host: string, { services }: Found): string {
  const wanted = nameFrom(label) ?? 'service';
  const isFree = (name: string): boolean => services.every((one) => one.name !== name);
  const free = [wanted, `${wanted}-${host}`].map((name) => name.slice(0, 64)).find(isFree);
  return free ?? `service-${services.length + 1}`;
}

function commandOf(
  { pid }: RunningService,
  processes: ReadonlyMap<number, Survey['processes'][number]>,
): string {
  const argv = processes.get(pid)?.argv;
  return argv?.kind === 'present' ? argv.value.join(' ') : '';
}

interface Managed {
  readonly survey: Survey;
  readonly one: FoundManager | null;
  readonly config: string | null;
}

/** The manager of the host's services: one of those that were found to run something, or another with a configuration of its own. */
async function managerOf(ask: Interview, { ssh, survey, fleet }: About, effects: Effects): Promise<Managed> {
  const { managers } = survey;
  if (managers.kind === 'unreadable') ask.say(`Its service managers could not be asked: ${managers.reason}.`);
  const busy = managers.kind === 'present' ? managers.value.filter(({ running }) => running.length > 0) : [];
  const names = ['systemd', 'launchd', 'supervisord', 'pm2', 'none'] as const;
  const seen = busy.map((one) => `${one.manager} (${one.running.length} up)`).join(', ');
  const manager = await ask.ask(
    `Which service manager runs the fleet there: ${names.join(', ')}? ${seen === '' ? 'None was found' : `Found: ${seen}`}`,
    (answer) => names.find((one) => one === answer) ?? new Wrong(`it is one of ${names.join(', ')}`),
    busy[0]?.manager ?? 'none',
  );
  const known = busy.find((one) => one.manager === manager);
  if (known !== undefined || manager === 'none') return { survey, one: known ?? null, config: null };
  const config = await ask.ask(
    manager === 'pm2'
      ? 'Its PM2_HOME, or nothing for the usual one'
      : 'Its configuration file, or nothing for the usual one',
    (answer) => (answer === '' || answer.startsWith('/') ? answer : new Wrong('it is no absolute path')),
  );
  const asked = { ssh, manager, managerConfig: config === '' ? null : config };
  const again = (await looked(asked, fleet, effects, ask)) ?? survey;
  const one = again.managers.kind === 'present' ? again.managers.value[0] : undefined;
  return { survey: again, one: one ?? { manager, running: [] }, config: asked.managerConfig };
}
