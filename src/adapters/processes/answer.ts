import { Gathered } from '../system/gathered.ts';
import { LINE_BYTES } from './budget.ts';
import type { Slices } from './slices.ts';

/**
 * Reads a probe's answer line by line: lines become strings as they are asked for, and none of them keeps the answer alive. Every
 * method throws a one-line Error where the answer is not as agreed.
 */
export class Answer {
  readonly #bytes: Buffer;
  #at = 0;
  /** The line at `#at`, once it was looked at, and where the one after it begins. */
  #line: string | null = null;
  #after = 0;

  /** `body` is what stood between the begin and end markers, a string as latin1; each line ends in a newline. */
  constructor(body: Buffer | string) {
    this.#bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : body;
    if (this.#bytes.length > 0 && this.#bytes.at(-1) !== NEWLINE)
      throw new Error('the answer is cut off within a line');
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  peek(): string | null {
    if (this.done) return null;
    if (this.#line === null) {
      const end = this.#bytes.indexOf(NEWLINE, this.#at);
      if (end - this.#at > LINE_BYTES)
        throw new Error(`a line of its answer is longer than ${LINE_BYTES} bytes`);
      this.#line = this.#bytes.toString('latin1', this.#at, end);
      this.#after = end + 1;
    }
    return this.#line;
  }

  next(): string {
    const line = this.peek();
    if (line === null) throw new Error('the answer ends too early');
    this.#at = this.#after;
    this.#line = null;
    return line;
  }

  /** The rest of the next line, which must begin with `tag` and a space, or be `tag` alone. */
  take(tag: string): string {
    const line = this.next();
    if (line === tag) return '';
    if (!line.startsWith(`${tag} `))
      throw new Error(`the answer has ${JSON.stringify(line.slice(0, 20))} where ${tag} belongs`);
    return line.slice(tag.length + 1);
  }

  has(tag: string): boolean {
    const line = this.peek();
    return line !== null && (line === tag || line.startsWith(`${tag} `));
  }

  /** All lines of od's hexadecimal output from here on, as bytes, of which there may be `most`. */
  *hex(most: number): Slices<Buffer> {
    const bytes = new Gathered(most);
    for (let line = this.peek(); line !== null && isHex(line); line = this.peek()) {
      this.next();
      if (bytes.add(Buffer.from(line.replace(BLANKS, ''), 'hex')) > 0)
        throw new Error(`more than the ${most} bytes that were asked for arrived`);
      yield;
    }
    return bytes.take();
  }

  end(): void {
    if (!this.done)
      throw new Error(`the answer has ${JSON.stringify(this.next().slice(0, 20))} after its end`);
  }
}

// od(1) puts a blank before every byte, so that its lines cannot be mistaken for a tag.
const HEX_LINE = /^(?:\s+[0-9a-f]{2}){1,16}\s*$/;
const LONGEST_HEX_LINE = 200;
const isHex = (line: string): boolean => line.length <= LONGEST_HEX_LINE && HEX_LINE.test(line);
const BLANKS = /\s+/g;
const NEWLINE = 10;

/** A natural number in decimal; throws otherwise. */
export function natural(text: string | undefined): number {
  const value = /^\d{1,15}$/.test(text ?? '') ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value))
    throw new Error(`${JSON.stringify((text ?? '').slice(0, 20))} is not a number`);
  return value;
}
