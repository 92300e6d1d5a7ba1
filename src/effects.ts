import { readFileSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { randomWord } from './adapters/system/random.ts';
import type { Effects } from './cli/effects.ts';
import { createFiles } from './files.ts';
import { createSignals } from './signals.ts';
import { createSinks } from './sinks.ts';

/** From `src/` and from `dist/` alike. */
const PACKAGE = new URL('../', import.meta.url);
const LAB_ENTRY = fileURLToPath(new URL('dist/lab/main.js', PACKAGE));

/** The real effects. What costs time to load is loaded when it is first used, so that `--help` stays quick. */
export function createEffects(): { effects: Effects; internalError: (cause: string) => void } {
  const { out, err } = createSinks();
  const signals = createSignals();
  const effects: Effects = {
    version: (JSON.parse(readFileSync(new URL('package.json', PACKAGE), 'utf8')) as { version: string })
      .version,
    packageFolder: fileURLToPath(PACKAGE),
    folder: process.cwd(),
    env: (name) => process.env[name],
    wall: () => new Date().toISOString(),
    nowMs: () => performance.now(),
    randomWord,
    out,
    err,
    files: createFiles(process.cwd()),
    stdinIsTerminal: process.stdin.isTTY === true,
    readLine: async (limit) => {
      const { readLine } = await import('./read-line.ts');
      return readLine(limit);
    },
    onSignal: signals.on,
    leaveNow: (exitCode, message) => {
      try {
        writeSync(2, `${message}\n`);
      } catch {
        // Nobody reads stderr any more; the exit code still tells.
      }
      process.exit(exitCode);
    },
    startLab: async (variant, signal) => {
      const { startLab } = await import('./adapters/system/lab-process.ts');
      return startLab(variant, { entry: LAB_ENTRY, signal });
    },
    watchLab: async (variant) => {
      const { watchLab } = await import('./watch-lab.ts');
      return watchLab(LAB_ENTRY, variant);
    },
    openWorld: async (request) => {
      const { openWorld } = await import('./open-world.ts');
      return openWorld(request);
    },
    openLedger: async (file) => {
      const { openLedger } = await import('./adapters/ledger/proofs-db.ts');
      return openLedger(file);
    },
    openLiveArea: async () => {
      const { createLogUpdate } = await import('log-update');
      // With the cursor shown, it needs no hook that runs when the process is ended by a signal.
      const update = createLogUpdate(process.stderr, { showCursor: true });
      return { update, persist: update.persist, done: update.done };
    },
    every: (ms, tick) => {
      const timer = setInterval(tick, ms).unref();
      return () => clearInterval(timer);
    },
  };
  return { effects, internalError: signals.internalError };
}
