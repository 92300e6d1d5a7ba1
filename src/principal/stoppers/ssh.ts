import type { RunCommand } from './command.ts';
import { runLocally } from './command.ts';

/** How a host is reached with the OpenSSH client. */
export interface SshAddress {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Path of the private key; no other key is offered. */
  readonly identityFile: string;
  /** Path of the only known_hosts file that counts. */
  readonly knownHosts: string;
  /** The `ssh` program. */
  readonly program?: string;
}

/**
 * Runs commands on another machine. Only what is given here counts (no configuration file, agent or global
 * known_hosts), an unknown or changed host key is refused, and nothing is ever asked at a terminal (ssh(1),
 * ssh_config(5)). ssh exits with the remote command's status, or with 255 where ssh itself failed.
 */
export function runOverSsh(to: SshAddress): RunCommand {
  return async (argv) => {
    const result = await runLocally([
      to.program ?? 'ssh',
      ...sshArguments(to),
      argv.map(shellWord).join(' '),
    ]);
    if (result.exitCode === 255) throw new Error(`ssh to ${to.user}@${to.address}:${to.port} failed`);
    return result;
  };
}

/** Everything on ssh's command line but the program and the remote command. */
function sshArguments(to: SshAddress): readonly string[] {
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${configPath(to.knownHosts)}`,
    'GlobalKnownHostsFile=/dev/null',
    'UpdateHostKeys=no',
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    `IdentityFile=${configPath(to.identityFile)}`,
    'PreferredAuthentications=publickey',
    'ForwardAgent=no',
    'ConnectTimeout=4',
    'ServerAliveInterval=1',
    'ServerAliveCountMax=4',
    'LogLevel=ERROR',
  ];
  const flags = options.flatMap((option) => ['-o', option]);
  return ['-F', '/dev/null', '-T', ...flags, '-p', String(to.port), '-l', to.user, '--', to.address];
}

/** A path as one value of ssh_config(5): quoted against blanks, percent signs doubled against token expansion. */
function configPath(path: string): string {
  return `"${path.replaceAll('%', '%%')}"`;
}

/** One argument, quoted for the login shell at the other end. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
