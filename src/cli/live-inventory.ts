import type { Inventory } from '../drill/model/inventory.ts';
import { secretsOf } from '../drill/model/secrets.ts';
import type { ChosenFile } from './choose-inventory.ts';
import { CliError, usage } from './cli-error.ts';
import type { Effects } from './effects.ts';

/** The inventory of a live fleet, with its variables resolved. Rejects (64) where it is the lab's, or has faults. */
export async function liveInventory(
  file: ChosenFile,
  { what, wayOut }: { readonly what: string; readonly wayOut: string },
  effects: Effects,
): Promise<Inventory> {
  const [{ loadInventory }, { providerOf }, { formatProblem }] = await Promise.all([
    import('../drill/01-load/load-fleet.ts'),
    import('../drill/01-load/provider-of.ts'),
    import('../drill/01-load/problem.ts'),
  ]);
  if (providerOf(file.text) !== 'live') throw usage(`${file.shown} is provided by the lab`, what, wayOut);
  const loaded = loadInventory(
    { path: file.shown, text: file.text },
    {
      env: effects.env,
      resolvePath: (path, from) =>
        effects.files.resolve(path, effects.files.folderOf(effects.files.resolve(from, effects.folder))),
    },
  );
  if (!loaded.ok) throw new CliError(64, loaded.problems.map(formatProblem).join('\n'));
  effects.secrets.keep(secretsOf(loaded.inventory));
  return loaded.inventory;
}
