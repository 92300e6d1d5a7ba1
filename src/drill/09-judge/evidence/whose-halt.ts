import type { BrokerState } from '../../model/broker-state.ts';
import { type CaseFile, said } from './case-file.ts';
import { once } from './once.ts';

/** Incidents that are this drill's: opened after T0, and carrying its nonce in their reason. */
export const ownIncidents = once((c: CaseFile): ReadonlySet<string> => {
  const own = new Set<string>();
  if (c.fired !== null) {
    const carries = (reason: string | null | undefined): boolean => reason?.includes(c.opened.nonce) === true;
    const states = [...said(c.status).map((r) => r.value), ...said(c.store).map((r) => r.value.state)];
    for (const state of states) if (state.incident !== null && carries(state.reason)) own.add(state.incident);
    for (const { value } of said(c.store)) {
      for (const row of value.incidents ?? []) if (carries(row.reason)) own.add(row.id);
    }
    const replied = c.fired.reply?.state;
    if (
      replied?.incident != null &&
      (replied.reason == null || carries(replied.reason)) &&
      !baselineIncidents(c).has(replied.incident)
    ) {
      own.add(replied.incident);
    }
  }
  return own;
});

/** Incidents that were known before the trigger, open or not. */
export function baselineIncidents(c: CaseFile): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const read of said(c.status))
    if (read.receivedMs <= c.anchorMs && read.value.incident !== null) ids.add(read.value.incident);
  for (const { receivedMs, value } of said(c.store)) {
    if (receivedMs > c.anchorMs) continue;
    if (value.state.incident !== null) ids.add(value.state.incident);
    for (const row of value.incidents ?? []) ids.add(row.id);
  }
  return ids;
}

function carriesNonce(c: CaseFile, state: BrokerState): boolean {
  return state.reason?.includes(c.opened.nonce) === true;
}

/** Whether a halted state is somebody else's: its reason lacks the nonce, and its incident is not ours. */
export function isForeign(c: CaseFile, state: BrokerState): boolean {
  if (state.level === 0) return false;
  if (carriesNonce(c, state)) return false;
  const own = ownIncidents(c);
  if (state.incident !== null && own.has(state.incident)) return false;
  return state.reason !== null || (state.incident !== null && own.size > 0);
}
