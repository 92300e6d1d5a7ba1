import { CliError, messageOf, notRun } from '../cli-error.ts';
import { unfinishedDrills } from '../drill-folders.ts';
import type { Effects } from '../effects.ts';
import { makeTrustedReports } from '../trusted-folder.ts';

/** The lock of every drill and recovery whose reports lie in one folder. */
export const LOCK_FILE = 'drill.lock';

/** Does its work while no other drill of this reports folder can. @throws CliError 3 where one is under way, or the lock cannot be taken. */
export async function withDrillLock<T>(
  reports: string,
  effects: Effects,
  work: () => Promise<T>,
): Promise<T> {
  const file = effects.files.resolve(LOCK_FILE, reports);
  const shown = effects.files.shown(file);
  let lock: Awaited<ReturnType<Effects['takeLock']>>;
  try {
    await makeTrustedReports(reports, effects);
    lock = await effects.takeLock(file);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw notRun(`the lock ${shown} cannot be taken`, messageOf(error), 'name another folder with --out DIR');
  }
  if (lock === null)
    throw notRun(
      'another drill or recovery is running on this machine',
      `it holds ${shown}`,
      'wait until it has ended, or end it with SIGTERM (it puts the fleet back first)',
    );
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/** @throws CliError 3 while an earlier drill was interrupted, or ended with a fleet not proven restored. */
export async function refuseUnfinished(reports: string, effects: Effects): Promise<void> {
  const unfinished = await unfinishedDrills(reports, effects);
  if (unfinished.length === 0) return;
  const list = unfinished.map(({ shown, why }) => `${shown}: ${why}`).join(', ');
  throw notRun(
    'an earlier drill is not recovered',
    list,
    `run haltdrill recover ${unfinished[0]?.shown ?? ''}`,
  );
}
