import type { ChildProcess } from 'node:child_process';
import { startTicksOf } from '../proc-table.ts';
import { startProgram } from '../start-program.ts';
import type { Job } from './job.ts';

/**
 * A job whose process is the child of one that never waits for it (wait(2)): once it ends it stays in the process table as a
 * zombie, until its parent goes, with the supervisor.
 */
export function unreaped(job: Job): Job {
  const before = job.state();
  const { spec } = before;
  const parents: ChildProcess[] = [];
  let pid: number | null = null;
  let runs = 0;
  const isUp = (): boolean => pid !== null && startTicksOf(pid) !== null;
  const start = (): void => {
    if (isUp()) return;
    runs += 1;
    // The shell becomes `sleep`, which knows nothing of the child that it inherits.
    const script = '"$@" > /dev/null 2>&1 & echo $!; exec sleep 86400 > /dev/null';
    const parent = startProgram('sh', ['-c', script, 'sh', ...spec.program], {
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    parents.push(parent);
    parent.stdout?.once('data', (line: Buffer) => {
      pid = Number(String(line));
    });
  };
  const end = async (): Promise<void> => {
    for (const { pid: leader } of parents.splice(0)) {
      if (leader !== undefined) process.kill(-leader, 'SIGKILL');
    }
  };
  process.on('exit', () => void end());
  return {
    state: () => ({ ...before, pid: isUp() ? pid : null, runs, lastEnding: null }),
    start,
    stop: () => void (isUp() && process.kill(pid ?? 0, 'SIGTERM')),
    end,
  };
}
