import { describe } from '../ledger.ts';
import type { MessageTable } from './message-table.ts';
import type { CommandLimits, CommandRefusal, Letter, Message } from './types.ts';

/** Gathers letters and acknowledgements for a few milliseconds and writes them as one synchronous transaction. */
export interface Writer {
  put(letter: Letter): Promise<Message | CommandRefusal>;
  /** Not waited for: an acknowledgement that is lost means one more delivery, which "at least once" allows. */
  acknowledge(seqs: readonly number[]): void;
  /** Acknowledged, and not yet removed on disk. */
  readonly acknowledged: ReadonlySet<number>;
  waiting(): number;
  waitingFor(agent: string): number;
  writes(): number;
  /** The last write failed less than a pause ago. */
  failing(): boolean;
  flush(): void;
}

interface Waiting {
  readonly letter: Letter;
  readonly done: (outcome: Message | CommandRefusal) => void;
}

export function createWriter(parts: {
  readonly table: Pick<MessageTable, 'write'>;
  readonly limits: Pick<CommandLimits, 'batchMs' | 'pauseMs'>;
  readonly now: () => string;
  /** Asked again just before the write: a halt may have come since the letter did. */
  readonly mayWrite: (letter: Letter) => CommandRefusal | null;
  /** Called with what is on disk, before its senders are told. */
  readonly written: (messages: readonly Message[]) => void;
  readonly warn: (text: string) => void;
}): Writer {
  const { limits, warn } = parts;
  let letters: Waiting[] = [];
  const depths = new Map<string, number>();
  const acknowledged = new Set<number>();
  let timer: NodeJS.Timeout | null = null;
  let writes = 0;
  let failedAt: number | null = null;

  const failing = (): boolean => failedAt !== null && performance.now() - failedAt < limits.pauseMs;

  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const batch = letters;
    letters = [];
    depths.clear();
    const accepted: Waiting[] = [];
    for (const one of batch) {
      const no = parts.mayWrite(one.letter);
      if (no === null) accepted.push(one);
      else one.done(no);
    }
    if (accepted.length === 0 && acknowledged.size === 0) return;
    const at = parts.now();
    let messages: readonly Message[];
    try {
      messages = parts.table.write(
        accepted.map(({ letter }) => ({ ...letter, at })),
        acknowledged,
      );
    } catch (error) {
      failedAt = performance.now();
      warn(`messages could not be written: ${describe(error)}`);
      for (const one of accepted) {
        one.done({ refused: 'unavailable', why: 'the message could not be written', retryAfter: 1 });
      }
      return;
    }
    failedAt = null;
    writes += 1;
    acknowledged.clear();
    parts.written(messages);
    for (const [index, message] of messages.entries()) accepted[index]?.done(message);
  };
  const soon = (): void => {
    timer ??= setTimeout(flush, failing() ? limits.pauseMs : limits.batchMs);
  };

  return {
    put: (letter) =>
      new Promise((done) => {
        letters.push({ letter, done });
        depths.set(letter.to, (depths.get(letter.to) ?? 0) + 1);
        soon();
      }),
    acknowledged,
    acknowledge(seqs) {
      for (const seq of seqs) acknowledged.add(seq);
      soon();
    },
    waiting: () => letters.length,
    waitingFor: (agent) => depths.get(agent) ?? 0,
    writes: () => writes,
    failing,
    flush,
  };
}
