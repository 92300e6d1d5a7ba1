import type { Clock } from '../../drill/ports/world.ts';
import { Gathered } from '../system/gathered.ts';
import type { Connection, Running } from '../transports/transport.ts';
import { ANSWER_BYTES, UNREAD_REQUESTS } from './budget.ts';
import { Tape } from './raw-sample.ts';

/** The body of one answer, and the count that its end marker carried. */
export interface ProbeAnswer {
  readonly body: Buffer;
  readonly count: number;
}

interface Waiting {
  readonly nonce: string;
  readonly end: RegExp;
  readonly resolve: (answer: ProbeAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** An end marker is far shorter: `E`, a nonce of at most 80 characters, and a count of at most nine digits. */
const MARKER_BYTES = 100;
const CLOSE_MS = 3_000;

/**
 * The conversation with one running probe: one request at a time, each answered by a block that begins and ends with
 * the request's nonce. `ask` rejects with a one-line Error; an answer that is not whole is never handed out. Whatever the other side
 * sends, and in whatever pieces, no more than `ANSWER_BYTES` of it is held, and nothing of what comes once the session is over.
 */
export class ProbeSession {
  readonly #running: Running;
  readonly #clock: Clock;
  readonly #gathered = new Gathered(ANSWER_BYTES);
  #complaint = '';
  #tape = new Tape();
  #dead: string | null = null;
  /** Answers that came too late for their request may still arrive before the next one. */
  #late = 0;
  #waiting: Waiting | null = null;
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

  /** What is kept of everything that arrived since this was last asked, read or not. */
  takeTape(): Tape {
    const tape = this.#tape;
    this.#tape = new Tape();
    return tape;
  }

  /** Tells the probe to end, canaries first, and waits for it; ends it by force where it does not. */
  async close(): Promise<void> {
    const stop = new AbortController();
    this.#running.input.end();
    await Promise.race([this.#running.ended, this.#clock.sleep(CLOSE_MS, stop.signal)]);
    stop.abort();
    this.#end('the probe was told to end');
  }

  async #askNow(nonce: string, request: string, timeoutMs: number): Promise<ProbeAnswer> {
    if (this.#dead !== null) throw new Error(this.#dead);
    if (this.#running.input.writableLength > UNREAD_REQUESTS)
      throw new Error('the probe does not read what it is asked');
    const stop = new AbortController();
    const answer = new Promise<ProbeAnswer>((resolve, reject) => {
      this.#waiting = { nonce, end: new RegExp(`(?:^|\\n)(E ${nonce} (\\d{1,9}))\\n$`), resolve, reject };
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
    if (this.#dead !== null) return;
    this.#tape.add(chunk);
    if (this.#gathered.add(chunk) > 0) {
      this.#end(`an answer grew over ${ANSWER_BYTES} bytes, the most that is read of one host`);
      return;
    }
    const waiting = this.#waiting;
    if (waiting === null || chunk.at(-1) !== NEWLINE) return;
    const [, marker, count] =
      waiting.end.exec(this.#gathered.bytes().subarray(-MARKER_BYTES).toString('latin1')) ?? [];
    if (marker === undefined) return;
    this.#tape.ended(marker);
    try {
      const body = bodyOf(this.#gathered.take(), waiting.nonce, this.#late > 0);
      waiting.resolve({ body, count: Number(count) });
      this.#late = 0;
    } catch (error) {
      waiting.reject(error as Error);
    }
  }

  // For good: nothing more is read of it, whoever may still hold its output and write.
  #end(reason: string): void {
    this.#waiting?.reject(new Error(this.#dead ?? reason));
    if (this.#dead !== null) return;
    this.#dead = reason;
    this.#gathered.take();
    this.#running.kill();
  }
}

const NEWLINE = 10;

/** What stands between the markers. Bytes before the begin marker are allowed only as answers that came too late. */
export function bodyOf(answer: Buffer, nonce: string, afterLateAnswers: boolean): Buffer {
  const begin = Buffer.from(`B ${nonce}\n`);
  const isFirst = answer.subarray(0, begin.length).equals(begin);
  const at = isFirst ? 0 : answer.lastIndexOf(`\nB ${nonce}\n`) + 1;
  if (at === 0 && !isFirst) throw new Error('an answer without its beginning');
  if (at > 0 && !afterLateAnswers) throw new Error('something else was written before the answer');
  return answer.subarray(at + begin.length, answer.lastIndexOf(`E ${nonce} `));
}
