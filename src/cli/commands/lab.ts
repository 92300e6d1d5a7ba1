import type { Effects } from '../effects.ts';
import { labName } from '../lab-name.ts';
import { parseFleets } from '../selftest/catalogue.ts';

export interface LabOptions {
  readonly lab: string;
  readonly list?: true;
}

/** Runs the lab in the foreground; the exit code is the lab's own. With `list` it only names the fleets. */
export async function lab({ lab: name, list }: LabOptions, effects: Effects): Promise<number> {
  if (list !== true) return effects.watchLab(labName(name));
  const rows = parseFleets(await effects.labCatalogue());
  const width = Math.max(...rows.map((row) => row.name.length));
  for (const row of rows) effects.out.write(`${row.name.padEnd(width)}  ${row.about}\n`);
  return 0;
}
