import { loadInventory, type SourceFile } from '../../drill/01-load/load-fleet.ts';
import { formatProblem } from '../../drill/01-load/problem.ts';
import type { Inventory } from '../../drill/model/inventory.ts';
import type { Opened } from '../../drill/model/journal.ts';
import { secretsOf } from '../../drill/model/secrets.ts';
import { chooseFile } from '../choose-inventory.ts';
import { CliError, usage } from '../cli-error.ts';
import type { Effects } from '../effects.ts';

/** The inventory of an interrupted drill, and where it was found, in words. */
export interface FoundInventory {
  readonly inventory: Inventory;
  readonly from: string;
}

/**
 * The inventory that the interrupted drill ran with, the same to the byte: the file that is named; else that on disk; else, where
 * that is gone or another version, as it stands in the journal. Its variables are those of this terminal. @throws CliError 64 where it
 * is another one, or cannot be loaded.
 */
export async function inventoryOf(
  opened: Opened,
  named: string | undefined,
  effects: Effects,
): Promise<FoundInventory> {
  const { file, from } = await sourceOf(opened, named, effects);
  const base = effects.files.folderOf(file.path);
  const loaded = loadInventory(file, {
    env: effects.env,
    keepUnresolved: false,
    resolvePath: (path) => effects.files.resolve(path, base),
  });
  if (!loaded.ok) throw new CliError(64, loaded.problems.map(formatProblem).join('\n'));
  effects.secrets.keep(secretsOf(loaded.inventory));
  return { inventory: loaded.inventory, from };
}

async function sourceOf(
  { inventory, source }: Opened,
  named: string | undefined,
  effects: Effects,
): Promise<{ readonly file: SourceFile; readonly from: string }> {
  const { sha256 } = inventory;
  if (named === undefined && source !== undefined) {
    const onDisk = await effects.files.read(source.file);
    const shown = effects.files.shown(source.file);
    if (onDisk.kind === 'text' && onDisk.sha256 === sha256)
      return { file: { path: source.file, text: onDisk.text }, from: `${shown} on disk, sha256 ${sha256}` };
    // Where something in it had to be redacted, it is no longer the same.
    if (effects.sha256(source.text) === sha256) {
      const why = { missing: 'is gone', unreadable: 'cannot be read', text: 'is another version now' };
      return {
        file: { path: source.file, text: source.text },
        from: `the copy in the journal, sha256 ${sha256} (${shown} ${why[onDisk.kind]})`,
      };
    }
  }
  const chosen = await chooseFile(named ?? source?.file ?? inventory.path, '--inventory', effects);
  if (chosen.sha256 === sha256)
    return {
      file: { path: chosen.path, text: chosen.text },
      from: `${chosen.shown} on disk, sha256 ${sha256}`,
    };
  throw usage(
    `${chosen.shown} is not the inventory that the drill ran with`,
    `its sha256 is ${chosen.sha256}, the drill's was ${sha256}`,
    'bring back that version and name it with --inventory FILE',
  );
}
