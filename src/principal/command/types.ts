import type { HeldDecision, MessageHold } from '../parts.ts';

/** `seq` is the order of acceptance; it grows over restarts of the broker too and is never used twice. */
export interface Message {
  readonly seq: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  /** The asset that the message is about; null where it is about none. A halt of that asset holds it. */
  readonly asset: string | null;
}

/** A message that a halt keeps from its recipient. */
export interface HeldMessage extends Message {
  /** `halted`: the halt that holds it stands. `kept`: that halt is over, and an operator has yet to decide. */
  readonly state: 'halted' | 'kept';
}

export interface Letter {
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly asset: string | null;
}

/**
 * `invalid`, `unknown` and `conflict` as the broker has them. `busy`: a queue is full, its sender must slow down.
 * `unavailable`: nothing can be accepted at the moment. Both are worth another try after `retryAfter` seconds.
 */
export interface CommandRefusal {
  readonly refused: 'invalid' | 'unknown' | 'conflict' | 'busy' | 'unavailable';
  readonly why: string;
  readonly retryAfter?: number;
}

/** What one agent looks like from here. */
export interface AgentView {
  readonly name: string;
  /** When it registered last, ISO 8601; null where it never did. */
  readonly registeredAt: string | null;
  /** When it last sent, received or registered since the broker came up; null where it did not. */
  readonly lastSeen: string | null;
  readonly halted: boolean;
  /** Accepted for it and not acknowledged. */
  readonly queued: number;
  /** Kept from it by a halt that is over, until an operator decides. */
  readonly kept: number;
}

export interface Reading {
  /** Everything up to this sequence number has been dealt with. */
  readonly after: number;
  /** Whether `after` acknowledges: those messages are then forgotten. */
  readonly acknowledge: boolean;
  /** How long to wait for a message where there is none, in ms. */
  readonly waitMs: number;
  readonly signal?: AbortSignal;
}

export interface CommandLimits {
  /** Messages that may wait for one agent. */
  readonly perAgent: number;
  /** Messages that may be kept altogether, those that a halt holds included. */
  readonly total: number;
  /** How long accepted messages are gathered for one synchronous write, in ms. */
  readonly batchMs: number;
  /** Most messages that one answer carries. */
  readonly perAnswer: number;
  /** Readers that may wait for one agent's messages at the same time. */
  readonly readers: number;
  /** How long nothing is accepted after a write failed, in ms: each try may hold the whole broker for a lock. */
  readonly pauseMs: number;
}

/** Counted since the broker came up. */
export interface CommandTotals {
  readonly accepted: number;
  readonly delivered: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly writes: number;
  /** The last write failed, and no later one succeeded. */
  readonly failing: boolean;
}

/** The command layer: messages between agents, on disk before they are acknowledged, and never past a halt. */
export interface Commands {
  /** For the kill switch. */
  readonly hold: MessageHold;
  /** Says that the agent is there. Only services of the configuration: what no level could stop is not let in. */
  register(agent: string): AgentView | CommandRefusal;
  agents(): readonly AgentView[];
  /** Resolves when the message is on disk, or with why it is not accepted. */
  send(letter: Letter): Promise<Message | CommandRefusal>;
  /** At least once, in order of acceptance: what is not acknowledged is given again. */
  receive(agent: string, reading: Reading): Promise<readonly Message[] | CommandRefusal>;
  /** Forgets what waits for an agent up to a sequence number. */
  acknowledge(agent: string, seq: number): CommandRefusal | null;
  held(): readonly HeldMessage[];
  /** Carries out a decision on everything kept that no present halt covers; returns how many messages that were. */
  decide(decision: HeldDecision): number | CommandRefusal;
  totals(): CommandTotals;
  /** Writes what is under way; nothing is accepted afterwards. */
  close(): void;
}
