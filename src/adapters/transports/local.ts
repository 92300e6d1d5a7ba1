import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { remoteEngine, startProgram } from '../system/start-program.ts';
import type { Connection, Ending, HostTransport, Running } from './transport.ts';

/** This machine itself: each command is a child of the runner, under `/bin/sh`. */
export function localTransport(): HostTransport {
  return { open: async () => new LocalConnection() };
}

class LocalConnection implements Connection {
  readonly hostKey = null;
  readonly #running = new Set<Running>();
  #closed = false;

  async start(command: string): Promise<Running> {
    if (this.#closed) throw new Error('the connection is closed');
    // A session of its own (setsid(2)): Ctrl-C in the operator's terminal must not end the probe, which is still
    // needed to prove the undo; and the whole group can be killed at once.
    const child = startProgram('/bin/sh', ['-c', command], {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: remoteEngine(),
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => reject(new Error(`cannot start /bin/sh: ${error.message}`)));
    });
    const running = attach(child);
    this.#running.add(running);
    void running.ended.then(() => this.#running.delete(running));
    return running;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const left = [...this.#running];
    for (const running of left) running.kill();
    await Promise.all(left.map((running) => running.ended));
  }
}

function attach(child: ChildProcessWithoutNullStreams): Running {
  // A command that ends without reading its input makes a write fail with EPIPE; `ended` tells why.
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => {});
  child.on('error', () => {});
  const ended = new Promise<Ending>((resolve) => {
    // `exit`, then a short grace for the pipes: a daemon that the command left behind may hold them open for ever.
    child.once('exit', (code, signal) => {
      const ending = { code, reason: code === null ? `ended by ${signal ?? 'a signal'}` : null };
      const grace = setTimeout(() => resolve(ending), 250);
      child.once('close', () => {
        clearTimeout(grace);
        resolve(ending);
      });
    });
  });
  const kill = (): void => {
    // Whoever holds the pipes when the shell has gone may write for ever.
    for (const stream of [child.stdout, child.stderr]) stream.destroy();
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      child.kill('SIGKILL');
    }
  };
  return { input: child.stdin, output: child.stdout, errors: child.stderr, ended, kill };
}
