import type { BrokerState } from './broker-state.ts';

/** The reason a trigger carries: the nonce in it is what makes the halt this drill's own. */
export function triggerReason(drill: string, nonce: string): string {
  return `haltproof drill ${drill} ${nonce}`;
}

/** Whether the broker is halted at all, as far as this state goes. */
export function isHalted(state: BrokerState): boolean {
  return state.level > 0 || state.incident !== null;
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
