import {
  type ChildProcess,
  type ChildProcessByStdio,
  type ExecFileException,
  execFile,
  type SpawnOptions,
  type SpawnOptionsWithStdioTuple,
  spawn,
} from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/**
 * What every program needs to work as the operator who started us (environ(7), locale(7)), and what a service manager or a container
 * engine is found by: the bus and the runtime folder (systemctl(1) --user), pm2's home, docker's and podman's engine. None of them
 * holds a secret. The categories of the locale are named one by one, since any name may begin with `LC_`.
 */
const HANDED_ON: readonly string[] = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TZ', 'TMPDIR', 'LANG', 'LANGUAGE', 'LC_ALL'],
  ...['LC_ADDRESS', 'LC_COLLATE', 'LC_CTYPE', 'LC_IDENTIFICATION', 'LC_MEASUREMENT', 'LC_MESSAGES'],
  ...['LC_MONETARY', 'LC_NAME', 'LC_NUMERIC', 'LC_PAPER', 'LC_TELEPHONE', 'LC_TIME'],
  ...['XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS', 'PM2_HOME'],
  ...['DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'DOCKER_CERT_PATH', 'DOCKER_TLS_VERIFY'],
  ...['CONTAINER_HOST', 'CONTAINER_CONNECTION', 'CONTAINERS_CONF'],
];

/** The short list of an environment, by default our own: a token that the inventory names as `${VAR}` is not on it. */
export function handedOn(from: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return only(HANDED_ON, from);
}

/** The way to the operator's ssh-agent (ssh-agent(1)), given by name to what may log in as the operator, and to nothing else. */
export function sshAgent(from: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return only(['SSH_AUTH_SOCK'], from);
}

/**
 * What an engine of containers on another machine is logged in to by, where `DOCKER_HOST` or `CONTAINER_HOST` is an ssh address
 * (docker(1), podman(1)); nothing where it is on this machine.
 */
export function remoteEngine(from: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const isRemote = [from.DOCKER_HOST, from.CONTAINER_HOST].some((host) => host?.startsWith('ssh:'));
  return isRemote ? { ...sshAgent(from), ...only(['CONTAINER_SSHKEY'], from) } : {};
}

function only(names: readonly string[], from: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const set = names.filter((name) => from[name] !== undefined);
  return Object.fromEntries(set.map((name) => [name, from[name]]));
}

/**
 * `spawn` of node:child_process, in the one place of the runner that starts programs: what is started inherits the short list, and
 * `options.env` besides, nothing else. What a drill brings back must not find the token there by which it was halted.
 */
export function startProgram(
  file: string,
  args: readonly string[],
  options: SpawnOptionsWithStdioTuple<'pipe', 'pipe', 'pipe'>,
): ChildProcessByStdio<Writable, Readable, Readable>;
export function startProgram(
  file: string,
  args: readonly string[],
  options: SpawnOptionsWithStdioTuple<'ignore', 'pipe', 'pipe'>,
): ChildProcessByStdio<null, Readable, Readable>;
export function startProgram(file: string, args: readonly string[], options: SpawnOptions): ChildProcess;
export function startProgram(file: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  return spawn(file, args, { ...options, env: { ...handedOn(), ...options.env } });
}

/** How a question to a program ended: as `execFile` of node:child_process tells it; `error` is null where it ended with 0. */
export interface Told {
  readonly error: ExecFileException | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, with nothing on its stdin, the environment as above, at most `timeout` ms and 1 MiB of output. Never rejects. */
export function askProgram(
  file: string,
  args: readonly string[],
  { timeout, env = handedOn() }: { readonly timeout: number; readonly env?: NodeJS.ProcessEnv },
): Promise<Told> {
  return new Promise((resolve) => {
    const child = execFile(file, args, { timeout, maxBuffer: 1_048_576, env }, (error, stdout, stderr) =>
      resolve({ error, stdout, stderr }),
    );
    child.stdin?.end();
  });
}
