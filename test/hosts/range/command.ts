import { execFile } from 'node:child_process';

export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. Never rejects for a status: 127 stands for one that could not be started. */
export function output(command: string, words: readonly string[], stdin = ''): Promise<Output> {
  return new Promise((done) => {
    const child = execFile(command, words, { maxBuffer: 16_777_216 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 127;
      done({ code, stdout, stderr });
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(stdin);
  });
}

/** The same for one that must succeed; resolves with what it printed. */
export async function must(command: string, words: readonly string[], stdin = ''): Promise<string> {
  const { code, stdout, stderr } = await output(command, words, stdin);
  if (code === 0) return stdout;
  throw new Error(`${[command, ...words].join(' ').slice(0, 400)} ended with ${code}: ${stderr || stdout}`);
}
