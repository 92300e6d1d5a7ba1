import type { Effects } from '../effects.ts';
import { labName } from '../lab-name.ts';

/** Runs the lab in the foreground; the exit code is the lab's own. */
export async function lab(options: { lab: string }, effects: Effects): Promise<number> {
  return effects.watchLab(labName(options.lab));
}
