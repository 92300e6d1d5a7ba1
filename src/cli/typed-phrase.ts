import type { Drill } from '../drill/model/drill.ts';
import { type CliError, notRun } from './cli-error.ts';
import type { Effects } from './effects.ts';

/** A shorter one would be found by chance in the evidence, from which it is taken out wherever it stands. */
const SHORTEST = 8;
const LONGEST_BYTES = 800;
const TYPE_WITHIN_MS = 60_000;

/**
 * The confirmation phrase of a drill that needs one, from the first line of stdin; null for any other drill, and stdin is left
 * alone then. Asked for before anything is started. It is in no message: whoever reads along must not learn it.
 */
export async function typedPhrase(
  drill: Drill,
  shown: string,
  stop: AbortSignal,
  effects: Effects,
): Promise<string | null> {
  if (drill.phrase === 'none') return null;
  const how = effects.stdinIsTerminal
    ? 'type it (the terminal shows it) and press enter'
    : 'reading it from stdin';
  effects.err.write(`haltproof: level ${drill.level} needs its confirmation phrase; ${how}\n`);
  const read = await effects.readLine({ bytes: LONGEST_BYTES, ms: TYPE_WITHIN_MS, stop });
  const refuse = (why: string): CliError =>
    notRun(
      `${shown} needs the operator's confirmation phrase, and nothing was started`,
      why,
      'give the phrase as the first line on stdin, or see what would be done with --plan',
    );
  if (read.kind === 'line') {
    const wrong = unfit(read.text, drill);
    if (wrong !== null) throw refuse(wrong);
    effects.secrets.keep([read.text]);
    return read.text;
  }
  if (read.kind === 'interrupted') throw notRun(`${stop.reason}`, 'nothing was triggered', 'run it again');
  if (read.kind === 'too long') throw refuse(`the first line on stdin has more than ${LONGEST_BYTES} bytes`);
  if (read.kind === 'not text') throw refuse('the first line on stdin is not UTF-8 text');
  throw refuse(NOTHING);
}

const NOTHING = 'no line came on stdin';

function unfit(phrase: string, drill: Drill): string | null {
  if (phrase.trim() === '') return NOTHING;
  if ([...phrase].length < SHORTEST) return `no phrase has fewer than ${SHORTEST} characters`;
  if (/\p{Cc}/u.test(phrase)) return 'the first line on stdin holds control characters';
  // Taking it out of the evidence would then wreck the evidence.
  return JSON.stringify(drill).includes(phrase) ? 'the drill itself holds what came on stdin' : null;
}
