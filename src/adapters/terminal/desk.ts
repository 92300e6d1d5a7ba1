/** Of a terminal's input what is needed here; a `tty.ReadStream` has it. */
export interface Keyboard {
  on(event: string, listener: (part: Uint8Array) => void): unknown;
  off(event: string, listener: (part: Uint8Array) => void): unknown;
  /** Raw: no echo, and no key that sends a signal. */
  setRawMode(raw: boolean): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** A terminal with this process at it. */
export interface Desk {
  readonly keyboard: Keyboard;
  /** Shows text; never throws. */
  readonly show: (text: string) => void;
  /** Calls back when this process is about to end, whichever way; returns what takes that back. */
  readonly onExit: (listener: () => void) => () => void;
  /** Calls back on SIGTSTP, which then does nothing else, and on SIGCONT. */
  readonly onJobControl: (listeners: { readonly stop: () => void; readonly go: () => void }) => () => void;
  /** Has this process stop, as Ctrl-Z would; returns once it goes on, or at once where nobody could ever continue it. */
  readonly stopSelf: () => void;
  /** Has Ctrl-Z's signal reach everything that runs in the foreground beside this process. */
  readonly stopJob: () => void;
  /** What Ctrl-C does where the terminal is not in raw mode. */
  readonly interrupt: () => void;
}

/** The terminal on stdin and stderr of this process. */
export function processDesk(show: (text: string) => void): Desk {
  // A stream without a listener throws what goes wrong with it: a terminal that is closed must not end a drill.
  process.stdin.off('error', ignore).on('error', ignore);
  return {
    keyboard: process.stdin,
    show,
    onExit: (listener) => {
      process.on('exit', listener);
      return () => process.off('exit', listener);
    },
    onJobControl: ({ stop, go }) => {
      process.on('SIGTSTP', stop).on('SIGCONT', go);
      return () => process.off('SIGTSTP', stop).off('SIGCONT', go);
    },
    // With no listener left the kernel does what it always does, which is nothing where no shell could continue us.
    stopSelf: () => process.kill(process.pid, 'SIGTSTP'),
    stopJob: () => process.kill(0, 'SIGTSTP'),
    interrupt: () => process.kill(process.pid, 'SIGINT'),
  };
}

function ignore(): void {}
