import { type ChosenFile, chooseFile } from './choose-inventory.ts';
import { CliError, usage } from './cli-error.ts';
import type { Effects } from './effects.ts';
import { DASHES } from './npm-options.ts';

/** The drill that `--drill` names, or the one of `--level` among `drills/*.yaml` beside the inventory: exactly one. */
export async function chooseDrill(
  options: { readonly level?: number; readonly drill?: string },
  inventory: ChosenFile,
  effects: Effects,
): Promise<ChosenFile> {
  if (options.level !== undefined && options.drill !== undefined) {
    throw usage('both --level and --drill are given', 'each names a drill', 'give one of them');
  }
  if (options.drill !== undefined) return chooseFile(options.drill, '--drill', effects);
  const folder = effects.files.resolve('drills', effects.files.folderOf(inventory.path));
  const found = await drillsIn(folder, effects);
  const list = found.map(({ file, level }) => `${file.shown} (level ${level})`).join(', ');
  const have = list === '' ? `there is no drill in ${effects.files.shown(folder)}` : `there are ${list}`;
  if (options.level === undefined) {
    const npm = effects.env('npm_lifecycle_event') === undefined ? '' : ` (${DASHES})`;
    throw usage('no drill is named', have, `give --level N or --drill FILE${npm}`);
  }
  const matching = found.filter(({ level }) => level === options.level).map(({ file }) => file);
  const [only, second] = matching;
  if (only === undefined) {
    throw usage(`no drill has level ${options.level}`, have, 'give another --level, or --drill FILE');
  }
  if (second !== undefined) {
    const names = matching.map((file) => file.shown).join(', ');
    throw usage(
      `${matching.length} drills have level ${options.level}`,
      names,
      'give one of them with --drill FILE',
    );
  }
  return only;
}

/** The drill files of a folder, however they write their level. @throws CliError 64 where the level of one of them cannot be told. */
export async function drillsIn(
  folder: string,
  effects: Effects,
): Promise<{ readonly file: ChosenFile; readonly level: number }[]> {
  const { levelOf } = await import('../drill/01-load/level-of.ts');
  const { formatProblem } = await import('../drill/01-load/problem.ts');
  const untold: string[] = [];
  const found: { readonly file: ChosenFile; readonly level: number }[] = [];
  for (const name of (await effects.files.list(folder)).filter((one) => /\.ya?ml$/i.test(one))) {
    const path = effects.files.resolve(name, folder);
    const shown = effects.files.shown(path);
    const read = await effects.files.read(path);
    if (read.kind !== 'text') {
      untold.push(`${shown}: it cannot be read (${read.kind === 'missing' ? 'it leads nowhere' : read.why})`);
      continue;
    }
    const file = { path, shown, text: read.text, sha256: read.sha256 };
    const told = levelOf({ path: shown, text: read.text }, { env: effects.env });
    if ('level' in told) found.push({ file, level: told.level });
    else untold.push(formatProblem(told.problem));
  }
  if (untold.length === 0) return found;
  const wayOut = `its level cannot be told, and so neither which drills are above and below it; mend it, or move it out of ${effects.files.shown(folder)}`;
  throw new CliError(64, untold.map((line) => `${line}; ${wayOut}`).join('\n'));
}
