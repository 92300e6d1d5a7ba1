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
export function isOurs(state: Pick<BrokerState, 'reason'>, nonce: string): boolean {
  return state.reason?.includes(nonce) ?? false;
}
