import type { Desk } from './desk.ts';

export interface Limits {
  /** How long to wait, in milliseconds, from when the question is shown. */
  readonly ms: number;
  readonly stop: AbortSignal;
  /** What was typed before the question is dropped: it is shown only when nothing has come for this long. */
  readonly quietMs?: number;
}

/** `none`: nobody answered in time. `interrupted`: the signal was aborted. `closed`: the terminal is gone. */
export type Unanswered = { readonly kind: 'none' | 'interrupted' | 'closed' };

const QUIET_MS = 100;
const CTRL_C = 0x03;

/**
 * Puts a question and hands every key to `read` until that has an answer, in raw mode, which is taken back on every way out: answer,
 * time, signal, suspension, and the end of the process. `ask` shows the question, again after a suspension too.
 * `ahead` is what a Ctrl-C means that was typed before the question stood there. Never rejects.
 */
export function inRawMode<T>(
  {
    ask,
    read,
    ahead,
  }: {
    readonly ask: () => void;
    readonly read: (part: Uint8Array, stopJob: () => void) => T | null;
    readonly ahead: () => T | null;
  },
  { ms, stop, quietMs = QUIET_MS }: Limits,
  desk: Desk,
): Promise<T | Unanswered> {
  const { keyboard } = desk;
  if (stop.aborted) return Promise.resolve({ kind: 'interrupted' });
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    let asked = false;
    let over = false;
    const setRaw = (raw: boolean): void => {
      try {
        keyboard.setRawMode(raw);
      } catch {
        // A terminal that went away has no mode.
      }
    };
    const restore = (): void => setRaw(false);
    const show = (): void => {
      asked = true;
      ask();
      clearTimeout(timer);
      timer = setTimeout(() => done({ kind: 'none' }), ms);
    };
    const quiet = (): void => {
      if (over) return;
      clearTimeout(timer);
      timer = setTimeout(show, quietMs);
    };
    const done = (answer: T | Unanswered): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      stop.removeEventListener('abort', interrupted);
      for (const event of ['end', 'close', 'error']) keyboard.off(event, closed);
      keyboard.off('data', onData);
      keyboard.pause();
      noJobControl();
      noExit();
      restore();
      resolve(answer);
    };
    const interrupted = (): void => done({ kind: 'interrupted' });
    const closed = (): void => done({ kind: 'closed' });
    const onData = (part: Uint8Array): void => {
      const answer = asked ? read(part, desk.stopJob) : part.includes(CTRL_C) ? ahead() : null;
      if (answer !== null) done(answer);
      else if (!asked) quiet();
    };
    // Whoever had the terminal meanwhile may have changed its mode: libuv sets none that it believes to be in force.
    const again = (): void => {
      if (over) return;
      restore();
      setRaw(true);
      if (asked) ask();
    };
    const suspended = (): void => {
      noJobControl();
      restore();
      desk.stopSelf();
      noJobControl = desk.onJobControl({ stop: suspended, go: again });
      again();
    };
    let noJobControl = desk.onJobControl({ stop: suspended, go: again });
    const noExit = desk.onExit(restore);
    stop.addEventListener('abort', interrupted);
    keyboard.on('data', onData);
    for (const event of ['end', 'close', 'error']) keyboard.on(event, closed);
    setRaw(true);
    quiet();
    if (!over) keyboard.resume();
  });
}
