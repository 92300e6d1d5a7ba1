import type { Drill } from '../../drill/model/drill.ts';
import type { Inventory } from '../../drill/model/inventory.ts';
import { secretsOf } from '../../drill/model/secrets.ts';
import { drillsIn } from '../choose-drill.ts';
import { type ChosenFile, chooseFile, chooseInventory } from '../choose-inventory.ts';
import { CliError, messageOf, usage } from '../cli-error.ts';
import type { Effects, WindowClock } from '../effects.ts';
import { needsSomebody } from '../interlocks/scheduled.ts';
import { nextRuns, type Schedule, scheduleOf } from '../schedule/runs.ts';
import { utc } from '../schedule/standing.ts';
import { Inexpressible, type ScheduledDrill, shellQuoted, type Units } from '../schedule/unit.ts';

export interface ScheduleOptions {
  readonly inventory?: string;
  readonly drill?: readonly string[];
  readonly reports?: string;
  readonly debug?: true;
}

export interface InstallOptions extends ScheduleOptions {
  readonly for: 'systemd' | 'launchd' | 'cron';
  readonly out: string;
}

const LISTED = 5;

interface Planned {
  readonly file: ChosenFile;
  readonly drill: Drill;
  readonly schedule: Schedule;
  readonly longestMs: number;
}

/** `haltdrill schedule list`: the next runs of each drill with a window, in its zone and in UTC. */
export async function scheduleList(options: ScheduleOptions, effects: Effects): Promise<number> {
  const { planned } = await schedules(options, effects);
  const clock = await effects.windows();
  const { inMinutes } = await import('../../drill/02-plan/duration.ts');
  const nowMs = Date.parse(effects.wall());
  const blocks = planned.map(({ drill, schedule, longestMs }) => {
    const head = `${drill.name} (level ${drill.level}, at most ${inMinutes(longestMs)})`;
    if (needsSomebody(drill)) return [head, '  never: somebody has to be present'];
    const runs = nextRuns(schedule, { nowMs, longestMs }, LISTED, clock);
    return [
      head,
      ...(runs.length === 0 ? [`  ${NEVER}`] : runs.map((ms) => `  ${run(ms, schedule, clock)}`)),
    ];
  });
  effects.out.write(`${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`);
  return 0;
}

const NEVER =
  'no run in the next two years: no window opens, or none is long enough, or another one that must be open is not';

function run(ms: number, { own }: Schedule, clock: WindowClock): string {
  return `${clock.inZone(ms, own.open[0]?.zone ?? 'UTC')}   ${utc(ms)}`;
}

/** `haltdrill schedule install`: writes the files, and prints what would activate them. */
export async function scheduleInstall(options: InstallOptions, effects: Effects): Promise<number> {
  const { planned, inventory } = await schedules(options, effects);
  const attended = planned.filter(({ drill }) => needsSomebody(drill));
  for (const { drill } of attended)
    effects.err.write(
      `haltdrill: ${drill.name} is left out; level ${drill.level} is never run on a schedule\n`,
    );
  const drills = planned.filter((one) => !attended.includes(one));
  if (drills.length === 0)
    throw usage(
      'there is nothing to install',
      'no drill is left that may run on a schedule',
      'name one with --drill FILE',
    );
  refuseTwins(drills);
  const reports = effects.files.resolve(options.reports ?? 'reports', effects.folder);
  const units = await unitsFor(
    options.for,
    drills.map((one) => scheduled(one, inventory, reports, effects)),
    effects,
  );
  const folder = effects.files.resolve(options.out, effects.folder);
  try {
    await effects.files.makeFolder(folder);
    for (const { name, text } of units.files)
      await effects.files.write(effects.files.resolve(name, folder), text);
  } catch (error) {
    throw new CliError(
      64,
      `${effects.files.shown(folder)} cannot be written; ${messageOf(error)}; name another folder with --out DIR`,
      {
        cause: error,
      },
    );
  }
  effects.out.write(
    [
      ...units.files.map(({ name }) => `wrote ${effects.files.shown(effects.files.resolve(name, folder))}`),
      '',
      'Nothing is activated yet. Look at the files, then run:',
      ...units.activate(shellQuoted(folder)).map((line) => `  ${line}`),
      '',
    ].join('\n'),
  );
  return 0;
}

function scheduled(
  { file, drill, schedule, longestMs }: Planned,
  inventory: ChosenFile,
  reports: string,
  effects: Effects,
): ScheduledDrill {
  const argv = [
    ...effects.program,
    'drill',
    '--scheduled',
    '--drill',
    file.path,
    '--inventory',
    inventory.path,
    '--out',
    reports,
  ];
  return { name: drill.name, level: drill.level, windows: schedule.own.open, argv, longestMs };
}

function refuseTwins(drills: readonly Planned[]): void {
  const twin = drills.find(
    ({ drill }, index) => drills.findIndex((one) => one.drill.name === drill.name) !== index,
  );
  if (twin !== undefined)
    throw usage(
      `two drills have the name ${twin.drill.name}`,
      'one would take the place of the other',
      'rename one',
    );
}

async function unitsFor(
  target: InstallOptions['for'],
  drills: readonly ScheduledDrill[],
  effects: Effects,
): Promise<Units> {
  try {
    if (target === 'systemd') return (await import('../schedule/systemd.ts')).systemdUnits(drills);
    if (target === 'cron') return (await import('../schedule/crontab.ts')).crontab(drills);
    const { launchdUnits } = await import('../schedule/launchd.ts');
    return launchdUnits(drills, await effects.windows());
  } catch (error) {
    if (!(error instanceof Inexpressible)) throw error;
    throw usage(
      `${target} cannot have this schedule`,
      error.message,
      'change the window, or take another target',
    );
  }
}

/** The drills that are named or, where none is, those in drills/ beside the inventory that have windows of their own. */
async function schedules(
  options: ScheduleOptions,
  effects: Effects,
): Promise<{ readonly planned: readonly Planned[]; readonly inventory: ChosenFile }> {
  const inventory = await chooseInventory(options.inventory, effects);
  const named = await Promise.all((options.drill ?? []).map((path) => chooseFile(path, '--drill', effects)));
  const folder = effects.files.resolve('drills', effects.files.folderOf(inventory.path));
  const found = named.length > 0 ? named : (await drillsIn(folder, effects)).map(({ file }) => file);
  const loaded = await loadAll(inventory, found, effects);
  const planned = loaded.flatMap(({ file, drill, fleet, longestMs }): Planned[] => {
    const schedule = scheduleOf(drill.windows, fleet.windows);
    if (schedule === null || (named.length === 0 && drill.windows === null)) return [];
    return [{ file, drill, schedule, longestMs }];
  });
  if (planned.length > 0) return { planned, inventory };
  throw usage(
    named.length > 0
      ? 'no drill that is named has a window'
      : `no drill in ${effects.files.shown(folder)} has windows of its own`,
    'a schedule starts a drill when its window opens',
    'declare `windows:` in a drill, or name drills with --drill FILE to have them go by the windows of the inventory',
  );
}

async function loadAll(
  inventory: ChosenFile,
  files: readonly ChosenFile[],
  effects: Effects,
): Promise<
  {
    readonly file: ChosenFile;
    readonly drill: Drill;
    readonly fleet: Inventory;
    readonly longestMs: number;
  }[]
> {
  const [{ loadFleet }, { formatProblem }, { makePlan }, { longestMs }] = await Promise.all([
    import('../../drill/01-load/load-fleet.ts'),
    import('../../drill/01-load/problem.ts'),
    import('../../drill/02-plan/make-plan.ts'),
    import('../../drill/02-plan/longest.ts'),
  ]);
  const source = ({ shown, text }: ChosenFile) => ({ path: shown, text });
  // No secret is needed to tell the time, nor are those of a lab there yet.
  const variables = { env: effects.env, keepUnresolved: true, resolvePath: (path: string) => path };
  const problems = new Set<string>();
  const loaded = files.flatMap((file) => {
    const read = loadFleet(
      { inventory: source(inventory), drill: source(file), knownIssues: null },
      variables,
    );
    if (!read.ok) {
      for (const problem of read.problems) problems.add(formatProblem(problem));
      return [];
    }
    effects.secrets.keep(secretsOf(read.inventory));
    const plan = makePlan({ inventory: read.inventory, drill: read.drill, environment: 'live', pins: null });
    return [{ file, drill: read.drill, fleet: read.inventory, longestMs: longestMs(plan) }];
  });
  if (problems.size > 0) throw new CliError(64, [...problems].join('\n'));
  return loaded;
}
