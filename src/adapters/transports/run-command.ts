import { CUT } from '../../drill/model/harmless.ts';
import { present, type Reading, unreadable } from '../../drill/model/reading.ts';
import { Gathered } from '../system/gathered.ts';
import type { Connection } from './transport.ts';

export interface CommandResult {
  readonly exitCode: number;
  /** Standard output and error as they came, at most `maxBytes` of them; a last `…` where there was more. */
  readonly output: string;
}

/**
 * Runs one command line to its end. `unreadable` where it could not be started, did not end in `timeoutMs`, was
 * killed, or the connection was lost: partial output without an exit code is never an answer. Never rejects.
 */
export async function runCommand(
  connection: Connection,
  command: string,
  limits: { readonly timeoutMs: number; readonly maxBytes: number },
): Promise<Reading<CommandResult>> {
  const deadline = timer(limits.timeoutMs);
  try {
    const started = connection.start(command);
    // One that starts only after the deadline must not be left running.
    started.then((late) => deadline.passed() && late.kill()).catch(() => {});
    const running = await Promise.race([started, deadline.promise]);
    if (running === 'timeout') return unreadable(`no answer within ${limits.timeoutMs} ms`);
    const gathered = new Gathered(limits.maxBytes);
    let dropped = 0;
    for (const stream of [running.output, running.errors]) {
      stream.on('data', (chunk: Buffer) => {
        dropped += gathered.add(chunk);
      });
    }
    running.input.end();
    const ending = await Promise.race([running.ended, deadline.promise]);
    if (ending === 'timeout') {
      running.kill();
      return unreadable(`the command did not end within ${limits.timeoutMs} ms`);
    }
    if (ending.code === null) return unreadable(ending.reason ?? 'the command ended without an exit code');
    const output = gathered.bytes().toString('utf8');
    return present({ exitCode: ending.code, output: dropped > 0 ? `${output}${CUT}` : output });
  } catch (error) {
    return unreadable(error instanceof Error ? error.message : String(error));
  } finally {
    deadline.stop();
  }
}

function timer(ms: number): { promise: Promise<'timeout'>; passed: () => boolean; stop: () => void } {
  let over = false;
  let handle: NodeJS.Timeout | undefined;
  const promise = new Promise<'timeout'>((resolve) => {
    handle = setTimeout(() => {
      over = true;
      resolve('timeout');
    }, ms);
  });
  return { promise, passed: () => over, stop: () => clearTimeout(handle) };
}
