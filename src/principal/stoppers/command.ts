/** What a command printed and how it ended. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
}

/**
 * Runs one command on one host, argv as given, in bounded time. Rejects where it could not be run or did not end by
 * itself: then nothing is known of what it did.
 */
export type RunCommand = (argv: readonly string[]) => Promise<CommandResult>;

/** Above everything that a stop or start may take on its host, so that it is cut only when something hangs. */
const LIMIT_MS = 12_000;

/** Runs commands on this machine. */
export const runLocally: RunCommand = async ([file = '', ...args]) => {
  const { execa } = await import('execa');
  const result = await execa(file, args, {
    stdin: 'ignore',
    reject: false,
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 64 * 1024,
  });
  if (result.exitCode === undefined || result.isMaxBuffer) {
    throw new Error(`${file}: ${result.shortMessage ?? 'did not end by itself'}`);
  }
  return { exitCode: result.exitCode, stdout: result.stdout };
};
