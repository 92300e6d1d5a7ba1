import type { Effects } from './effects.ts';

/** Why a drill was told to end, and what to say when it is told again. */
export interface Interruption {
  readonly stop: AbortSignal;
  /** What the second signal would leave behind, as an exit code and one line; kept up to date by the drill. */
  leaves: { exitCode: 3 | 5 | 70; text: string };
  /** From now on signals do what they do without us. */
  release(): void;
}

/**
 * The first SIGINT, SIGTERM or SIGHUP asks the drill to end, which resumes the fleet first; the second ends the
 * process at once and says what it leaves behind.
 */
export function listenForSignals(effects: Effects): Interruption {
  const controller = new AbortController();
  const interruption: Interruption = {
    stop: controller.signal,
    leaves: { exitCode: 3, text: 'nothing was triggered' },
    release: () => {},
  };
  interruption.release = effects.onSignal((name, kind) => {
    if (kind === 'error') {
      controller.abort(name);
      return;
    }
    if (controller.signal.aborted) {
      const { exitCode, text } = interruption.leaves;
      effects.leaveNow(exitCode, `haltproof: ended at once by a second ${name}; ${text}`);
      return;
    }
    effects.err.write(
      `haltproof: ${name}; ending the drill and putting the fleet back; once more ends at once and leaves it as it is\n`,
    );
    controller.abort(`interrupted by ${name}`);
  });
  return interruption;
}
