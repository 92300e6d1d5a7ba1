import { loadInventory, type SourceFile } from '../../drill/01-load/load-fleet.ts';
import { formatProblem } from '../../drill/01-load/problem.ts';
import type { Inventory } from '../../drill/model/inventory.ts';
import type { Opened } from '../../drill/model/journal.ts';
import { secretsOf } from '../../drill/model/secrets.ts';
import { chooseFile } from '../choose-inventory.ts';
import { CliError, usage } from '../cli-error.ts';
import type { Effects } from '../effects.ts';

/**
 * The inventory that the interrupted drill ran with: as it stands in the journal, else the file that is named, which must be the same
 * to the byte. Its variables are those of this terminal. @throws CliError 64 where it is another one, or cannot be loaded.
 */
export async function inventoryOf(
  opened: Opened,
  named: string | undefined,
  effects: Effects,
): Promise<Inventory> {
  const file = await sourceOf(opened, named, effects);
  const base = effects.files.folderOf(file.path);
  const loaded = loadInventory(file, {
    env: effects.env,
    keepUnresolved: false,
    resolvePath: (path) => effects.files.resolve(path, base),
  });
  if (!loaded.ok) throw new CliError(64, loaded.problems.map(formatProblem).join('\n'));
  effects.secrets.keep(secretsOf(loaded.inventory));
  return loaded.inventory;
}

async function sourceOf(
  { inventory, source }: Opened,
  named: string | undefined,
  effects: Effects,
): Promise<SourceFile> {
  // Where something in it had to be redacted, it is no longer the same.
  if (named === undefined && source !== undefined && effects.sha256(source.text) === inventory.sha256)
    return { path: source.file, text: source.text };
  const chosen = await chooseFile(named ?? source?.file ?? inventory.path, '--inventory', effects);
  if (chosen.sha256 === inventory.sha256) return { path: chosen.path, text: chosen.text };
  throw usage(
    `${chosen.shown} is not the inventory that the drill ran with`,
    `its sha256 is ${chosen.sha256}, the drill's was ${inventory.sha256}`,
    'bring back that version and name it with --inventory FILE',
  );
}
