import type { Database } from 'better-sqlite3';
import { describe } from '../ledger.ts';
import type { HaltGate, HeldDecision } from '../parts.ts';
import { openMessageTable } from './message-table.ts';
import { createQueues, isGated } from './queues.ts';
import { createReaders } from './readers.ts';
import type { AgentView, CommandLimits, CommandRefusal, Commands, HeldMessage, Message } from './types.ts';
import { createWriter } from './writer.ts';

const LIMITS: CommandLimits = {
  perAgent: 1000,
  total: 100_000,
  batchMs: 4,
  perAnswer: 100,
  readers: 8,
  pauseMs: 1000,
};

/**
 * Routes messages between agents. The gate is asked when a message comes in, when it is written, and when it is
 * handed out, so that a halt counts from the instant it is in force. Throws where the file cannot be read.
 */
export function createCommands(parts: {
  readonly db: Database;
  readonly atomically: <T>(work: () => T) => T;
  /** Services that may send and receive. */
  readonly agents: readonly string[];
  readonly gate: () => HaltGate;
  readonly clock: { now(): string };
  readonly warn: (text: string) => void;
  readonly limits?: Partial<CommandLimits>;
}): Commands {
  const { agents, gate, clock, warn } = parts;
  const limits = { ...LIMITS, ...parts.limits };
  const table = openMessageTable(parts.db, parts.atomically);
  const queues = createQueues();
  const readers = createReaders(limits.readers);
  const lastSeen = new Map<string, string>();
  const totals = { accepted: 0, delivered: 0, acknowledged: 0, refused: 0 };
  let kept: Message[] = [];
  let registered = new Map<string, string>();
  let closed = false;

  const reload = (acknowledged: ReadonlySet<number>): void => {
    const loaded = table.load();
    queues.replace(loaded.queued.filter((message) => !acknowledged.has(message.seq)));
    kept = loaded.kept;
    registered = loaded.registered;
  };
  reload(new Set());

  /** Another process (the hand tool) may have decided what becomes of held messages. */
  const adopt = (): void => {
    if (table.changedByOthers()) reload(writer.acknowledged);
  };

  const refuse = (refused: CommandRefusal['refused'], why: string, retryAfter?: number): CommandRefusal => {
    totals.refused += 1;
    return { refused, why, ...(retryAfter === undefined ? {} : { retryAfter }) };
  };
  const stranger = (...names: readonly string[]): CommandRefusal | null => {
    const name = names.find((one) => !agents.includes(one));
    return name === undefined ? null : refuse('unknown', `there is no agent ${name}`);
  };
  const haltedNow = (names: readonly string[], asset: string | null = null): CommandRefusal | null => {
    const now = gate();
    const name = names.find((one) => now.agents.has(one));
    if (name !== undefined) return refuse('conflict', `${name} is halted`);
    return asset !== null && asset === now.asset ? refuse('conflict', `${asset} is halted`) : null;
  };
  const deliver = (messages: readonly Message[]): void => {
    queues.add(messages);
    for (const to of new Set(messages.map((message) => message.to))) readers.wake(to);
  };
  const see = (agent: string): void => void lastSeen.set(agent, clock.now());

  const writer = createWriter({
    limits,
    warn,
    table: {
      write(letters, acknowledged) {
        adopt();
        return table.write(letters, acknowledged);
      },
    },
    now: () => clock.now(),
    mayWrite: ({ from, to, asset }) => haltedNow([from, to], asset),
    written(messages) {
      totals.accepted += messages.length;
      deliver(messages);
    },
  });

  const ready = (agent: string, after: number): readonly Message[] => {
    const now = gate();
    const found: Message[] = [];
    for (const message of queues.of(agent)) {
      if (message.seq <= after || isGated(now, message)) continue;
      found.push(message);
      if (found.length === limits.perAnswer) break;
    }
    return found;
  };

  const acknowledge = (agent: string, seq: number): void => {
    const gone = queues.forget(agent, seq, gate());
    if (gone.length === 0) return;
    totals.acknowledged += gone.length;
    writer.acknowledge(gone);
  };

  /** Carries out a decision on kept messages. False where it could not be written: they are still kept. */
  const release = (messages: readonly Message[], decision: HeldDecision): boolean => {
    if (decision === 'keep' || messages.length === 0) return true;
    let delivered: readonly Message[];
    try {
      delivered = table.decide(messages, 'kept', decision);
    } catch (error) {
      warn(`a decision on held messages could not be written: ${describe(error)}`);
      return false;
    }
    const gone = new Set(messages.map((message) => message.seq));
    kept = kept.filter((message) => !gone.has(message.seq));
    deliver(delivered);
    return true;
  };

  const view = (name: string): AgentView => ({
    name,
    registeredAt: registered.get(name) ?? null,
    lastSeen: lastSeen.get(name) ?? null,
    halted: gate().agents.has(name),
    queued: queues.of(name).length,
    kept: kept.filter((message) => message.to === name).length,
  });

  return {
    hold: {
      halted(now) {
        for (const agent of now.agents) readers.wake(agent);
      },
      settle(ended, { held }) {
        adopt();
        const waiting = [...queues.all()].filter((message) => isGated(ended, message));
        // Kept first, whatever was decided: should the broker die in between, nothing is delivered by accident.
        table.decide(waiting, 'queued', 'keep');
        return () => {
          queues.remove(waiting);
          kept = [...kept, ...waiting].sort((a, b) => a.seq - b.seq);
          release(waiting, held);
        };
      },
    },
    register(agent) {
      const no = stranger(agent) ?? haltedNow([agent]);
      if (no !== null) return no;
      const at = clock.now();
      try {
        table.register(agent, at);
      } catch (error) {
        warn(`a registration could not be written: ${describe(error)}`);
        return refuse('unavailable', 'the registration could not be written', 1);
      }
      registered.set(agent, at);
      see(agent);
      return view(agent);
    },
    agents() {
      adopt();
      return agents.map(view);
    },
    async send(letter) {
      const no = stranger(letter.from, letter.to) ?? haltedNow([letter.from, letter.to], letter.asset);
      if (no !== null) return no;
      if (closed) return refuse('unavailable', 'the broker is closing', 1);
      if (writer.failing()) return refuse('unavailable', 'messages cannot be written at the moment', 1);
      see(letter.from);
      if (queues.of(letter.to).length + writer.waitingFor(letter.to) >= limits.perAgent) {
        return refuse('busy', `${limits.perAgent} messages wait for ${letter.to}`, 1);
      }
      if (queues.size + kept.length + writer.waiting() >= limits.total) {
        return refuse('unavailable', `${limits.total} messages are kept already`, 5);
      }
      const outcome = await writer.put(letter);
      if ('refused' in outcome && outcome.refused === 'unavailable') totals.refused += 1;
      return outcome;
    },
    async receive(agent, reading) {
      const no = stranger(agent) ?? haltedNow([agent]);
      if (no !== null) return no;
      see(agent);
      adopt();
      if (reading.acknowledge) acknowledge(agent, reading.after);
      let found = ready(agent, reading.after);
      if (found.length === 0 && reading.waitMs > 0 && !closed) {
        if (readers.full(agent)) return refuse('busy', `too many readers wait for ${agent}`, 1);
        const until = performance.now() + reading.waitMs;
        // Woken, there may still be nothing for this reader: it waits on for what is left of its time.
        for (;;) {
          const left = until - performance.now();
          if (left <= 0 || closed || reading.signal?.aborted === true) break;
          await readers.wait(agent, left, reading.signal);
          const halted = haltedNow([agent]);
          if (halted !== null) return halted;
          found = ready(agent, reading.after);
          if (found.length > 0) break;
        }
      }
      if (reading.acknowledge) totals.delivered += found.length;
      return found;
    },
    acknowledge(agent, seq) {
      const no = stranger(agent) ?? haltedNow([agent]);
      if (no === null) acknowledge(agent, seq);
      return no;
    },
    held() {
      adopt();
      const now = gate();
      const halted = [...queues.all()].filter((message) => isGated(now, message));
      const all: HeldMessage[] = [
        ...halted.map((message): HeldMessage => ({ ...message, state: 'halted' })),
        ...kept.map((message): HeldMessage => ({ ...message, state: 'kept' })),
      ];
      return all.sort((a, b) => a.seq - b.seq);
    },
    decide(decision: HeldDecision) {
      adopt();
      if (decision === 'keep') return 0;
      const now = gate();
      const concerned = kept.filter((message) => !isGated(now, message));
      if (concerned.length === 0) return 0;
      return release(concerned, decision)
        ? concerned.length
        : refuse('unavailable', 'the decision could not be written', 1);
    },
    totals: () => ({ ...totals, writes: writer.writes(), failing: writer.failing() }),
    close() {
      if (closed) return;
      closed = true;
      writer.flush();
      readers.wakeAll();
    },
  };
}
