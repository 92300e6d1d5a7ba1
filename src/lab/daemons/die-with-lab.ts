import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { labLayout } from '../layout.ts';
import { startTicksOf } from '../proc-table.ts';
import type { LabRecord } from '../sweep.ts';

const everyMs = 300;

/**
 * Ends this process once the lab of the host at `root` is gone, for those whom no supervisor ends. A lab that ends in order
 * kills them by their environment; this is for the one that was killed itself.
 */
export function dieWithLab(root: string): void {
  const file = labLayout(dirname(root)).record;
  const look = (): void => {
    try {
      const lab = JSON.parse(readFileSync(file, 'utf8')) as LabRecord;
      if (startTicksOf(lab.pid) === lab.startTicks) return;
    } catch {
      // Its folder is gone, and so is it.
    }
    process.exit(0);
  };
  setInterval(look, everyMs);
}
