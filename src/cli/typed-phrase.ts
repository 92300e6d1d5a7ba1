import type { Drill } from '../drill/model/drill.ts';
import { notRun } from './cli-error.ts';
import type { Effects, SecretRead } from './effects.ts';

/** A shorter one would be found by chance in the evidence, from which it is taken out wherever it stands. */
const SHORTEST = 8;
const LONGEST_BYTES = 800;
const MINUTE_MS = 60_000;

/** How the phrase comes, and what is said of it where it does not. */
interface Way {
  readonly withinMs: number;
  readonly nothing: string;
  readonly late: string;
  readonly line: string;
  readonly what: string;
  readonly wayOut: string;
}

const STDIN: Way = {
  withinMs: MINUTE_MS,
  nothing: 'no line came on stdin',
  late: 'no line came on stdin',
  line: 'the first line on stdin',
  what: 'what came on stdin',
  wayOut: 'give the phrase as the first line on stdin, or see what would be done with --plan',
};

/** Here somebody reads first what is going to be destroyed. */
const TERMINAL: Way = {
  withinMs: 10 * MINUTE_MS,
  nothing: 'nothing was typed',
  late: 'nobody typed it within 10 minutes',
  line: 'what was typed',
  what: 'what was typed',
  wayOut: 'run it again and type it, or see what would be done with --plan',
};

/**
 * The confirmation phrase of a drill that needs one: typed on the terminal without being shown, where there is one, else the first
 * line of stdin. Asked for before anything is started. It is in no message: whoever reads along must not learn it.
 */
export async function typedPhrase(
  drill: Drill,
  shown: string,
  stop: AbortSignal,
  effects: Effects,
): Promise<string> {
  const way = effects.terminal === null ? STDIN : TERMINAL;
  const read = await readPhrase(drill, way, stop, effects);
  if (read.kind === 'interrupted') throw notRun(`${stop.reason}`, 'nothing was triggered', 'run it again');
  const why = read.kind === 'line' ? unfit(read.text, drill, way) : unread(read, way);
  if (read.kind === 'line' && why === null) {
    effects.secrets.keep([read.text]);
    return read.text;
  }
  throw notRun(
    `${shown} needs the operator's confirmation phrase, and nothing was started`,
    why ?? way.nothing,
    way.wayOut,
  );
}

function readPhrase(
  { level }: Drill,
  { withinMs: ms }: Way,
  stop: AbortSignal,
  effects: Effects,
): Promise<SecretRead> {
  if (effects.terminal !== null) {
    const prompt = `Type the confirmation phrase for level ${level} (Ctrl-C leaves everything as it is): `;
    return effects.terminal.secret({ prompt, bytes: LONGEST_BYTES, ms, stop });
  }
  effects.err.write(`haltdrill: level ${level} needs its confirmation phrase; reading it from stdin\n`);
  return effects.readLine({ bytes: LONGEST_BYTES, ms, stop });
}

function unread({ kind }: SecretRead, { late, line }: Way): string {
  if (kind === 'left') return 'the prompt was left';
  if (kind === 'closed') return 'the terminal was closed';
  if (kind === 'too long') return `${line} has more than ${LONGEST_BYTES} bytes`;
  return kind === 'not text' ? `${line} is not UTF-8 text` : late;
}

function unfit(phrase: string, drill: Drill, { nothing, line, what }: Way): string | null {
  if (phrase.trim() === '') return nothing;
  if ([...phrase].length < SHORTEST) return `no phrase has fewer than ${SHORTEST} characters`;
  if (/\p{Cc}/u.test(phrase)) return `${line} holds control characters`;
  // Taking it out of the evidence would then wreck the evidence.
  return JSON.stringify(drill).includes(phrase) ? `the drill itself holds ${what}` : null;
}
