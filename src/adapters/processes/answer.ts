/** Reads a probe's answer line by line. Every method throws a one-line Error where the answer is not as agreed. */
export class Answer {
  readonly #lines: readonly string[];
  #at = 0;

  /** `body` is what stood between the begin and end markers, bytes as latin1; each line ends in a newline. */
  constructor(body: string) {
    if (body !== '' && !body.endsWith('\n')) throw new Error('the answer is cut off within a line');
    this.#lines = body.split('\n').slice(0, -1);
  }

  get done(): boolean {
    return this.#at >= this.#lines.length;
  }

  peek(): string | null {
    return this.#lines[this.#at] ?? null;
  }

  next(): string {
    const line = this.#lines[this.#at];
    if (line === undefined) throw new Error('the answer ends too early');
    this.#at += 1;
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

  /** All lines of od's hexadecimal output from here on, as bytes. */
  hex(): Buffer {
    const from = this.#at;
    while (HEX_LINE.test(this.#lines[this.#at] ?? '')) this.#at += 1;
    const digits = this.#lines.slice(from, this.#at).join('').replace(BLANKS, '');
    return Buffer.from(digits, 'hex');
  }

  end(): void {
    if (!this.done)
      throw new Error(`the answer has ${JSON.stringify(this.next().slice(0, 20))} after its end`);
  }
}

// od(1) puts a blank before every byte, so that its lines cannot be mistaken for a tag.
const HEX_LINE = /^(?:\s+[0-9a-f]{2}){1,16}\s*$/;
const BLANKS = /\s+/g;

/** A natural number in decimal; throws otherwise. */
export function natural(text: string | undefined): number {
  const value = /^\d{1,15}$/.test(text ?? '') ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value))
    throw new Error(`${JSON.stringify((text ?? '').slice(0, 20))} is not a number`);
  return value;
}
