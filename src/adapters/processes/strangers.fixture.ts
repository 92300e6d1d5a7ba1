import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { until } from './test-clock.fixture.ts';

/** Pids on this machine whose argv has `word` as a whole argument. */
export function pidsWithArgument(word: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').includes(word);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Pids in one session (proc_pid_stat(5), field 6), zombies left out. */
export function pidsOfSession(leader: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const fields = (readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1) as string).split(' ');
        return fields[0] !== 'Z' && Number(fields[3]) === leader;
      } catch {
        return false;
      }
    })
    .map(Number);
}

export const exists = (pid: number): boolean => existsSync(`/proc/${pid}`);

export const startOf = (pid: number): number =>
  Number((readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1) as string).split(' ')[19]);

/** Processes started by a test, ended with it. */
export class Strangers {
  readonly #children: ChildProcess[] = [];

  /** Runs a shell script; resolves with its first line of output once it has written one. */
  async run(program: string, argv: readonly string[]): Promise<{ pid: number; said: string }> {
    const child = spawn(program, argv, { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
    this.#children.push(child);
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString('latin1');
    });
    await until(`${program} says something`, () => said.includes('\n'));
    return { pid: child.pid as number, said: said.trim() };
  }

  end(): void {
    for (const child of this.#children) {
      try {
        process.kill(-(child.pid as number), 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
  }
}
