import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Names of the agents of the bench; level 2 halts the first half of the receivers. */
export const SENDERS = ['sender-1', 'sender-2', 'sender-3', 'sender-4'] as const;
export const HALTED = ['halted-1', 'halted-2'] as const;
export const RUNNING = ['running-1', 'running-2'] as const;

export const OPERATOR = 'bench-operator-token';
export const AGENT = 'bench-agent-token-00';

export interface BenchBroker {
  readonly url: string;
  readonly pid: number;
  /** Whether the broker, all of its threads and what it starts, is held to one core. */
  readonly pinned: boolean;
  close(): Promise<void>;
}

/** A service manager that knows every label and runs nothing: what stops cost here is the broker's own part of them. */
const LAUNCHCTL = '#!/bin/sh\n[ "$1" = print ] && echo "state = not running"\nexit 0\n';

/** Starts the broker as a process of its own, as an operator would, on a fresh database. */
export async function startBroker(): Promise<BenchBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'principal-bench-'));
  const launchctl = join(folder, 'launchctl');
  writeFileSync(launchctl, LAUNCHCTL, { mode: 0o755 });
  const services = ['principal', ...SENDERS, ...HALTED, ...RUNNING];
  const config = join(folder, 'principal.json');
  writeFileSync(
    config,
    JSON.stringify({
      listen: { port: 0 },
      database: 'principal.db',
      exchange: { url: 'http://127.0.0.1:9' },
      tokens: [
        { token: OPERATOR, role: 'operator', name: 'bench' },
        { token: AGENT, role: 'agent' },
      ],
      hosts: { here: { launchctl } },
      services: Object.fromEntries(services.map((name) => [name, { host: 'here', label: name }])),
      self: 'principal',
      levels: { 2: { stops: HALTED } },
    }),
    { mode: 0o600 },
  );
  const [file, args, pinned] = commandLine(config);
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGTERM');
      await gone;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return { url: await listening(child), pid: child.pid ?? 0, pinned, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function commandLine(config: string): readonly [string, readonly string[], boolean] {
  const built = import.meta.url.endsWith('.js');
  const main = fileURLToPath(new URL(built ? '../main.js' : '../main.ts', import.meta.url));
  const node = [process.execPath, ...(built ? [] : ['--import', 'tsx']), main, '--config', config];
  // taskset(1) of util-linux; elsewhere the event loop, which does all the work, is one thread all the same.
  const [taskset] = ['/usr/bin/taskset', '/bin/taskset'].filter((path) => existsSync(path));
  if (taskset !== undefined) return [taskset, ['-c', '0', ...node], true];
  return [node[0] ?? '', node.slice(1), false];
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`the broker ended with ${code}`)));
    child.stdout?.on('data', (part) => {
      said += part;
      const [, url] = /listens on (\S+),/.exec(said) ?? [];
      if (url !== undefined) resolve(url);
    });
  });
}
