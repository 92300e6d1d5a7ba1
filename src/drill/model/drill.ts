import type { GuardName } from './guards.ts';
import type { StopCondition } from './stop-condition.ts';
import type { Windows } from './windows.ts';

/** One file of `drills/` after loading: what it triggers, what must stop, what must survive, for how long. */
export interface Drill {
  /** Stable name, such as `level-2-halt-trading`; the ledger files proofs under it. */
  readonly name: string;
  readonly title: string;
  readonly level: number;
  /** The asset that a halt of one asset names. */
  readonly asset: string | null;
  readonly stops: readonly string[];
  readonly keeps: readonly string[];
  /** What the broker must say while halted, by its API and in its store. */
  readonly broker: { readonly level: number; readonly incident: 'open' | 'none' };
  readonly effects: Effects | null;
  /** Requests that must be refused, or do nothing. */
  readonly guards: readonly GuardName[];
  /** What ends the drill early, besides `foreign-incident`, which always does. */
  readonly stopWhen: readonly StopCondition[];
  /** The service to kill with SIGKILL once the stop is proven; it must come back and still be halted. */
  readonly crash: string | null;
  /** How the halt is lifted: by the broker's resume operation, or by the inventory's manual procedure. */
  readonly resume: 'api' | 'manual';
  /** Whether the operator must type a confirmation phrase, which is sent as `$phrase` and kept nowhere. */
  readonly phrase: 'none' | 'typed';
  readonly timing: Timing;
  /** When it may run, within the windows of the inventory; null: whenever those are open. */
  readonly windows: Windows | null;
}

/** What must be seen at the exchange while halted, by asset. */
export interface Effects {
  /** No order may be accepted after the deadline. */
  readonly silent: readonly string[];
  /** The position must be zero by the deadline and stay so, with no open orders. */
  readonly flat: readonly string[];
  /** Orders must go on: the halt must not reach these. */
  readonly active: readonly string[];
}

/** All durations in milliseconds. */
export interface Timing {
  /** How long everything is watched before the trigger, at the least. */
  readonly baselineMs: number;
  /** The deadline, counted from T0: the halt must be complete by then. */
  readonly withinMs: number;
  /** How long the halt must stay complete. */
  readonly holdMs: number;
  /** How soon after the resume everything must be back. */
  readonly restoreWithinMs: number;
  /** How long it must then stay up. */
  readonly settleMs: number;
  /** How soon a crashed broker must answer again. */
  readonly crashWithinMs: number;
  /** Time between two samples of one host, while something is to happen. */
  readonly sampleEveryMs: number;
  /** The longest gap between two samples that still counts as unbroken observation. */
  readonly maxGapMs: number;
}

/** A whole table is due once a second, heartbeats with it, and a probe ends that is not asked for some seconds: however long max-gap is. */
const STEADY_MS = 250;

/**
 * Time between two samples of one host while a halt stands, milliseconds. What a pass claims is that nothing lived longer than
 * max-gap: four samples show that as well as ten, and a host is spared the rest.
 */
export function steadyEveryMs({
  sampleEveryMs,
  maxGapMs,
}: Pick<Timing, 'sampleEveryMs' | 'maxGapMs'>): number {
  return Math.max(sampleEveryMs, Math.min(maxGapMs / 4, STEADY_MS));
}
