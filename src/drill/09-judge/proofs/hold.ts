import type { BrokerState } from '../../model/broker-state.ts';
import { readsStore } from '../../model/coverage.ts';
import {
  brokerAnswers,
  type CaseFile,
  type Death,
  type HostSamples,
  isWayUp,
  type Life,
  type Said,
  type ServiceLives,
  said,
  servicesOf,
  within,
} from '../evidence/index.ts';
import { controlsOf } from './controls.ts';
import { unquietMs } from './quiet.ts';

/** When a halt began to stand and how long it was then observed, in milliseconds. */
export interface Hold {
  readonly startMs: number;
  /** As long as a control vouches for that vanished later. */
  readonly heldMs: number;
  /** Vouched for or not. */
  readonly watchedMs: number;
}

/** Lives of the broker at T0, and those that came up after it. */
export function brokerLives(c: CaseFile): readonly Life[] {
  return c.broker === null ? [] : [...c.broker.roots, ...c.broker.newcomers];
}

/** Lives of the broker, but for the way up of one that stays, that ended, in order, between T0 and the end of the halt. */
export function brokerDeaths(c: CaseFile): { readonly life: Life; readonly death: Death }[] {
  const { broker } = c;
  if (c.trigger === null || broker === null) return [];
  return brokerLives(c).flatMap((life) => {
    const death = c.lives.death(life);
    return death !== null && death.toMs <= c.haltEndMs && !isWayUp(c, broker, life) ? [{ life, death }] : [];
  });
}

/** The broker's first answer after the latest of its deaths; null where it never gave one, never died, or must not come back. */
export function brokerBack(c: CaseFile): Said<BrokerState> | null {
  const deaths = brokerDeaths(c);
  if (c.brokerMustStop || deaths.length === 0) return null;
  const since = Math.max(...deaths.map(({ death }) => death.toMs));
  return said(within(brokerAnswers(c), { fromMs: since, toMs: c.haltEndMs }))[0] ?? null;
}

/** When the store was first read, after T0, at the level that the drill demands; where there is no store, the API. Null: never. */
export function stateVerifiedMs(c: CaseFile): number | null {
  if (c.trigger === null) return null;
  const after = said(within(c.store, { fromMs: c.trigger.t0Ms, toMs: c.haltEndMs }));
  const { level } = c.plan.expect;
  if (readsStore(c.plan)) return after.find((read) => read.value.state.level === level)?.receivedMs ?? null;
  const claimed = said(within(brokerAnswers(c), { fromMs: c.trigger.t0Ms, toMs: c.haltEndMs }));
  return claimed.find((read) => read.value.level === level)?.receivedMs ?? null;
}

/** When the last life of a service had ended, T0 at the earliest; null where one lived on or came back before the halt ended. */
export function goneMs(c: CaseFile, { baseline, family, newcomers }: ServiceLives): number | null {
  const deaths = [c.anchorMs];
  for (const life of [...baseline, ...family, ...newcomers]) {
    const death = c.lives.death(life);
    if (death === null || death.toMs > c.haltEndMs) return null;
    deaths.push(death.toMs);
  }
  return Math.max(...deaths);
}

/** From when on whatever did stop stayed gone, and the state was verified where it ever was; null where nothing was triggered. */
function standsFromMs(c: CaseFile): number | null {
  if (c.trigger === null) return null;
  const gone = servicesOf(c, 'target').flatMap((service) => goneMs(c, service) ?? []);
  return Math.max(c.trigger.t0Ms, stateVerifiedMs(c) ?? 0, ...gone);
}

/** Whether every target was gone when the halt ended. */
export function isHaltComplete(c: CaseFile): boolean {
  return c.trigger !== null && servicesOf(c, 'target').every((service) => goneMs(c, service) !== null);
}

/** From when on the halt stood as a whole; null where a target did not stay gone. */
export function completeFromMs(c: CaseFile): number | null {
  return isHaltComplete(c) ? standsFromMs(c) : null;
}

/**
 * How long a target was seen to stay gone: from T0, or the last death of its own, to when its own host was last watched in the halt. Null
 * where it lived on or came back. No claim, no store and no other target or host plays a part, so that a stop is proven or not
 * whatever became of the others.
 */
export function stillnessOf(c: CaseFile, service: ServiceLives): Hold | null {
  const startMs = c.trigger === null ? null : goneMs(c, service);
  const host = c.hosts.get(service.planned.host);
  return startMs === null ? null : watched(c, startMs, host === undefined ? [] : [host]);
}

/**
 * The hold of the whole fleet: from when the halt of whatever did stop stood, the broker was back and the exchange quiet, where they ever
 * were, to when the first of all hosts was last watched. Null where nothing was triggered.
 */
export function holdOf(c: CaseFile): Hold | null {
  const fromMs = standsFromMs(c);
  if (fromMs === null) return null;
  const startMs = Math.max(fromMs, brokerBack(c)?.receivedMs ?? 0, unquietMs(c) ?? 0);
  return watched(c, startMs, [...c.hosts.values()]);
}

// What is not vouched for by a control that vanished later may have been an old table, or none.
function watched(c: CaseFile, startMs: number, hosts: readonly HostSamples[]): Hold {
  const lasts = hosts.map((host) => {
    const last = host.good.findLast((sample) => sample.receivedMs <= c.haltEndMs)?.sentMs;
    return {
      lastMs: last ?? Number.NEGATIVE_INFINITY,
      vouchedMs: controlsOf(c, host).vouchedUntilMs ?? startMs,
    };
  });
  const lasted = (untilMs: readonly number[]): number => Math.max(0, Math.min(...untilMs) - startMs);
  return {
    startMs,
    heldMs: lasted(lasts.map(({ lastMs, vouchedMs }) => Math.min(lastMs, vouchedMs))),
    watchedMs: lasted(lasts.map(({ lastMs }) => lastMs)),
  };
}

/** Whether the hold was long enough, and is short only for want of a control. */
export function isUnvouched(c: CaseFile): boolean {
  const hold = holdOf(c);
  const { holdMs } = c.plan.timing;
  return hold !== null && hold.heldMs < holdMs && hold.watchedMs >= holdMs;
}

/** Whether a life is known to have ended by then. */
export function diedBy(c: CaseFile, life: Life, byMs: number): boolean {
  const death = c.lives.death(life);
  return death !== null && death.toMs <= byMs;
}
