import { Worker } from 'node:worker_threads';
import { present, type Reading, unreadable } from '../../drill/model/reading.ts';
import { handedOn } from '../system/start-program.ts';
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
    const listed = new Set(await listedPids());
    if (!listed.has(process.pid)) return unreadable('ps does not even list the process that asks');
    return present(pids.filter((pid) => listed.has(pid)));
  } catch (error) {
    return unreadable(
      `ps-list failed: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
    );
  }
}

/**
 * ps-list hands its own process's environment on to the `ps` that it starts, so it runs in a thread that has the short list and no more
 * (worker_threads, `env`). Rejects where it failed.
 */
function listedPids(): Promise<readonly number[]> {
  const psList = import.meta.resolve('ps-list');
  const program = `import(${JSON.stringify(psList)})
    .then(({ default: psList }) => psList())
    .then((all) => require('node:worker_threads').parentPort.postMessage(all.map(({ pid }) => pid)));`;
  const worker = new Worker(program, { eval: true, env: handedOn(), execArgv: [] });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('it ended without an answer')));
  });
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
