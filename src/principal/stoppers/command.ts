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

/** Loads what runs commands, so that the first halt does not wait for it. */
export function warmUpCommands(): void {
  void import('execa');
}

/** Runs commands on this machine. */
export const runLocally: RunCommand = localRunner({});

/** The same; each command gets these variables besides. */
export function localRunner(more: Readonly<Record<string, string>>): RunCommand {
  return (argv) => run(argv, more);
}

async function run(
  [file = '', ...args]: readonly string[],
  more: Readonly<Record<string, string>>,
): Promise<CommandResult> {
  const { execa } = await import('execa');
  const set = HANDED_ON.filter((name) => process.env[name] !== undefined);
  const result = await execa(file, args, {
    env: { ...Object.fromEntries(set.map((name) => [name, process.env[name]])), ...more },
    extendEnv: false,
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
}
