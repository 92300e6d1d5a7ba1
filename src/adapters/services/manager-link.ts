import type { Host, Manager, Service } from '../../drill/model/inventory.ts';
import type { ManagedReading, ManagedService } from '../../drill/model/manager.ts';
import { absent, present, type Reading, unreadable } from '../../drill/model/reading.ts';
import type { HostLink, ManagerLink } from '../../drill/ports/world.ts';
import { LAUNCHD_SCRIPT, SYSTEMD_SCRIPT } from './manager-scripts.ts';
import { parseDisabled, parseLaunchctlPrint } from './parse-launchctl.ts';
import { parsePm2 } from './parse-pm2.ts';
import { parseSections, type Section } from './parse-sections.ts';
import { parseSupervisorctl } from './parse-supervisorctl.ts';
import { parseSystemctlShow } from './parse-systemctl.ts';
import { PM2_SCRIPT } from './pm2-script.ts';
import { SUPERVISOR_SCRIPT } from './supervisor-script.ts';

interface Reader {
  readonly script: string;
  readonly command: string;
  /** Its configuration is the script's second argument, or an empty word. */
  readonly config?: true;
  /** What the sections say of one label. */
  readonly read: (sections: readonly Section[], label: string) => Reading<ManagedService>;
}

const READERS: Readonly<Partial<Record<Manager, Reader>>> = {
  launchd: { script: LAUNCHD_SCRIPT, command: 'launchctl', read: fromLaunchd },
  systemd: { script: SYSTEMD_SCRIPT, command: 'systemctl', read: fromSystemd },
  supervisord: { script: SUPERVISOR_SCRIPT, command: 'supervisorctl', config: true, read: fromSupervisord },
  pm2: { script: PM2_SCRIPT, command: 'pm2', config: true, read: fromPm2 },
};

/** The name by which a link asks for a service; null where the inventory gives no label. */
export function managedName({ label, scope }: Pick<Service, 'label' | 'scope'>): string | null {
  // No label begins with "-".
  return label !== null && scope === 'user' ? `--user ${label}` : label;
}

/** Reads the service manager of one host, over its link; null where the inventory names none that can be read. */
export function createManagerLink(
  host: Pick<Host, 'manager' | 'managerCommand' | 'managerConfig'>,
  labels: ReadonlyMap<string, string>,
  link: Pick<HostLink, 'run'>,
): ManagerLink | null {
  const reader = READERS[host.manager];
  if (reader === undefined) return null;
  const command = host.managerCommand ?? reader.command;
  const config = reader.config === true ? [host.managerConfig ?? ''] : [];
  return {
    async read(services): Promise<Reading<readonly ManagedReading[]>> {
      const known = services.flatMap((service) => labels.get(service) ?? []);
      const argv = ['sh', '-c', reader.script, 'haltdrill-manager', command, ...config, ...known];
      const answer = known.length === 0 ? present({ exitCode: 0, output: 'end\n' }) : await link.run(argv);
      if (answer.kind !== 'present') return answer;
      const sections = parseSections(answer.value.output);
      if (sections.kind !== 'present') return sections;
      const of = (service: string): Reading<ManagedService> => {
        const label = labels.get(service);
        return label === undefined
          ? unreadable('the inventory gives no label for it')
          : reader.read(sections.value, label);
      };
      return present(services.map((service) => ({ service, reading: of(service) })));
    },
  };
}

/** launchctl(1) ends with 113 where the domain has no such service; one that says nothing at all does not know it either. */
const NO_SUCH_SERVICE = 113;

function fromLaunchd(sections: readonly Section[], label: string): Reading<ManagedService> {
  const section = sections.find(({ kind, name }) => kind === 'label' && name === label);
  if (section === undefined) return unreadable('its manager was not asked');
  if (section.text === '') {
    return section.statuses.some((status) => status === 0 || status === NO_SUCH_SERVICE)
      ? absent
      : unreadable(`launchctl ended with ${section.statuses.join(', ')}`);
  }
  const job = parseLaunchctlPrint(section.text);
  if (job.kind !== 'present') return job;
  const disabled = sections
    .filter(({ kind }) => kind === 'disabled')
    .flatMap(({ text }) => parseDisabled(text).get(label.slice(label.lastIndexOf('/') + 1)) ?? []);
  const off = disabled[0] ?? null;
  const bites = (job.value.bites ?? []).filter(({ kind }) => off !== true || kind !== 'starts-at-boot');
  return present({ ...job.value, disabled: off, bites });
}

function fromSystemd(sections: readonly Section[], label: string): Reading<ManagedService> {
  const at = sections.findIndex(({ kind, name }) => kind === 'label' && name === label);
  const section = sections[at];
  if (section === undefined) return unreadable('its manager was not asked');
  const status = section.statuses[0] ?? 'nothing';
  if (status !== 0) return unreadable(`systemctl ended with ${status}`);
  const next = sections.findIndex(({ kind }, index) => index > at && kind === 'label');
  const triggers = sections.slice(at + 1, next < 0 ? undefined : next);
  return parseSystemctlShow(section.text, triggers);
}

/** supervisorctl ends with 3 where a process does not run; with any other code it has not told everything. */
const NOT_ALL_RUN = 3;

function fromSupervisord(sections: readonly Section[], label: string): Reading<ManagedService> {
  const list = sections.find(({ kind }) => kind === 'status-of');
  const status = list?.statuses[0] ?? 'nothing';
  if (list === undefined || (status !== 0 && status !== NOT_ALL_RUN))
    return unreadable(`supervisorctl ended with ${status}`);
  return parseSupervisorctl(list.text, textOf(sections), label);
}

function fromPm2(sections: readonly Section[], label: string): Reading<ManagedService> {
  const list = sections.find(({ kind }) => kind === 'status-of');
  if (list?.text === '') return unreadable('no daemon of pm2 runs for this login');
  if (list?.statuses[0] !== 0) return unreadable(`pm2 ended with ${list?.statuses[0] ?? 'nothing'}`);
  return parsePm2(list.text, namesIn(textOf(sections)), label);
}

function textOf(sections: readonly Section[]): string {
  return sections.flatMap(({ kind, text }) => (kind === 'config' ? [text] : [])).join('');
}

function namesIn(json: string): string[] {
  try {
    const names: unknown = JSON.parse(json);
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
  } catch {
    return [];
  }
}
