import type { ChildProcess } from 'node:child_process';
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { present, type Reading, unreadable, unsent } from '../../drill/model/reading.ts';
import { sshAgent, startProgram } from './start-program.ts';

/** What a command printed, its two outputs apart. An output that was longer than asked for is `unreadable`, never a part of it. */
export interface Asked {
  readonly exitCode: number;
  readonly stdout: Buffer;
  /** At most 4 KiB of it. */
  readonly stderr: string;
}

export interface AskLimits {
  readonly withinMs: number;
  readonly maxBytes: number;
  /** An act is left running where it is late: a kill switch that is ended half-way has halted nobody knows what. */
  readonly letRun?: boolean;
  /** Told where an act is left running: the promise resolves once it has ended, false where that can no longer be seen. Never rejects. */
  readonly left?: (ended: Promise<boolean>) => void;
}

/** Runs one command (argv, no shell) to its end. Never rejects. */
export type Ask = (argv: readonly string[], limits: AskLimits) => Promise<Reading<Asked>>;

/** How a command is run where the inventory says: on a host, or (null) on the controller. */
export type AskOn = (host: string | null) => Ask;

export const KEPT_ERRORS = 4096;
/** A daemon that a command left behind may hold its pipes open for ever. */
const PIPES_MS = 250;

/** On this machine as a host of the fleet, with nothing on stdin, in a process group of its own. */
export const askHere: Ask = (argv, limits) => run(argv, { ...limits, env: {} });

/** The same on the controller, which may reach the fleet by ssh: it finds the operator's ssh-agent. */
export const askController: Ask = (argv, limits) => run(argv, { ...limits, env: sshAgent() });

/** What it inherits besides the short list. */
type Limits = AskLimits & { readonly env: NodeJS.ProcessEnv };

async function run(argv: readonly string[], limits: Limits): Promise<Reading<Asked>> {
  const [file, ...args] = argv;
  if (file === undefined || argv.some((word) => word.includes('\0')))
    return unsent('there is no command to run');
  try {
    return await (limits.letRun === true ? act(file, args, limits) : ask(file, args, limits));
  } catch (error) {
    return unreadable(error instanceof Error ? error.message : String(error));
  }
}

/** A question: ended by force, with all that it started, when it is late or says too much, and when it has answered. */
async function ask(file: string, args: readonly string[], limits: Limits): Promise<Reading<Asked>> {
  const { env } = limits;
  const child = startProgram(file, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env });
  const outputs = [child.stdout, child.stderr];
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  let size = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > limits.maxBytes) endGroup(child);
    else out.push(chunk);
  });
  let errors = 0;
  child.stderr.on('data', (chunk: Buffer) => {
    if (errors < KEPT_ERRORS) err.push(chunk.subarray(0, KEPT_ERRORS - errors));
    errors += chunk.length;
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const code = await ending(child, limits);
  let timer: NodeJS.Timeout | undefined;
  if (typeof code === 'number')
    await Promise.race([
      closed,
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, PIPES_MS);
      }),
    ]);
  clearTimeout(timer);
  endGroup(child);
  for (const stream of outputs) stream.destroy();
  if (size > limits.maxBytes) return unreadable(`it printed more than ${limits.maxBytes} bytes`);
  if (typeof code === 'string') return unreadable(code);
  return present({
    exitCode: code,
    stdout: Buffer.concat(out),
    stderr: Buffer.concat(err).toString('utf8'),
  });
}

/**
 * An act: nothing that it starts is ended. Its outputs are files that have no name any more, so that a daemon which it leaves behind
 * goes on writing there, and is neither held up nor ended by a pipe that nobody reads.
 */
async function act(file: string, args: readonly string[], limits: Limits): Promise<Reading<Asked>> {
  const outputs: number[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'haltdrill-'));
  try {
    for (const name of ['out', 'err']) outputs.push(openSync(join(folder, name), 'wx+', 0o600));
    rmSync(folder, { recursive: true });
    const [out, err] = outputs as [number, number];
    const { env } = limits;
    const child = startProgram(file, args, { detached: true, stdio: ['ignore', out, err], env });
    const code = await ending(child, limits);
    // Without a pid there never was a process (child_process, subprocess.pid).
    if (typeof code === 'string') return child.pid === undefined ? unsent(code) : unreadable(code);
    const { size } = fstatSync(out);
    if (size > limits.maxBytes) return unreadable(`it printed more than ${limits.maxBytes} bytes`);
    const stderr = bytesOf(err, Math.min(fstatSync(err).size, KEPT_ERRORS)).toString('utf8');
    return present({ exitCode: code, stdout: bytesOf(out, size), stderr });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    for (const fd of outputs) closeSync(fd);
  }
}

/** Its exit code, or why there is none. */
function ending(
  child: ChildProcess,
  { withinMs, letRun = false, left }: AskLimits,
): Promise<number | string> {
  return new Promise((resolve) => {
    let late = `it did not end within ${withinMs} ms`;
    const timer = setTimeout(() => {
      if (letRun) {
        child.unref();
        left?.(new Promise((ended) => child.once('exit', () => ended(true))));
        late = `${late}, and was left running`;
      } else endGroup(child);
      resolve(late);
    }, withinMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      resolve(`it could not be started: ${error.message}`);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      resolve(code ?? `it was ended by ${signal ?? 'a signal'}`);
    });
  });
}

// The group lives on as long as anybody is in it, its leader or not; so its number cannot be another's while anybody is.
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // ESRCH: nobody is left in it.
  }
}

function bytesOf(fd: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  return bytes.subarray(0, readSync(fd, bytes, 0, size, 0));
}
