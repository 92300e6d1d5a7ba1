import { type ChildProcess, spawn } from 'node:child_process';

/** What a command printed, without its last line break, and how it ended. */
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
/** Above everything that a script of ours prints. */
const MOST_BYTES = 64 * 1024;

/**
 * What a command inherits (environ(7), locale(7); systemctl(1) --user finds its manager by the last two), and nothing else: what is
 * started again after a halt must not find a token there. The broker starts programs only here.
 */
const HANDED_ON: readonly string[] = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TZ', 'TMPDIR', 'LANG', 'LANGUAGE', 'LC_ALL'],
  ...['LC_ADDRESS', 'LC_COLLATE', 'LC_CTYPE', 'LC_IDENTIFICATION', 'LC_MEASUREMENT', 'LC_MESSAGES'],
  ...['LC_MONETARY', 'LC_NAME', 'LC_NUMERIC', 'LC_PAPER', 'LC_TELEPHONE', 'LC_TIME'],
  ...['XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS'],
];

/** Runs commands on this machine. */
export const runLocally: RunCommand = localRunner({});

/** The same; each command gets these variables besides. */
export function localRunner(more: Readonly<Record<string, string>>): RunCommand {
  return (argv) => run(argv, more);
}

function run(
  [file = '', ...args]: readonly string[],
  more: Readonly<Record<string, string>>,
): Promise<CommandResult> {
  const set = HANDED_ON.filter((name) => process.env[name] !== undefined);
  const env = { ...Object.fromEntries(set.map((name) => [name, process.env[name]])), ...more };
  return new Promise((resolve, reject) => {
    // Its errors are no output, and not asked for: a descriptor less for each.
    const child: ChildProcess = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
    const printed: Buffer[] = [];
    let size = 0;
    const fail = (why: string): void => {
      clearTimeout(limit);
      child.kill('SIGKILL');
      child.stdout?.destroy();
      reject(new Error(`${file}: ${why}`));
    };
    const limit = setTimeout(() => fail(`did not end in ${LIMIT_MS / 1000} s`), LIMIT_MS);
    // Without descriptors there is an error and no stdout (child_process.js, ChildProcess.prototype.spawn: EMFILE).
    child.once('error', (error) => fail(`could not be started: ${error.message}`));
    child.stdout?.on('data', (part: Buffer) => {
      size += part.length;
      if (size > MOST_BYTES) fail(`printed more than ${MOST_BYTES} bytes`);
      else printed.push(part);
    });
    child.once('close', (exitCode, signal) => {
      clearTimeout(limit);
      if (exitCode === null) reject(new Error(`${file}: ended by ${signal ?? 'a signal'}`));
      else resolve({ exitCode, stdout: Buffer.concat(printed).toString('utf8').replace(/\n$/, '') });
    });
  });
}
