import { type ChosenFile, chooseFile } from './choose-inventory.ts';
import { usage } from './cli-error.ts';
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
  const found = await levelsIn(folder, effects);
  const list = found.map(({ file, level }) => `${file.shown} (level ${level ?? 'not given'})`).join(', ');
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

/** Files of a folder of drills, each with the level that it seems to have. */
export async function levelsIn(
  folder: string,
  effects: Effects,
): Promise<{ file: ChosenFile; level: number | null }[]> {
  const names = (await effects.files.list(folder)).filter((name) => /\.ya?ml$/.test(name));
  const found: { file: ChosenFile; level: number | null }[] = [];
  for (const name of names) {
    const path = effects.files.resolve(name, folder);
    const read = await effects.files.read(path);
    if (read.kind !== 'text') continue;
    const file = { path, shown: effects.files.shown(path), text: read.text, sha256: read.sha256 };
    found.push({ file, level: peekLevel(read.text) });
  }
  return found;
}

/** The top-level `level:` of a drill file, without judging the rest: the loader does that to the one that is chosen. */
export function peekLevel(text: string): number | null {
  const found = /^["']?level["']?[ \t]*:[ \t]*["']?(\d+)["']?[ \t]*(?:#.*)?\r?$/m.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

/** The top-level `name:` of a drill file, likewise. */
export function peekName(text: string): string | null {
  return (
    /^["']?name["']?[ \t]*:[ \t]*["']?([a-z0-9][a-z0-9-]*)["']?[ \t]*(?:#.*)?\r?$/m.exec(text)?.[1] ?? null
  );
}
