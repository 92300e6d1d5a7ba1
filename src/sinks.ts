import type { Sink } from './cli/effects.ts';

const DEFAULT_COLUMNS = 80;

/**
 * stdout and stderr. A reader that went away (EPIPE), or a terminal that was closed (EIO), changes nothing: the undo
 * and the verdict's code matter more. A result that could not be written for another reason (a full disk) must not
 * look like a success: code 0 becomes 70. Every text passes `clean`, whole:
 * what must not be printed must not be split between two.
 */
export function createSinks(clean: (text: string) => string): { out: Sink; err: Sink } {
  let lost: string | null = null;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'EIO' || lost !== null) return;
    lost = error.message;
    process.stderr.write(
      `haltdrill: stdout cannot be written; ${error.message}; the result is not complete\n`,
    );
  });
  process.stderr.on('error', () => undefined);
  process.on('exit', () => {
    if (lost !== null && process.exitCode === 0) process.exitCode = 70;
  });
  return { out: sink(process.stdout, clean), err: sink(process.stderr, clean) };
}

function sink(stream: NodeJS.WriteStream, clean: (text: string) => string): Sink {
  return {
    write: (text) => {
      try {
        stream.write(clean(text));
      } catch {
        // A stream that is already destroyed.
      }
    },
    get isTerminal() {
      return stream.isTTY === true && process.env.TERM !== 'dumb';
    },
    get columns() {
      return stream.columns ?? DEFAULT_COLUMNS;
    },
  };
}
