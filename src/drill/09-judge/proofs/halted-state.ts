import type { BrokerState } from '../../model/broker-state.ts';
import {
  brokerAnswers,
  type CaseFile,
  haltAcknowledged,
  isTriggered,
  said,
  within,
} from '../evidence/index.ts';
import { brokerDeaths } from './hold.ts';

export type Field = 'level' | 'incident' | 'reason' | 'asset';

export const FIELDS: readonly Field[] = ['level', 'incident', 'reason', 'asset'];

/** The state as somebody claimed it while the broker that took the trigger still lived. */
export interface HaltedState {
  readonly state: BrokerState;
  readonly source: 'api' | 'store' | 'reply';
  readonly id: string | null;
}

/**
 * From T0 to the first death of the broker (its latest possible instant), or to the end of the halt. A broker that must be
 * gone has no second life to tell from the first: what its store then holds is what it left there.
 */
export function firstLifeSpan(c: CaseFile): { readonly fromMs: number; readonly toMs: number } {
  if (c.brokerMustStop) return { fromMs: c.anchorMs, toMs: c.haltEndMs };
  return { fromMs: c.anchorMs, toMs: brokerDeaths(c)[0]?.death.toMs ?? c.haltEndMs };
}

/** What the broker's API showed while halted and before it ever restarted; else the store; else the halt's own reply. */
export function haltedState(c: CaseFile): HaltedState | null {
  if (!isTriggered(c)) return null;
  const span = firstLifeSpan(c);
  const { level } = c.plan.expect;
  const api = said(within(brokerAnswers(c), span)).findLast((read) => read.value.level === level);
  if (api !== undefined) return { state: api.value, source: 'api', id: api.id };
  const store = said(within(c.store, span)).findLast((read) => read.value.state.level === level);
  if (store !== undefined) return { state: store.value.state, source: 'store', id: store.id };
  if (!haltAcknowledged(c)) return null;
  const unsaid = { level, incident: null, reason: null, revision: null, asset: null };
  return { state: { ...unsaid, ...c.trigger.reply?.state }, source: 'reply', id: c.trigger.outcomeId };
}
