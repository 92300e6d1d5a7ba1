import { startProgram } from './adapters/system/start-program.ts';

/**
 * The lab in the foreground, on this terminal. A terminal sends Ctrl-C to the lab as well as to us, and we outlive
 * it; what is sent to us alone is passed on. Resolves with its exit code, 128 + n where signal n ended it (sh(1)).
 */
export function watchLab(entry: string, variant: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const argv = [entry, '--variant', variant, '--watch'];
    const child = startProgram(process.execPath, argv, { stdio: 'inherit' });
    const pass = (name: NodeJS.Signals): void => {
      if (name !== 'SIGINT' || process.stdin.isTTY !== true) child.kill(name);
    };
    const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    for (const name of names) process.on(name, pass);
    const release = (): void => {
      for (const name of names) process.off(name, pass);
    };
    child.once('error', (error) => {
      release();
      reject(error);
    });
    child.once('close', (code, signal) => {
      release();
      resolve(code ?? 128 + (SIGNAL_NUMBERS[signal ?? ''] ?? 0));
    });
  });
}

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };
