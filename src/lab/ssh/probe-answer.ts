import type { WireTwist } from '../variants/variant.ts';

/** One answer of the runner's probe as it stands on the wire, bytes as latin1: `B <nonce>`, the body, `E <nonce> <count>`. */
export interface ProbeAnswer {
  readonly nonce: string;
  readonly body: string;
  /** How many processes it lists, for a sample. */
  readonly count: number;
  /** Which kind of sample it is; null for any other answer. */
  readonly sample: 'full' | 'list' | null;
}

/** What is sent in place of an answer: another one, any text, or nothing at all. */
export type Lie = (answer: ProbeAnswer) => ProbeAnswer | string | null | Promise<ProbeAnswer | string | null>;

/** A wire that is true to everybody but the runner's probe, whose answers pass through a lie made anew for each probe. */
export function lyingTo(makeLie: (root: string) => Lie): NonNullable<WireTwist['output']> {
  return (command, { root }) => {
    if (!command.includes('haltdrill-probe')) return null;
    const lie = makeLie(root);
    let held = '';
    return async (bytes) => {
      held += bytes.toString('latin1');
      let out = '';
      for (let next = takeAnswer(held); next !== null; next = takeAnswer(held)) {
        held = next.rest;
        out += printed(await lie(next.answer));
      }
      return Buffer.from(out, 'latin1');
    };
  };
}

function takeAnswer(text: string): { answer: ProbeAnswer; rest: string } | null {
  const nonce = /^B (\S+)\n/.exec(text)?.[1];
  if (nonce === undefined) return null;
  const begin = nonce.length + 3;
  const end = new RegExp(`(?<=\\n)E ${nonce} (\\d+)\\n`).exec(text);
  if (end === null) return null;
  const body = text.slice(begin, end.index);
  const sample = body.startsWith('W ') ? 'full' : body.startsWith('T ') ? 'list' : null;
  return {
    answer: { nonce, body, count: Number(end[1]), sample },
    rest: text.slice(end.index + end[0].length),
  };
}

export function printed(answer: ProbeAnswer | string | null): string {
  if (answer === null || typeof answer === 'string') return answer ?? '';
  return `B ${answer.nonce}\n${answer.body}E ${answer.nonce} ${answer.count}\n`;
}
