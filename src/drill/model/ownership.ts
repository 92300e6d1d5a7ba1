import type { BrokerState, StoreSnapshot } from './broker-state.ts';
import type { Timed } from './reading.ts';

/** The reason a trigger carries: the nonce in it is what makes the halt this drill's own. */
export function triggerReason(drill: string, nonce: string): string {
  return `haltdrill drill ${drill} ${nonce}`;
}

/** Whether the broker is halted at all, as far as this state goes. */
export function isHalted(state: BrokerState): boolean {
  return state.level > 0 || state.incident !== null;
}

/**
 * The halt that stands, by the API or, where that knows of none or does not answer, by the store; null where neither does. An API
 * that gives no reason for it is completed by the store, where both speak of the same halt: else it would be nobody's, and
 * left in force.
 */
export function haltSeen(
  status: Timed<BrokerState> | null,
  store: Timed<StoreSnapshot> | null,
): BrokerState | null {
  const claimed = status?.reading.kind === 'present' ? status.reading.value : null;
  const stored = store?.reading.kind === 'present' ? store.reading.value.state : null;
  if (claimed === null || !isHalted(claimed)) return stored !== null && isHalted(stored) ? stored : null;
  const same = stored !== null && stored.level === claimed.level && stored.revision === claimed.revision;
  return same && claimed.reason === null ? { ...claimed, reason: stored.reason } : claimed;
}

/** Whether a halt carries this drill's nonce. A halt whose reason cannot be read is nobody's, so not ours. */
function isOurs(state: Pick<BrokerState, 'reason'>, nonce: string): boolean {
  return state.reason?.includes(nonce) ?? false;
}

/** This drill's halt, as it stood when it was acknowledged or, without a clear reply, when it was first seen. */
export interface OwnHalt {
  readonly nonce: string;
  readonly level: number;
  /** Null where the broker has none, or it is not known yet. */
  readonly revision: number | null;
}

/**
 * Whether somebody else has a hand in a halt that stands: its reason is not ours, or its level or revision is no longer what
 * this drill made it. A broker may keep the reason of whoever halted first; a revision changes with every halt and resume.
 */
export function isForeign(state: BrokerState, own: OwnHalt): boolean {
  if (!isHalted(state)) return false;
  const moved = own.revision !== null && state.revision !== null && state.revision !== own.revision;
  return !isOurs(state, own.nonce) || state.level > own.level || moved;
}
