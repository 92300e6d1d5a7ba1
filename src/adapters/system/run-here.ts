import type { ChildProcess } from 'node:child_process';
import { CUT } from '../../drill/model/harmless.ts';
import { present, type Reading, unreadable } from '../../drill/model/reading.ts';
import type { ControllerLink } from '../../drill/ports/world.ts';
import { sshAgent, startProgram } from './start-program.ts';

const MAX_BYTES = 65_536;
/** A daemon that the command left behind may hold its pipes open for ever. */
const PIPES_MS = 250;

type Ran = Awaited<ReturnType<ControllerLink['run']>>;

/**
 * Commands on this machine, without a shell and with nothing on stdin. Each has a session and process group of its own (setsid(2)),
 * which is ended with SIGKILL when the command is late, when it has ended, and on `close`: nothing of it outlives the drill.
 */
export function createController(): ControllerLink & { close(): Promise<void> } {
  const running = new Map<ChildProcess, Promise<Ran>>();
  return {
    run: (argv, withinMs) => {
      const [file, ...args] = argv;
      if (file === undefined || argv.some((word) => word.includes('\0')))
        return Promise.resolve(unreadable('there is no command to run'));
      const child = startProgram(file, args, {
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: sshAgent(),
      });
      const ran = outcomeOf(child, withinMs).finally(() => running.delete(child));
      running.set(child, ran);
      return ran;
    },
    close: async () => {
      for (const child of running.keys()) endGroup(child);
      await Promise.all(running.values());
    },
  };
}

function outcomeOf(
  child: ChildProcess,
  withinMs: number,
): Promise<Reading<{ exitCode: number; output: string }>> {
  const chunks: Buffer[] = [];
  let size = 0;
  let dropped = 0;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      const kept = chunk.subarray(0, Math.max(0, MAX_BYTES - size));
      size += kept.length;
      dropped += chunk.length - kept.length;
      if (kept.length > 0) chunks.push(kept);
    });
  }
  return new Promise((resolve) => {
    let late = false;
    let pipes: NodeJS.Timeout | undefined;
    const timer = setTimeout(() => {
      late = true;
      endGroup(child);
    }, withinMs);
    const done = (answer: Ran): void => {
      clearTimeout(timer);
      clearTimeout(pipes);
      endGroup(child);
      for (const stream of [child.stdout, child.stderr]) stream?.destroy();
      resolve(answer);
    };
    child.once('error', (error) => done(unreadable(`it could not be started: ${error.message}`)));
    child.once('exit', (code, signal) => {
      const answer = (): Ran => {
        if (late) return unreadable(`it did not end within ${withinMs} ms`);
        if (code === null) return unreadable(`it was ended by ${signal ?? 'a signal'}`);
        const output = Buffer.concat(chunks).toString('utf8');
        return present({ exitCode: code, output: dropped > 0 ? `${output}${CUT}` : output });
      };
      pipes = setTimeout(() => done(answer()), PIPES_MS);
      child.once('close', () => done(answer()));
    });
  });
}

// The group lives on as long as anybody is in it, its leader or not; so its number cannot be another's while anybody is.
function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // ESRCH: nobody is left in it.
  }
}
