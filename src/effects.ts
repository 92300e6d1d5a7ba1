import { readFileSync, writeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { randomWord } from './adapters/system/random.ts';
import type { Effects, Sink, Terminal } from './cli/effects.ts';
import { createFiles } from './files.ts';
import { createSignals } from './signals.ts';
import { createSinks } from './sinks.ts';

/** From `src/` and from `dist/` alike. */
const PACKAGE = new URL('../', import.meta.url);
const MAIN_ENTRY = fileURLToPath(new URL('dist/main.js', PACKAGE));
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
    terminal: process.stdin.isTTY === true && process.stderr.isTTY === true ? createTerminal(err) : null,
    redactorOf: async (inventory) => {
      const { redactorOf } = await import('./open-world.ts');
      return redactorOf(inventory);
    },
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
    cores: availableParallelism(),
    labCatalogue: async () => {
      const { ownProgram } = await import('./own-program.ts');
      const { exitCode, stdout, stderr } = await ownProgram(LAB_ENTRY, {
        argv: ['--catalogue'],
        input: '',
        stop: new AbortController().signal,
        withinMs: 30_000,
      });
      if (exitCode !== 0) throw new Error(`the lab did not print it; ${stderr.trim() || 'it said nothing'}`);
      return stdout;
    },
    drillProcess: async (request) => {
      const { ownProgram } = await import('./own-program.ts');
      return ownProgram(MAIN_ENTRY, request);
    },
    openWorld: async (request) => {
      const { openWorld } = await import('./open-world.ts');
      return openWorld(request);
    },
    readJournal: async (file) => {
      const { NewerJournal, readJournal } = await import('./adapters/ledger/journal-file.ts');
      try {
        return { kind: 'entries', entries: readJournal(file) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'missing' };
        const why = error instanceof Error ? error.message : String(error);
        return { kind: error instanceof NewerJournal ? 'newer' : 'damaged', why };
      }
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

function createTerminal(err: Sink): Terminal {
  const desk = async () => {
    const { processDesk } = await import('./adapters/terminal/desk.ts');
    return processDesk((text) => err.write(text));
  };
  return {
    secret: async (question) => {
      const { askSecret } = await import('./adapters/terminal/ask.ts');
      return askSecret(question, await desk());
    },
    key: async (question) => {
      const { askKey } = await import('./adapters/terminal/ask.ts');
      return askKey(question, await desk());
    },
  };
}
