import { present, type Reading, unreadable, unsent } from '../../drill/model/reading.ts';
import { type Asked, type AskLimits, KEPT_ERRORS } from '../system/ask-here.ts';
import { Gathered } from '../system/gathered.ts';
import { commandLine } from './quote.ts';
import { type Connection, NothingSent, type Running } from './transport.ts';

/**
 * Runs one command over a connection and keeps its two outputs apart. One that was lost, ended by force, late, or printed more than
 * asked for is `unreadable`; a part of an output never is an answer. Never rejects.
 */
export async function askHost(
  connection: Connection,
  argv: readonly string[],
  limits: AskLimits,
): Promise<Reading<Asked>> {
  let handle: NodeJS.Timeout | undefined;
  let isLate = false;
  const late = new Promise<'late'>((resolve) => {
    handle = setTimeout(() => {
      isLate = true;
      resolve('late');
    }, limits.withinMs);
  });
  try {
    const starting = connection.start(commandLine(argv));
    starting.then((running) => isLate && limits.letRun !== true && running.kill()).catch(() => {});
    const running = await Promise.race([starting, late]);
    if (running === 'late') {
      if (limits.letRun === true) limits.left?.(endOf(starting));
      return unreadable(`it did not start within ${limits.withinMs} ms`);
    }
    const out = collect(running.output, limits.maxBytes);
    const err = collect(running.errors, KEPT_ERRORS);
    running.input.end();
    const ending = await Promise.race([running.ended, late]);
    if (ending === 'late') {
      if (limits.letRun === true) {
        limits.left?.(endOf(starting));
        return unreadable(`it did not end within ${limits.withinMs} ms, and was left running`);
      }
      running.kill();
      return unreadable(`it did not end within ${limits.withinMs} ms`);
    }
    if (ending.code === null) return unreadable(ending.reason ?? 'it ended without an exit code');
    if (out.dropped()) return unreadable(`it printed more than ${limits.maxBytes} bytes`);
    return present({ exitCode: ending.code, stdout: out.bytes(), stderr: err.bytes().toString('utf8') });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return error instanceof NothingSent ? unsent(reason) : unreadable(reason);
  } finally {
    clearTimeout(handle);
  }
}

/** True once it was seen to end; false where the way to it was lost first, or it never was seen to start. */
function endOf(starting: Promise<Running>): Promise<boolean> {
  return starting
    .then((running) => running.ended)
    .then(
      ({ code }) => code !== null,
      (error: unknown) => error instanceof NothingSent,
    );
}

function collect(
  stream: Running['output'],
  maxBytes: number,
): { bytes: () => Buffer; dropped: () => boolean } {
  const gathered = new Gathered(maxBytes);
  let dropped = 0;
  stream.on('data', (chunk: Buffer) => {
    dropped += gathered.add(chunk);
  });
  return { bytes: () => gathered.bytes(), dropped: () => dropped > 0 };
}
