import type { Message } from './parts.ts';

const KEPT_PER_AGENT = 100;

/** Messages waiting for the agents, in memory: at most 100 an agent, the oldest dropped first. */
export interface Mailbox {
  put(message: Omit<Message, 'seq'>): Message;
  after(agent: string, seq: number): readonly Message[];
  /** Forgets what waits for an agent: a command from before a halt must not be carried out after it. */
  clear(agent: string): void;
}

/** Numbers messages from `first` on: readers keep their place, so a restarted broker must not begin again below it. */
export function createMailbox(first: number): Mailbox {
  const waiting = new Map<string, Message[]>();
  let last = first - 1;
  return {
    put(message) {
      last += 1;
      const numbered: Message = { seq: last, ...message };
      const queue = waiting.get(message.to) ?? [];
      queue.push(numbered);
      waiting.set(message.to, queue.slice(-KEPT_PER_AGENT));
      return numbered;
    },
    after: (agent, seq) => (waiting.get(agent) ?? []).filter((message) => message.seq > seq),
    clear: (agent) => void waiting.delete(agent),
  };
}
