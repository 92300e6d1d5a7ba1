import { present, type Reading } from '../../drill/model/reading.ts';
import type { FoundManager, RunningService } from '../../drill/model/survey.ts';
import type { HostLink } from '../../drill/ports/world.ts';
import { LIST_SCRIPT } from './list-script.ts';
import { parseSections, type Section } from './parse-sections.ts';

type Listed = readonly Omit<RunningService, 'scope'>[];

/** A manager that lists what it runs, and how a line of it is read. */
const LISTS: Readonly<
  Record<string, { readonly manager: FoundManager['manager']; readonly read: (text: string) => Listed }>
> = {
  systemd: { manager: 'systemd', read: unitsIn },
  'systemd-user': { manager: 'systemd', read: unitsIn },
  launchd: { manager: 'launchd', read: jobsIn },
  supervisord: { manager: 'supervisord', read: programsIn },
  pm2: { manager: 'pm2', read: appsIn },
};

/**
 * What the service managers of a host say is up; `only` asks one of them, with a configuration of its own where that is not the
 * usual one. Managers that do not run are left out. Never rejects.
 */
export async function listRunning(
  link: Pick<HostLink, 'run'>,
  only: { readonly manager: FoundManager['manager']; readonly config: string | null } | null,
): Promise<Reading<readonly FoundManager[]>> {
  const words = [only?.manager ?? 'any', only?.config ?? ''];
  const answer = await link.run(['sh', '-c', LIST_SCRIPT, 'haltdrill-manager', ...words]);
  if (answer.kind !== 'present') return answer;
  const sections = parseSections(answer.value.output);
  return sections.kind === 'present' ? present(managersIn(sections.value)) : sections;
}

/** supervisorctl ends with 3 where one of its processes does not run, and with 4 where it does not reach its daemon. */
const SPOKEN: ReadonlySet<number> = new Set([0, 3]);

function managersIn(sections: readonly Section[]): FoundManager[] {
  const found = new Map<FoundManager['manager'], RunningService[]>();
  for (const { name, text, statuses } of sections) {
    const list = LISTS[name];
    if (list === undefined || !statuses.every((status) => SPOKEN.has(status))) continue;
    const scope = name === 'systemd-user' ? ('user' as const) : ('system' as const);
    const running = list.read(text).map((one) => ({ ...one, scope }));
    found.set(list.manager, [...(found.get(list.manager) ?? []), ...running]);
  }
  return [...found].map(([manager, running]) => ({ manager, running }));
}

/** Blocks of `Id=` and `MainPID=`, an empty line between them. */
function unitsIn(text: string): Listed {
  return text.split('\n\n').flatMap((block) => {
    const label = /^Id=(.+)$/m.exec(block)?.[1];
    return service(label, /^MainPID=(\d+)$/m.exec(block)?.[1]);
  });
}

/** `PID Status Label`, tabs between them; the PID of what does not run is `-`. */
function jobsIn(text: string): Listed {
  return text.split('\n').flatMap((line) => {
    const [pid, , label] = line.split('\t');
    return service(label, pid);
  });
}

/** `NAME RUNNING pid 123, uptime 0:01:02` */
function programsIn(text: string): Listed {
  return text.split('\n').flatMap((line) => {
    const found = /^(\S+)\s+RUNNING\s+pid (\d+),/.exec(line);
    return service(found?.[1], found?.[2]);
  });
}

function appsIn(text: string): Listed {
  try {
    const apps: unknown = JSON.parse(text);
    if (!Array.isArray(apps)) return [];
    return apps.flatMap((app: unknown) => {
      const { name, pid } = (app ?? {}) as { readonly name?: unknown; readonly pid?: unknown };
      return service(typeof name === 'string' ? name : undefined, String(pid));
    });
  } catch {
    return [];
  }
}

function service(label: string | undefined, pid: string | undefined): Listed {
  if (label === undefined || label === '' || !/^[1-9]\d{0,9}$/.test(pid ?? '')) return [];
  return [{ label, pid: Number(pid) }];
}
