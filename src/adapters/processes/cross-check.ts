import psList from 'ps-list';
import { present, type Reading, unreadable } from '../../drill/model/reading.ts';
import { commandLine } from '../transports/quote.ts';
import { runCommand } from '../transports/run-command.ts';
import type { Connection } from '../transports/transport.ts';
import { PS_SCRIPT, parsePs } from './parse-ps.ts';

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

const LIMITS = { timeoutMs: 5_000, maxBytes: 1_048_576 };

/** Which of these pids the host's own ps lists, in a command apart from the probe. It lists zombies too. */
export async function listedRemotely(
  connection: Connection,
  pids: readonly number[],
): Promise<Reading<readonly number[]>> {
  const answer = await runCommand(connection, commandLine(['sh', '-c', PS_SCRIPT]), LIMITS);
  if (answer.kind !== 'present') return answer;
  const rows = parsePs(answer.value.output);
  if (rows.kind !== 'present') return rows;
  const listed = new Set(rows.value.map(({ pid }) => pid));
  return present(pids.filter((pid) => listed.has(pid)));
}
