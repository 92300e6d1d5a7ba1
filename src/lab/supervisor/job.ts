import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { KeepAlive } from '../fleet.ts';
import { startProgram } from '../start-program.ts';

/** One job as a supervisor is told of it. */
export interface JobSpec {
  readonly label: string;
  /** Executable and arguments; `program[0]` is an absolute path. */
  readonly program: readonly string[];
  readonly keepAlive: KeepAlive;
  /** File that the job's output is appended to. */
  readonly log: string;
}

export interface JobSettings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Least time in ms between two starts (launchd.plist(5) ThrottleInterval). */
  readonly throttleMs: number;
  /** How long in ms a job has after SIGTERM before SIGKILL (launchd.plist(5) ExitTimeOut). */
  readonly exitTimeoutMs: number;
}

/** How the last life of a job ended; null while there was none. */
export type Ending = { readonly code: number } | { readonly signal: NodeJS.Signals } | null;

export interface JobState {
  readonly spec: JobSpec;
  readonly pid: number | null;
  /** Lives so far, the present one included. */
  readonly runs: number;
  readonly lastEnding: Ending;
  /** Whether a start waits for its throttle interval to pass. */
  readonly scheduled: boolean;
  /** Least time in ms between two starts. */
  readonly throttleMs: number;
  /** Time in ms after which it is started again and again (launchd.plist(5) StartInterval); null where it is not. */
  readonly intervalMs: number | null;
}

export interface Job {
  state(): JobState;
  /** Runs the job unless it runs; within the throttle interval of its last start it waits for the rest of it. */
  start(): void;
  /** SIGTERM, and SIGKILL after the exit timeout. Returns at once. Whether it comes back is for `keepAlive` to say. */
  stop(): void;
  /** For good: SIGTERM, and SIGKILL to the process group after `graceMs`. Resolves once the process is gone. */
  end(graceMs: number): Promise<void>;
}

/** A job under supervision. It runs in a session and process group of its own, as launchd's do. */
export function createJob(spec: JobSpec, settings: JobSettings): Job {
  let child: ChildProcess | null = null;
  let runs = 0;
  let lastEnding: Ending = null;
  let lastStart = Number.NEGATIVE_INFINITY;
  let stopping = false;
  let ended = false;
  let pendingStart: NodeJS.Timeout | undefined;
  let pendingKill: NodeJS.Timeout | undefined;
  let onGone: (() => void) | undefined;

  const run = (): void => {
    pendingStart = undefined;
    stopping = false;
    runs += 1;
    lastStart = performance.now();
    const log = openSync(spec.log, 'a', 0o600);
    const [file, ...args] = spec.program;
    const started = startProgram(file ?? '', args, {
      cwd: settings.cwd,
      env: { ...settings.env },
      stdio: ['ignore', log, log],
      detached: true,
    });
    closeSync(log);
    child = started;
    // A program that cannot be started is to the supervisor one that failed at once (sysexits(3) EX_CONFIG).
    started.once('error', () => gone({ code: 78 }));
    started.once('exit', (code, signal) => gone(signal === null ? { code: code ?? 0 } : { signal }));
  };

  const gone = (ending: NonNullable<Ending>): void => {
    // As launchd without AbandonProcessGroup: what the job left in its process group goes with it.
    signalGroup(child, 'SIGKILL');
    child = null;
    lastEnding = ending;
    clearTimeout(pendingKill);
    onGone?.();
    // A signal that the supervisor itself sent in order to stop the job is no crash.
    const succeeded = 'code' in ending ? ending.code === 0 : stopping && isOurs(ending.signal);
    if (!ended && comesBack(spec.keepAlive, succeeded)) start();
  };

  const start = (): void => {
    if (ended || child !== null || pendingStart !== undefined) return;
    const wait = Math.max(0, lastStart + settings.throttleMs - performance.now());
    if (wait === 0) run();
    else pendingStart = setTimeout(run, wait);
  };

  const stop = (): void => {
    if (child === null) {
      if (spec.keepAlive === true) return;
      clearTimeout(pendingStart);
      pendingStart = undefined;
      return;
    }
    stopping = true;
    child.kill('SIGTERM');
    clearTimeout(pendingKill);
    pendingKill = setTimeout(() => child?.kill('SIGKILL'), settings.exitTimeoutMs);
  };

  const end = async (graceMs: number): Promise<void> => {
    ended = true;
    clearTimeout(pendingStart);
    clearTimeout(pendingKill);
    if (child === null) return;
    const finished = new Promise<void>((resolve) => {
      onGone = resolve;
    });
    child.kill('SIGTERM');
    const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
    await finished;
    clearTimeout(timer);
  };

  return {
    state: () => ({
      spec,
      pid: child?.pid ?? null,
      runs,
      lastEnding,
      scheduled: pendingStart !== undefined,
      throttleMs: settings.throttleMs,
      intervalMs: null,
    }),
    start,
    stop,
    end,
  };
}

function comesBack(keepAlive: KeepAlive, succeeded: boolean): boolean {
  return typeof keepAlive === 'boolean' ? keepAlive : !succeeded;
}

function isOurs(signal: NodeJS.Signals): boolean {
  return signal === 'SIGTERM' || signal === 'SIGKILL';
}

function signalGroup(child: ChildProcess | null, signal: NodeJS.Signals): void {
  if (child?.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // ESRCH: nobody of the group is left.
  }
}
