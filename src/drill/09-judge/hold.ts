import type { BrokerState } from '../model/broker-state.ts';
import { readsStore } from '../model/coverage.ts';
import { type CaseFile, type Said, said, servicesOf, within } from './case-file.ts';
import type { Death, Life } from './lives.ts';
import { unquietMs } from './quiet.ts';
import type { ServiceLives } from './service-lives.ts';

/** When a halt began to stand and how long it was then observed, in milliseconds. */
export interface Hold {
  readonly startMs: number;
  readonly heldMs: number;
}

/** Lives of the broker at T0, and those that came up after it. */
export function brokerLives(c: CaseFile): readonly Life[] {
  return c.broker === null ? [] : [...c.broker.roots, ...c.broker.newcomers];
}

/** Lives of the broker that ended, in order, between T0 and the end of the halt. */
export function brokerDeaths(c: CaseFile): { readonly life: Life; readonly death: Death }[] {
  if (c.trigger === null) return [];
  return brokerLives(c).flatMap((life) => {
    const death = c.lives.death(life);
    return death !== null && death.toMs <= c.haltEndMs ? [{ life, death }] : [];
  });
}

/** The broker's first answer after the latest of its deaths; null where it never gave one, never died, or must not come back. */
export function brokerBack(c: CaseFile): Said<BrokerState> | null {
  const deaths = brokerDeaths(c);
  if (c.brokerMustStop || deaths.length === 0) return null;
  const since = Math.max(...deaths.map(({ death }) => death.toMs));
  return said(within(c.status, { fromMs: since, toMs: c.haltEndMs }))[0] ?? null;
}

/** When the store was first read, after T0, at the level that the drill demands; where there is no store, the API. Null: never. */
export function stateVerifiedMs(c: CaseFile): number | null {
  if (c.trigger === null) return null;
  const after = said(within(c.store, { fromMs: c.trigger.t0Ms, toMs: c.haltEndMs }));
  const { level } = c.plan.expect;
  if (readsStore(c.plan)) return after.find((read) => read.value.state.level === level)?.receivedMs ?? null;
  const claimed = said(within(c.status, { fromMs: c.trigger.t0Ms, toMs: c.haltEndMs }));
  return claimed.find((read) => read.value.level === level)?.receivedMs ?? null;
}

/** When the last life of a service had ended, T0 at the earliest; null where one lived on or came back before the halt ended. */
export function goneMs(c: CaseFile, service: ServiceLives): number | null {
  const deaths = [c.anchorMs];
  for (const life of [...service.baseline, ...service.family, ...service.newcomers]) {
    const death = c.lives.death(life);
    if (death === null || death.toMs > c.haltEndMs) return null;
    deaths.push(death.toMs);
  }
  return Math.max(...deaths);
}

/** Whether every target was gone when the halt ended. */
export function isHaltComplete(c: CaseFile): boolean {
  return c.trigger !== null && servicesOf(c, 'target').every((service) => goneMs(c, service) !== null);
}

/**
 * How long a target was seen to stay gone: from T0 or its own last death to the last good sample of its own host before the undo.
 * Null where it lived on or came back. What other services did plays no part, and no claim and no store does, so that a stop is proven
 * or not whatever else could be read.
 */
export function stillnessOf(c: CaseFile, service: ServiceLives): Hold | null {
  const startMs = c.trigger === null ? null : goneMs(c, service);
  return startMs === null ? null : observed(c, startMs, [service.planned.host]);
}

/**
 * The hold: how long the halt of whatever did stop stood, from the last death, the state verified, the broker back and the exchange
 * quiet, where they ever were, to the last sample before the undo that every host answered. Null where nothing was triggered.
 */
export function holdOf(c: CaseFile): Hold | null {
  if (c.trigger === null) return null;
  const gone = servicesOf(c, 'target').flatMap((service) => goneMs(c, service) ?? []);
  const since = [stateVerifiedMs(c), brokerBack(c)?.receivedMs, unquietMs(c)].map((ms) => ms ?? 0);
  return observed(c, Math.max(c.trigger.t0Ms, ...gone, ...since), [...c.hosts.keys()]);
}

function observed(c: CaseFile, startMs: number, hosts: readonly string[]): Hold {
  const lasts = hosts.map(
    (name) =>
      c.hosts.get(name)?.good.findLast((sample) => sample.receivedMs <= c.haltEndMs)?.sentMs ??
      Number.NEGATIVE_INFINITY,
  );
  return { startMs, heldMs: Math.max(0, Math.min(...lasts) - startMs) };
}

/** Whether a life is known to have ended by then. */
export function diedBy(c: CaseFile, life: Life, byMs: number): boolean {
  const death = c.lives.death(life);
  return death !== null && death.toMs <= byMs;
}
