import type { ChildProcess } from 'node:child_process';
import { printable } from './printable.ts';
import { startProgram } from './start-program.ts';

const READY_WITHIN_MS = 30_000;
const READY_LINE_BYTES = 64 * 1024;
const KILL_AFTER_MS = 10_000;
const PIPES_WITHIN_MS = 1000;
const KEPT_STDERR = 8 * 1024;

/** A running lab. It ends when `stop` is called, and also by itself when this process is gone (its stdin closes). */
export interface Lab {
  /** The variables that the shipped inventory uses. */
  readonly env: Readonly<Record<string, string>>;
  /** The lab's own folder; it removes it when it ends. */
  readonly root: string;
  readonly pid: number;
  /** Ends it: SIGTERM, and SIGKILL for its whole process group after 10 s. May be called twice; never rejects. */
  stop(): Promise<void>;
}

/** What the drill watches, ms: a lab's misbehaviours time themselves by it. */
export interface Watched {
  readonly withinMs: number;
  /** How long past the deadline it looks on. */
  readonly lateMs: number;
  readonly holdMs: number;
  readonly maxGapMs: number;
}

export interface LabOptions {
  /** The built lab, `dist/lab/main.js`. */
  readonly entry: string;
  /** Aborting it ends the start. Once the lab is ready it has no more effect: an undo still needs the lab. */
  readonly signal?: AbortSignal;
  /** Left out: what the drills of the self-test watch. */
  readonly watched?: Watched;
}

/**
 * Starts the embedded fleet as a child in a session and process group of its own (setsid(2)), so that a terminal's
 * Ctrl-C reaches the runner alone, and waits for its one line of JSON, at most 30 s.
 * Rejects with a one-line error where the lab says why it cannot start, dies, says something else, or takes too
 * long; no process of it is left then.
 */
export async function startLab(variant: string, options: LabOptions): Promise<Lab> {
  options.signal?.throwIfAborted();
  const child = startProgram(process.execPath, [options.entry, '--variant', variant], {
    detached: true,
    env: options.watched === undefined ? {} : told(options.watched),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin?.on('error', () => undefined);
  const lastWords = keepTail(child);
  const ended = endOf(child);
  const stop = once(() => end(child, ended));
  try {
    const line = await firstLine(child, ended, lastWords, options.signal);
    return { ...readReadyLine(line), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function told({ withinMs, lateMs, holdMs, maxGapMs }: Watched): NodeJS.ProcessEnv {
  return {
    HALTDRILL_LAB_WATCHED: `within=${withinMs} late=${lateMs} hold=${holdMs} max-gap=${maxGapMs}`,
  };
}

// How it ended, in words. Its last output may still be on the way when it exits, so the pipes are waited for; not
// for long, since whatever else it started may hold them open.
async function endOf(child: ChildProcess): Promise<string> {
  const pipesClosed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const how = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${printable(error.message)}`));
    child.once('exit', (code, signal) =>
      resolve(signal === null ? `ended with code ${code}` : `was ended by ${signal}`),
    );
  });
  const patience = new AbortController();
  await Promise.race([pipesClosed, delay(PIPES_WITHIN_MS, patience.signal)]);
  patience.abort();
  for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe?.destroy();
  return how;
}

function delay(ms: number, until: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    until.addEventListener('abort', () => clearTimeout(timer));
  });
}

async function end(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.kill('SIGTERM');
  child.stdin?.end();
  const killer = setTimeout(() => killGroup(child), KILL_AFTER_MS);
  await ended;
  clearTimeout(killer);
  // What it may have left in its group, if it did not end in good order.
  if (child.exitCode !== 0) killGroup(child);
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // ESRCH: nobody is left in the group, which is what was wanted.
  }
}

function firstLine(
  child: ChildProcess,
  ended: Promise<string>,
  lastWords: () => string,
  signal: AbortSignal | undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const { stdout } = child;
    let text = '';
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      stdout?.off('data', onData);
      // Read on and throw away, or a lab that says more would block on a full pipe.
      stdout?.resume();
      act();
    };
    const fail = (why: string): void => settle(() => reject(new Error(`the lab ${why}${lastWords()}`)));
    const onAbort = (): void => settle(() => reject(signal?.reason));
    const onData = (chunk: string): void => {
      text += chunk;
      const lineEnd = text.indexOf('\n');
      if (lineEnd >= 0) settle(() => resolve(text.slice(0, lineEnd)));
      else if (text.length > READY_LINE_BYTES) fail('wrote too much before it was ready');
    };
    const timer = setTimeout(() => fail(`was not ready within ${READY_WITHIN_MS / 1000} s`), READY_WITHIN_MS);
    signal?.addEventListener('abort', onAbort);
    stdout?.setEncoding('utf8').on('data', onData);
    void ended.then((how) => fail(`${how} before it was ready`));
  });
}

function readReadyLine(line: string): Pick<Lab, 'env' | 'root' | 'pid'> {
  let said: unknown;
  try {
    said = JSON.parse(line);
  } catch {
    throw new Error(`the lab did not say that it is ready but: ${printable(line)}`);
  }
  if (isReady(said)) return { env: said.env, root: said.root, pid: said.pid };
  const error = (said as { error?: unknown } | null)?.error;
  throw new Error(
    typeof error === 'string'
      ? printable(error, 500)
      : `the lab did not say that it is ready but: ${printable(line)}`,
  );
}

function isReady(said: unknown): said is Pick<Lab, 'env' | 'root' | 'pid'> {
  const { ready, env, root, pid } = (said ?? {}) as Record<string, unknown>;
  const texts =
    typeof env === 'object' && env !== null && Object.values(env).every((v) => typeof v === 'string');
  return ready === true && texts && typeof root === 'string' && typeof pid === 'number';
}

function keepTail(child: ChildProcess): () => string {
  let tail = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    tail = (tail + chunk).slice(-KEPT_STDERR);
  });
  return () => {
    const lines = tail.split('\n').filter((line) => line.trim() !== '' && !/^\s+at /.test(line));
    return lines.length === 0
      ? ''
      : `; it said: ${lines
          .slice(-8)
          .map((line) => printable(line))
          .join(' | ')}`;
  };
}

function once(act: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= act();
    return running;
  };
}
