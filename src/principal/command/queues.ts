import type { HaltGate } from '../parts.ts';
import type { Message } from './types.ts';

/** Whether a halt keeps a message from its recipient. */
export function isGated(gate: HaltGate, message: Pick<Message, 'to' | 'asset'>): boolean {
  return gate.agents.has(message.to) || (message.asset !== null && message.asset === gate.asset);
}

/** What waits for each agent, in order of acceptance; what is on disk as queued, in memory. */
export interface Queues {
  readonly size: number;
  of(agent: string): readonly Message[];
  all(): Iterable<Message>;
  /** In ascending order, above everything that is queued. */
  add(messages: readonly Message[]): void;
  /** What an agent has read up to a sequence number, but for what the gate keeps from it. Returns their numbers. */
  forget(agent: string, seq: number, gate: HaltGate): readonly number[];
  remove(messages: readonly Message[]): void;
  replace(messages: readonly Message[]): void;
}

export function createQueues(): Queues {
  const waiting = new Map<string, Message[]>();
  let size = 0;
  const add = (messages: readonly Message[]): void => {
    for (const message of messages) {
      const queue = waiting.get(message.to);
      if (queue === undefined) waiting.set(message.to, [message]);
      else queue.push(message);
    }
    size += messages.length;
  };
  return {
    get size() {
      return size;
    },
    of: (agent) => waiting.get(agent) ?? [],
    *all() {
      for (const queue of waiting.values()) yield* queue;
    },
    add,
    forget(agent, seq, gate) {
      const queue = waiting.get(agent) ?? [];
      // In order: mostly there is nothing below that number, and a look at the first one says so.
      if ((queue[0]?.seq ?? seq + 1) > seq) return [];
      const gone: number[] = [];
      const left = queue.filter((message) => {
        const stays = message.seq > seq || isGated(gate, message);
        if (!stays) gone.push(message.seq);
        return stays;
      });
      waiting.set(agent, left);
      size -= gone.length;
      return gone;
    },
    remove(messages) {
      const gone = new Set(messages.map((message) => message.seq));
      for (const [agent, queue] of waiting) {
        const left = queue.filter((message) => !gone.has(message.seq));
        size -= queue.length - left.length;
        waiting.set(agent, left);
      }
    },
    replace(messages) {
      waiting.clear();
      size = 0;
      add(messages);
    },
  };
}
