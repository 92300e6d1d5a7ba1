import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { must, type Output, output } from './command.ts';
import { ADDRESSES, type BootedRange, type HostName } from './plan.ts';

/** A booted host, as somebody at its console has it: no network, and nothing of the runner's, is between. */
export class Host {
  readonly name: HostName;
  readonly address: string;
  readonly #keeper: number;

  constructor(name: HostName, range: BootedRange) {
    this.name = name;
    this.address = ADDRESSES[name];
    this.#keeper = range.pids[name];
  }

  /** systemd of the present boot, by its pid outside. */
  leader(): number {
    const pid = this.leaderIfUp();
    if (pid === null) throw new Error(`${this.name} is not up`);
    return pid;
  }

  leaderIfUp(): number | null {
    return leaderOf(this.#keeper);
  }

  /** The command that runs others on the host. */
  entering(...words: string[]): string[] {
    const bare = [
      'env',
      '-i',
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'HOME=/root',
    ];
    return ['nsenter', '--target', String(this.leader()), '--all', '--', ...bare, ...words];
  }

  try(...words: string[]): Promise<Output> {
    const [command = '', ...rest] = this.entering(...words);
    return output(command, rest);
  }

  run(...words: string[]): Promise<string> {
    const [command = '', ...rest] = this.entering(...words);
    return must(command, rest);
  }

  /** Several commands in one shell, which ends with the first that fails. */
  sh(script: string): Promise<string> {
    return this.run('sh', '-euc', script);
  }

  async write(path: string, text: string, mode = '644'): Promise<void> {
    const [command = '', ...rest] = this.entering(
      'sh',
      '-euc',
      'mkdir -p "$(dirname "$1")"; cat >"$1"; chmod "$2" "$1"',
      'sh',
      path,
      mode,
    );
    await must(command, rest, text);
  }

  /** `pid args` of every process in the host's own table. */
  async table(): Promise<string[]> {
    const listed = await this.run('ps', '-e', '-o', 'pid=,args=', '-ww');
    return listed
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  }
}

/** The pid 1 of a namespace of its own that whoever the keeper runs has started. */
export function leaderOf(keeper: number): number | null {
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    const status = statusOf(name);
    if (!/^NSpid:.*\t1$/m.test(status) || !/^Name:\tsystemd$/m.test(status)) continue;
    if (parentIn(statusOf(parentIn(status))) === String(keeper)) return Number(name);
  }
  return null;
}

const parentIn = (status: string): string => /^PPid:\t(\d+)$/m.exec(status)?.[1] ?? '';

/** Empty once it has ended. */
function statusOf(pid: string): string {
  try {
    return readFileSync(join('/proc', pid, 'status'), 'utf8');
  } catch {
    return '';
  }
}
