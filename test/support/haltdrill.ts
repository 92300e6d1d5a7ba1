import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll } from 'vitest';

export const PACKAGE = resolve(import.meta.dirname, '../..');
export const BINARY = join(PACKAGE, 'dist/main.js');

export interface Ran {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ran>;
  /** Resolves once stderr or stdout has said this; rejects if the program ends without. */
  said(text: string): Promise<void>;
}

export interface RunOptions {
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What stands on stdin, then its end; null: a pipe that nobody writes to. Otherwise there is nothing. */
  readonly stdin?: string | Uint8Array | null;
}

/** Starts the built program. The environment is bare, so that nothing of the test runner's reaches it. */
export function start(
  argv: readonly string[],
  { folder = PACKAGE, env = {}, stdin }: RunOptions = {},
): Running {
  const child = spawn(process.execPath, [BINARY, ...argv], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/', ...env },
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  // It may end without reading.
  child.stdin?.on('error', () => undefined);
  if (stdin !== null) child.stdin?.end(stdin);
  let stdout = '';
  let stderr = '';
  const heard = new Set<() => void>();
  const hear = (): void => {
    for (const listener of heard) listener();
  };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    hear();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    hear();
  });
  const ended = new Promise<Ran>((done, fail) => {
    child.once('error', fail);
    child.once('close', (code, signal) => done({ code, signal, stdout, stderr }));
  });
  const said = (text: string): Promise<void> =>
    new Promise((done, fail) => {
      const look = (): void => {
        if (!stderr.includes(text) && !stdout.includes(text)) return;
        heard.delete(look);
        done();
      };
      heard.add(look);
      look();
      void ended.then(() => fail(new Error(`it ended without saying ${JSON.stringify(text)}: ${stderr}`)));
    });
  return { child, ended, said };
}

export function run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return start(argv, options).ended;
}

const folders: string[] = [];

/** A new folder of this test file's own, without symbolic links in its path; removed when the file is through. */
export function ownFolder(): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'haltdrill-test-'));
  folders.push(folder);
  return folder;
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Command lines of live processes that mention a folder: what a lab that was told to live there left behind. */
export function processesIn(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return line.includes(folder) ? [`${pid} ${line}`] : [];
      } catch {
        // It ended while the table was read.
        return [];
      }
    });
}

/** A build older than the sources would test another program than the one that is there. */
export function requireFreshBuild(): void {
  const sources = readdirSync(join(PACKAGE, 'src'), { recursive: true, encoding: 'utf8' });
  for (const source of sources) {
    if (!/^(cli\/.*|[^/]+)\.ts$/.test(source) || source.endsWith('.test.ts')) continue;
    const built = join(PACKAGE, 'dist', source.replace(/\.ts$/, '.js'));
    const age = statSync(built, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (age < statSync(join(PACKAGE, 'src', source)).mtimeMs) {
      throw new Error(`dist/ is older than src/${source}: npm run build`);
    }
  }
}
