import psList from 'ps-list';
import { present, type Reading, unreadable } from '../../drill/model/reading.ts';

/**
 * Which of these pids ps-list, which shares no code with the probe, lists on this machine. It shows neither state nor
 * start time and lists zombies too, so that it can contradict the probe but not replace it.
 */
export async function listedByPs(pids: readonly number[]): Promise<Reading<readonly number[]>> {
  try {
    const listed = new Set((await psList()).map(({ pid }) => pid));
    if (!listed.has(process.pid)) return unreadable('ps does not even list the process that asks');
    return present(pids.filter((pid) => listed.has(pid)));
  } catch (error) {
    return unreadable(
      `ps-list failed: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
    );
  }
}
