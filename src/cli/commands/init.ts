import type { FirstFile } from '../../drill/01-load/first-files.ts';
import type { FirstFleet } from '../../drill/model/first-fleet.ts';
import { CliError, messageOf, notRun, usage } from '../cli-error.ts';
import type { Effects } from '../effects.ts';
import { askForHosts } from '../init/ask-hosts.ts';
import { askForSwitch } from '../init/ask-switch.ts';
import { Interview, Wrong } from '../init/conversation.ts';
import { isName, nameFrom } from '../init/names.ts';

export interface InitOptions {
  readonly out?: string;
  readonly debug?: true;
}

/**
 * `haltdrill init`: asks about a fleet, looks at what runs on its hosts, and writes a first inventory and drills that can be loaded.
 * Changes nothing on any host, and overwrites nothing. Resolves with 0 where they are written.
 */
export async function init(options: InitOptions, effects: Effects): Promise<number> {
  const { files } = effects;
  const folder = files.resolve(options.out ?? '.', effects.folder);
  await refuseFilled(folder, effects);
  const talk = await effects.converse();
  try {
    const ask = new Interview(talk);
    ask.say(
      `haltdrill init asks about a fleet, looks at its hosts, and writes a first inventory and drills to ${files.shown(folder)}. It changes nothing on any host.`,
    );
    const fleet = await interview(ask, nameFrom(folder) ?? 'fleet', effects);
    const { firstFiles } = await import('../../drill/01-load/first-files.ts');
    const written = firstFiles(fleet);
    await check(written, fleet, folder, effects);
    await write(written, folder, effects);
    effects.out.write(
      `${written.map(({ path }) => `Written: ${files.shown(files.resolve(path, folder))}\n`).join('')}Next: haltdrill doctor, which looks whether all that a drill needs is there; haltdrill pin; haltdrill drill --level 2 --plan.\n`,
    );
    return 0;
  } finally {
    talk.close();
  }
}

/** Rejects where anything is there that would be overwritten. */
async function refuseFilled(folder: string, { files }: Effects): Promise<void> {
  for (const path of ['inventory.yaml', 'drills/level-2.yaml', 'drills/level-3.yaml']) {
    const file = files.resolve(path, folder);
    if ((await files.read(file)).kind !== 'missing')
      throw usage(
        `${files.shown(file)} is there already`,
        'init overwrites nothing',
        'name another folder with --out DIR, or move it away',
      );
  }
}

async function interview(ask: Interview, usual: string, effects: Effects): Promise<FirstFleet> {
  const fleet = await ask.ask(
    'What is the fleet called?',
    (answer) =>
      isName(answer) ? answer : new Wrong('a name is letters, digits, ".", "_" and "-", at most 64'),
    usual,
  );
  const { hosts, services } = await askForHosts(ask, fleet, effects);
  if (services.length === 0)
    throw notRun(
      'nothing was written',
      'no service of the fleet was named',
      'begin anew once the services run, or write inventory.yaml by hand',
    );
  return { fleet, hosts, services, ...(await askForSwitch(ask, services)) };
}

/** What could not be loaded is not written. */
async function check(
  written: readonly FirstFile[],
  { tokenVariable }: FirstFleet,
  folder: string,
  effects: Effects,
): Promise<void> {
  const [{ loadFleet }, { formatProblem }] = await Promise.all([
    import('../../drill/01-load/load-fleet.ts'),
    import('../../drill/01-load/problem.ts'),
  ]);
  const [inventory, ...drills] = written;
  if (inventory === undefined) return;
  // Whether the token is at hand by now plays no part in whether the file is right.
  const env = (name: string): string | undefined =>
    name === tokenVariable ? 'a-token-to-be' : effects.env(name);
  for (const drill of drills) {
    const loaded = loadFleet(
      { inventory, drill, knownIssues: null },
      { env, resolvePath: (path) => effects.files.resolve(path, folder) },
    );
    if (!loaded.ok)
      throw new CliError(
        64,
        `nothing was written; what was answered makes no inventory:\n${loaded.problems.map(formatProblem).join('\n')}`,
      );
  }
}

async function write(written: readonly FirstFile[], folder: string, { files }: Effects): Promise<void> {
  try {
    await files.makeFolder(files.resolve('drills', folder));
    for (const { path, text } of written) await files.write(files.resolve(path, folder), text);
  } catch (error) {
    throw new CliError(64, `not all was written; ${messageOf(error)}; make the folder writable`, {
      cause: error,
    });
  }
}
