import type { Pins } from '../drill/model/pin.ts';
import type { ChosenFile } from './choose-inventory.ts';
import { CliError, usage } from './cli-error.ts';
import type { Effects } from './effects.ts';

/** `inventory.lock.yaml` for `inventory.yaml`, beside it. */
export function lockFile(inventory: Pick<ChosenFile, 'path'>): string {
  return `${inventory.path.replace(/\.ya?ml$/, '')}.lock.yaml`;
}

/** The pins of an inventory; null where nobody has pinned it. */
export async function readPins(inventory: ChosenFile, effects: Effects): Promise<Pins | null> {
  const path = lockFile(inventory);
  const shown = effects.files.shown(path);
  const read = await effects.files.read(path);
  if (read.kind === 'missing') return null;
  if (read.kind === 'unreadable') throw usage(`${shown} cannot be read`, read.why, 'mend it, or pin anew');
  const [{ loadPins }, { formatProblem }] = await Promise.all([
    import('../drill/01-load/pins.ts'),
    import('../drill/01-load/problem.ts'),
  ]);
  const loaded = loadPins({ path: shown, text: read.text });
  if (!loaded.ok) throw new CliError(64, loaded.problems.map(formatProblem).join('\n'));
  return loaded.pins;
}
