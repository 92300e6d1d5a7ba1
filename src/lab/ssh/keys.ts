import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../start-program.ts';

/** The key files of one lab. Each private key has its public half beside it, with `.pub`. */
export interface LabKeys {
  readonly host: string;
  readonly runner: string;
  readonly broker: string;
  readonly knownHosts: string;
  /** The public keys that may log in, one a line, as in sshd(8) authorized_keys. */
  readonly authorized: string;
}

/**
 * Makes the keys of a lab afresh with ssh-keygen(1): the server's, the runner's and the broker's own, and the files that
 * name them to each other.
 * @throws Error that names ssh-keygen where it is missing or fails.
 */
export async function makeKeys(folder: string, port: number): Promise<LabKeys> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const [host, runner, broker] = await Promise.all([
    makeKey(join(folder, 'ssh_host_ed25519_key'), 'tesseract'),
    makeKey(join(folder, 'runner_ed25519'), 'runner'),
    makeKey(join(folder, 'principal_ed25519'), 'principal'),
  ]);
  const [hostKey, runnerKey, brokerKey] = await Promise.all(
    [host, runner, broker].map((file) => readFile(`${file}.pub`, 'utf8')),
  );
  const [type, key] = (hostKey ?? '').split(' ');
  const knownHosts = join(folder, 'known_hosts');
  const authorized = join(folder, 'authorized_keys');
  await Promise.all([
    writeFile(knownHosts, `[127.0.0.1]:${port} ${type} ${key}\n`, { mode: 0o600 }),
    writeFile(authorized, `${runnerKey}${brokerKey}`, { mode: 0o600 }),
  ]);
  return { host, runner, broker, knownHosts, authorized };
}

async function makeKey(file: string, comment: string): Promise<string> {
  try {
    await runProgram('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', file]);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new Error(
      missing
        ? 'ssh-keygen was not found; the lab needs the OpenSSH client (Debian: openssh-client)'
        : `ssh-keygen failed: ${(error as Error).message}`,
    );
  }
  return file;
}
