import { createHash } from 'node:crypto';
import { readFileSync, writeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { randomWord } from './adapters/system/random.ts';
import { createSecrets } from './adapters/system/secrets.ts';
import type { Effects, Sink, Terminal } from './cli/effects.ts';
import { printed } from './drill/model/harmless.ts';
import { createFiles } from './files.ts';
import { createSignals } from './signals.ts';
import { createSinks } from './sinks.ts';

/** From `src/` and from `dist/` alike. */
const PACKAGE = new URL('../', import.meta.url);
const MAIN_ENTRY = fileURLToPath(new URL('dist/main.js', PACKAGE));
const LAB_ENTRY = fileURLToPath(new URL('dist/lab/main.js', PACKAGE));

/** The real effects. What costs time to load is loaded when it is first used, so that `--help` stays quick. */
export function createEffects(): {
  effects: Effects;
  internalError: (cause: string) => void;
  redact: (text: string) => string;
} {
  const secrets = createSecrets();
  const { redact } = secrets;
  const clean = (text: string): string => printed(redact(text));
  const { out, err } = createSinks(clean);
  const files = createFiles(process.cwd());
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
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    out,
    err,
    files: { ...files, write: (path, text) => files.write(path, redact(text)) },
    secrets,
    stdinIsTerminal: process.stdin.isTTY === true,
    terminal: process.stdin.isTTY === true && process.stderr.isTTY === true ? createTerminal(err) : null,
    readLine: async (limit) => {
      const { readLine } = await import('./read-line.ts');
      return readLine(limit);
    },
    onSignal: signals.on,
    leaveNow: (exitCode, message) => {
      try {
        writeSync(2, clean(`${message}\n`));
      } catch {
        // Nobody reads stderr any more; the exit code still tells.
      }
      process.exit(exitCode);
    },
    startLab: async (variant, signal, timing) => {
      const [{ startLab }, { LATE_MS }] = await Promise.all([
        import('./adapters/system/lab-process.ts'),
        import('./drill/06-observe/watch-halt.ts'),
      ]);
      return startLab(variant, { entry: LAB_ENTRY, signal, watched: { ...timing, lateMs: LATE_MS } });
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
      return openWorld(request, secrets);
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
    takeLock: async (file) => {
      const { takeDrillLock } = await import('./adapters/ledger/drill-lock.ts');
      return takeDrillLock(file);
    },
    epochOf: async (folder) => {
      const { readEpoch } = await import('./adapters/ledger/epoch.ts');
      return readEpoch(folder);
    },
    takeOver: async (folder, epoch) => {
      const { writeEpoch } = await import('./adapters/ledger/epoch.ts');
      writeEpoch(folder, epoch);
    },
    forgetDrill: async (folder) => {
      const { forgetKey } = await import('./adapters/system/fingerprint.ts');
      forgetKey(folder);
    },
    openLedger: async (file) => {
      const { openLedger } = await import('./adapters/ledger/proofs-db.ts');
      const ledger = openLedger(file);
      return {
        ...ledger,
        enter: (proof, openedSha256) => ledger.enter(secrets.clean(proof), openedSha256),
        record: (proof) => ledger.record(secrets.clean(proof)),
      };
    },
    openLiveArea: async () => {
      const { createLogUpdate } = await import('log-update');
      // With the cursor shown, it needs no hook that runs when the process is ended by a signal.
      const update = createLogUpdate(process.stderr, { showCursor: true });
      return {
        update: (text) => update(clean(text)),
        persist: (text) => update.persist(clean(text)),
        done: update.done,
      };
    },
    every: (ms, tick) => {
      const timer = setInterval(tick, ms).unref();
      return () => clearInterval(timer);
    },
    windows: async () => {
      const [{ openStretches }, { inZone, isSameZone, zoneHere }] = await Promise.all([
        import('./adapters/windows/open-stretches.ts'),
        import('./adapters/windows/zones.ts'),
      ]);
      return { stretches: openStretches, inZone, isSameZone, here: zoneHere() };
    },
    program: [process.execPath, MAIN_ENTRY],
    askHosts: async (inventory) => {
      const { askHosts } = await import('./ask-hosts.ts');
      return askHosts(inventory);
    },
    surveyHost: async (request) => {
      const { surveyHost } = await import('./survey-host.ts');
      return surveyHost(request);
    },
    converse: async () => {
      const { converse } = await import('./converse.ts');
      return converse(err);
    },
  };
  return { effects, internalError: signals.internalError, redact };
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
