import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Reading, unreadable } from '../../drill/model/reading.ts';
import { startProgram } from '../system/start-program.ts';
import type { DatabaseRead, Query } from './sqlite-read.ts';
import type { ReadAnswer, ReadRequest } from './sqlite-reader-main.ts';

/** As long as a read on another host may take. */
const WITHIN_MS = 5_000;

/** Reads databases of this machine in a program of its own, which can be ended. */
export interface DatabaseReader {
  /** `readDatabase` of sqlite-read.ts; `unreadable` too where it takes longer than the limit. Never rejects. */
  read(file: string, queries: readonly Query[]): Promise<Reading<DatabaseRead>>;
  /** Its process while it has one: it is started by the first read, and anew after one that was ended. */
  pid(): number | undefined;
  /** Ends what runs, and resolves when it is gone; a read that is under way is then `unreadable`. */
  close(): Promise<void>;
}

/**
 * A view of the broker's own schema may compute without end, and nothing in the same process can stop that: SQLite, called from
 * JavaScript, returns at the next row. So each read has `withinMs`, in ms, from when it begins, and its process is then killed. Reads
 * are done one after the other. The process has a session of its own, so that a terminal's Ctrl-C does not reach it, the short list of
 * variables, and ends with the runner.
 */
export function createDatabaseReader(withinMs: number = WITHIN_MS): DatabaseReader {
  let child: ChildProcess | null = null;
  let isClosed = false;
  let last: Promise<unknown> = Promise.resolve();
  const started = (): ChildProcess => {
    if (child !== null) return child;
    const fresh = startReader();
    const gone = (): void => {
      if (child === fresh) child = null;
    };
    fresh.once('error', gone).once('exit', gone);
    child = fresh;
    return fresh;
  };
  const ask = async (request: ReadRequest): Promise<ReadAnswer> => {
    if (isClosed) return unreadable(`${request.file}: its reader is closed`);
    try {
      const reader = started();
      const answer = await answerOf(reader, request, withinMs);
      if (typeof answer !== 'string') return answer;
      if (child === reader) child = null;
      // One that never began has no pid, and a signal to pid 0 is one to our own group (kill(2)): to the runner itself.
      if (reader.pid !== undefined) reader.kill('SIGKILL');
      return unreadable(`${request.file}: ${answer}`);
    } catch (error) {
      return unreadable(`${request.file}: its reader could not be started: ${(error as Error).message}`);
    }
  };
  return {
    read: (file, queries) => {
      const answer = last.then(() => ask({ file, queries }));
      last = answer;
      return answer;
    },
    pid: () => child?.pid,
    close: async () => {
      isClosed = true;
      const left = child;
      if (left?.pid === undefined) return;
      const ended = new Promise((resolve) => left.once('exit', resolve));
      left.ref();
      left.kill('SIGKILL');
      await ended;
    },
  };
}

function startReader(): ChildProcess {
  const built = import.meta.url.endsWith('.js');
  const program = new URL(`sqlite-reader-main.${built ? 'js' : 'ts'}`, import.meta.url);
  const args = [...(built ? [] : ['--import', 'tsx']), fileURLToPath(program), String(process.pid)];
  const child = startProgram(process.execPath, args, {
    detached: true,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  // What cannot be started says so more than once: to whoever waits for an answer, and when it is spoken to.
  child.on('error', () => {});
  // Between two reads it keeps nobody from ending.
  child.unref();
  child.channel?.unref();
  return child;
}

/** The answer, or why there is none. */
function answerOf(
  reader: ChildProcess,
  request: ReadRequest,
  withinMs: number,
): Promise<ReadAnswer | string> {
  return new Promise((resolve) => {
    const done = (answer: ReadAnswer | string): void => {
      clearTimeout(timer);
      reader.off('message', done).off('error', failed).off('exit', ended);
      resolve(answer);
    };
    const timer = setTimeout(
      () => done(`reading it took longer than ${withinMs} ms, and was ended`),
      withinMs,
    );
    const failed = (error: Error): void => done(`its reader failed: ${error.message}`);
    const ended = (code: number | null, signal: string | null): void =>
      done(`its reader ended (${signal ?? code})`);
    reader.on('message', done).on('error', failed).on('exit', ended);
    // Where there was no descriptor left for it, it has no channel (spawn(2), EMFILE).
    if (!reader.connected) return done('its reader could not be started');
    reader.send(request, (error) => {
      if (error !== null) done(`its reader failed: ${error.message}`);
    });
  });
}
