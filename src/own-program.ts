import { startProgram } from './adapters/system/start-program.ts';
import type { DrillProcess, DrillProcessRequest } from './cli/effects.ts';

const ENOUGH_BYTES = 16 * 1024 * 1024;
/** How long a drill that was told to end has to put its fleet back, before its program is ended and the lab with it. */
const GRACE_MS = 60_000;

/**
 * Runs a program of this package in a session of its own, so that a terminal's Ctrl-C reaches only us: it ends when `stop` is
 * aborted, or after `withinMs`, by SIGINT and, 60 s later, SIGKILL. Its lab ends when it does.
 */
export function ownProgram(entry: string, request: DrillProcessRequest): Promise<DrillProcess> {
  const beganMs = performance.now();
  const child = startProgram(process.execPath, [entry, ...request.argv], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (part: string) => {
      if (said[stream].length < ENOUGH_BYTES) said[stream] += part;
    });
  // EPIPE: a program need not read its input.
  child.stdin.on('error', () => undefined).end(request.input);
  let killer: NodeJS.Timeout | undefined;
  const end = (): void => {
    // One that never began has no pid, and a signal to pid 0 is one to our own group (kill(2)).
    if (child.pid === undefined) return;
    child.kill('SIGINT');
    killer ??= setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  };
  const timer = setTimeout(end, request.withinMs);
  if (request.stop.aborted) end();
  request.stop.addEventListener('abort', end);
  return new Promise((resolve) => {
    const done = (exitCode: number | null): void => {
      clearTimeout(timer);
      clearTimeout(killer);
      request.stop.removeEventListener('abort', end);
      resolve({ exitCode, ...said, ms: performance.now() - beganMs });
    };
    child.once('error', (error) => {
      said.stderr += error.message;
      done(null);
    });
    child.once('close', done);
  });
}
