import type { Clock } from '../../drill/ports/world.ts';
import type { Connection, Running } from '../transports/transport.ts';

/** The body of one answer, bytes as latin1, and the count that its end marker carried. */
export interface ProbeAnswer {
  readonly body: string;
  readonly count: number;
}

const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
const CLOSE_MS = 3_000;

/**
 * The conversation with one running probe: one request at a time, each answered by a block that begins and ends with
 * the request's nonce. `ask` rejects with a one-line Error; an answer that is not whole is never handed out.
 */
export class ProbeSession {
  readonly #running: Running;
  readonly #clock: Clock;
  #chunks: Buffer[] = [];
  #size = 0;
  #complaint = '';
  #tape: Buffer[] = [];
  #dead: string | null = null;
  /** Answers that came too late for their request may still arrive before the next one. */
  #late = 0;
  #waiting: { nonce: string; resolve: (answer: ProbeAnswer) => void; reject: (error: Error) => void } | null =
    null;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(running: Running, clock: Clock) {
    this.#running = running;
    this.#clock = clock;
    running.output.on('data', (chunk: Buffer) => this.#take(chunk));
    running.errors.on('data', (chunk: Buffer) => {
      if (this.#complaint.length < 400) this.#complaint += chunk.toString('utf8');
    });
    void running.ended.then(({ code, reason }) => {
      const said = this.#complaint.trim().split('\n')[0];
      const how = reason ?? `the probe ended by itself (exit status ${code})`;
      this.#end(said ? `${how}: ${said}` : how);
    });
  }

  static async start(connection: Connection, command: string, clock: Clock): Promise<ProbeSession> {
    return new ProbeSession(await connection.start(command), clock);
  }

  /** Sends one line and waits for its whole answer, at most `timeoutMs` from when its turn has come. */
  ask(nonce: string, request: string, timeoutMs: number): Promise<ProbeAnswer> {
    const turn = this.#queue.then(() => this.#askNow(nonce, request, timeoutMs));
    this.#queue = turn.catch(() => {});
    return turn;
  }

  /** Whether it will not answer any more. */
  get isDead(): boolean {
    return this.#dead !== null;
  }

  /** Everything that arrived since this was last asked, read or not. */
  takeTape(): Buffer[] {
    const tape = this.#tape;
    this.#tape = [];
    return tape;
  }

  /** Tells the probe to end, canaries first, and waits for it; ends it by force where it does not. */
  async close(): Promise<void> {
    const stop = new AbortController();
    this.#running.input.end();
    await Promise.race([this.#running.ended, this.#clock.sleep(CLOSE_MS, stop.signal)]);
    stop.abort();
    this.#end('the probe was told to end');
    this.#running.kill();
  }

  async #askNow(nonce: string, request: string, timeoutMs: number): Promise<ProbeAnswer> {
    if (this.#dead !== null) throw new Error(this.#dead);
    const stop = new AbortController();
    const answer = new Promise<ProbeAnswer>((resolve, reject) => {
      this.#waiting = { nonce, resolve, reject };
    });
    this.#running.input.write(`${request}\n`);
    const timeout = this.#clock.sleep(timeoutMs, stop.signal).then(() => {
      if (stop.signal.aborted || this.#waiting?.nonce !== nonce) return;
      this.#late += 1;
      this.#waiting.reject(new Error(`no whole answer within ${Math.round(timeoutMs)} ms`));
    });
    try {
      return await answer;
    } finally {
      this.#waiting = null;
      stop.abort();
      await timeout;
    }
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#tape.push(chunk);
    this.#size += chunk.length;
    if (this.#size > MAX_ANSWER_BYTES) {
      this.#end(`an answer grew over ${MAX_ANSWER_BYTES} bytes`);
      this.#running.kill();
      return;
    }
    const waiting = this.#waiting;
    if (waiting === null) return;
    const end = new RegExp(`(?:^|\\n)E ${waiting.nonce} (\\d{1,9})\\n$`).exec(this.#tail());
    if (end === null) return;
    const text = Buffer.concat(this.#chunks).toString('latin1');
    this.#chunks = [];
    this.#size = 0;
    try {
      waiting.resolve({ body: bodyOf(text, waiting.nonce, this.#late > 0), count: Number(end[1]) });
      this.#late = 0;
    } catch (error) {
      waiting.reject(error as Error);
    }
  }

  #tail(): string {
    let tail = '';
    for (let at = this.#chunks.length - 1; at >= 0 && tail.length < 100; at -= 1) {
      tail = (this.#chunks[at] as Buffer).subarray(-100).toString('latin1') + tail;
    }
    return tail;
  }

  #end(reason: string): void {
    this.#dead ??= reason;
    this.#waiting?.reject(new Error(this.#dead));
  }
}

/** What stands between the markers. Bytes before the begin marker are allowed only as answers that came too late. */
export function bodyOf(text: string, nonce: string, afterLateAnswers: boolean): string {
  const begin = `B ${nonce}\n`;
  const at = text.startsWith(begin) ? 0 : text.lastIndexOf(`\n${begin}`) + 1;
  if (at === 0 && !text.startsWith(begin)) throw new Error('an answer without its beginning');
  if (at > 0 && !afterLateAnswers) throw new Error('something else was written before the answer');
  return text.slice(at + begin.length, text.lastIndexOf(`E ${nonce} `));
}
