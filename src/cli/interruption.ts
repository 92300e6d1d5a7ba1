import type { Effects } from './effects.ts';

/** Why a drill was told to end, and what to say when it is told again. */
export interface Interruption {
  readonly stop: AbortSignal;
  /** Aborted by SIGHUP and SIGTERM, which nobody types: whoever was at the terminal may be gone. */
  readonly unattended: AbortSignal;
  /** What the second signal would leave behind, as an exit code and one line; kept up to date by the drill. */
  leaves: { exitCode: 3 | 5 | 70; text: string };
  /** Ends the drill as the first signal does, for this cause. No second signal is needed or counted for it. */
  end(cause: string): void;
  /** From now on signals do what they do without us. */
  release(): void;
}

const DRILL = 'ending the drill and putting the fleet back; once more ends at once and leaves it as it is';

/** One key press can arrive twice: the terminal signals npm and the program, and npm passes its own on. */
const SAME_PRESS_MS = 1_000;

/**
 * The first SIGINT, SIGTERM or SIGHUP asks the drill to end, which resumes the fleet first; the second, but for SIGHUP, ends the
 * process at once and says what it leaves behind. `what` tells the operator what the first one does.
 */
export function listenForSignals(effects: Effects, what = DRILL): Interruption {
  const controller = new AbortController();
  const unattended = new AbortController();
  let first: { readonly name: string; readonly atMs: number } | null = null;
  const interruption: Interruption = {
    stop: controller.signal,
    unattended: unattended.signal,
    leaves: { exitCode: 3, text: 'nothing was triggered' },
    end: (cause) => {
      if (controller.signal.aborted) return;
      effects.err.write(`haltdrill: ${cause}; ${what}\n`);
      controller.abort(cause);
    },
    release: () => {},
  };
  interruption.release = effects.onSignal((name, kind) => {
    if (kind === 'error') {
      controller.abort(name);
      return;
    }
    if (name !== 'SIGINT') unattended.abort(name);
    if (first?.name === name && effects.nowMs() - first.atMs < SAME_PRESS_MS) return;
    // A window that is closed after a Ctrl-C asks for nothing: the fleet is put back all the same.
    if (first !== null && name === 'SIGHUP') return;
    if (first !== null) {
      const { exitCode, text } = interruption.leaves;
      effects.leaveNow(exitCode, `haltdrill: ended at once by a second ${name}; ${text}`);
      return;
    }
    first = { name, atMs: effects.nowMs() };
    effects.err.write(`haltdrill: ${name}; ${what}\n`);
    controller.abort(`interrupted by ${name}`);
  });
  return interruption;
}
