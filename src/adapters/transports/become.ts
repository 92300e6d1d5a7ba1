import { commandLine } from './quote.ts';
import { type CommandResult, runCommand } from './run-command.ts';
import type { Connection } from './transport.ts';

const LIMITS = { timeoutMs: 10_000, maxBytes: 4_096 };

/**
 * The same connection, whose commands run as root by `sudo -n` (sudo(8)), which never asks. It is tried once before:
 * rejects with a one-line Error where sudo is missing, wants a password, or does not make root of this user. Closing
 * it closes nothing.
 */
export async function becomeRoot(connection: Connection): Promise<Connection> {
  const tried = await runCommand(connection, asRoot('id -u'), LIMITS);
  if (tried.kind !== 'present')
    throw new Error(
      `sudo did not answer (${tried.kind === 'absent' ? 'nothing' : tried.reason}); try sudo -n true there`,
    );
  const why = complaint(tried.value);
  if (why !== null) throw new Error(why);
  return {
    hostKey: connection.hostKey,
    start: (command) => connection.start(asRoot(command)),
    close: () => Promise.resolve(),
  };
}

// `LC_ALL=C` for what sudo says; the command itself goes through as one word, and its shell is root's `sh`.
function asRoot(command: string): string {
  return commandLine(['env', 'LC_ALL=C', 'sudo', '-n', '--', 'sh', '-c', command]);
}

function complaint({ exitCode, output }: CommandResult): string | null {
  const said = output.trim().split('\n')[0] ?? '';
  if (exitCode === 0 && /^0$/m.test(output.trim())) return null;
  if (exitCode === 127)
    return 'sudo is not installed there; install it, log in as a user who sees every process, or take "become" away';
  if (/password is required|a terminal is required|askpass/i.test(output))
    return 'sudo asks for a password there; allow sh without one (NOPASSWD in sudoers), or take "become" away';
  if (exitCode === 0)
    return `sudo does not make root of this user (id -u says ${JSON.stringify(said)}); correct sudoers, or take "become" away`;
  return `sudo refuses there (exit status ${exitCode}: ${said}); correct sudoers, or take "become" away`;
}
