import { spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { present, type Reading, unreadable } from '../../drill/model/reading.ts';

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
}

/** Runs one command (argv, no shell) to its end. Never rejects. */
export type Ask = (argv: readonly string[], limits: AskLimits) => Promise<Reading<Asked>>;

export const KEPT_ERRORS = 4096;

/**
 * On this machine, with nothing on stdin, in a process group of its own. Its outputs are files that have no name any more: a daemon
 * that it leaves behind goes on writing there and is neither held up nor ended by a pipe that nobody reads.
 */
export const askHere: Ask = async (argv, limits) => {
  const [file, ...args] = argv;
  if (file === undefined || argv.some((word) => word.includes('\0')))
    return unreadable('there is no command to run');
  let folder: string;
  try {
    folder = mkdtempSync(join(tmpdir(), 'haltproof-'));
  } catch (error) {
    return unreadable(`no room for its output: ${reasonOf(error)}`);
  }
  const outputs: number[] = [];
  try {
    for (const name of ['out', 'err']) outputs.push(openSync(join(folder, name), 'wx+', 0o600));
    rmSync(folder, { recursive: true });
    const [out, err] = outputs as [number, number];
    const child = spawn(file, args, { detached: true, stdio: ['ignore', out, err] });
    const code = await ending(child, limits);
    if (typeof code === 'string') return unreadable(code);
    const { size } = fstatSync(out);
    if (size > limits.maxBytes) return unreadable(`it printed more than ${limits.maxBytes} bytes`);
    const stderr = bytesOf(err, Math.min(fstatSync(err).size, KEPT_ERRORS)).toString('utf8');
    return present({ exitCode: code, stdout: bytesOf(out, size), stderr });
  } catch (error) {
    return unreadable(reasonOf(error));
  } finally {
    rmSync(folder, { recursive: true, force: true });
    for (const fd of outputs) closeSync(fd);
  }
};

/** Its exit code, or why there is none. */
function ending(
  child: ReturnType<typeof spawn>,
  { withinMs, letRun = false }: AskLimits,
): Promise<number | string> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      if (letRun) {
        child.unref();
        resolve(`it did not end within ${withinMs} ms, and was left running`);
        return;
      }
      endGroup(child.pid);
      resolve(`it did not end within ${withinMs} ms`);
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

function endGroup(pid: number | undefined): void {
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

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
