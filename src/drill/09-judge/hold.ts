import type { BrokerState } from '../model/broker-state.ts';
import { readsStore } from '../model/coverage.ts';
import { type CaseFile, type Said, said, servicesOf, within } from './case-file.ts';
import type { Death, Life } from './lives.ts';
import { unquietMs } from './quiet.ts';

/** When the complete halt began and how long it was then observed. */
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

/**
 * How long every target was seen to stay gone: from T0 or the last death seen to the last sample before the undo that every host
 * answered. Null where the halt never was complete: a target lived on or came back. No claim and no store plays a part, so that
 * a stop is proven or not whatever else could be read.
 */
export function stillnessOf(c: CaseFile): Hold | null {
  if (c.trigger === null) return null;
  const deaths = [c.trigger.t0Ms];
  for (const service of servicesOf(c, 'target')) {
    for (const life of [...service.baseline, ...service.family, ...service.newcomers]) {
      const death = c.lives.death(life);
      if (death === null || death.toMs > c.haltEndMs) return null;
      deaths.push(death.toMs);
    }
  }
  return observed(c, Math.max(...deaths));
}

/** The hold: stillness from when also the state was verified, the broker back and the exchange quiet, where they ever were. */
export function holdOf(c: CaseFile): Hold | null {
  const still = stillnessOf(c);
  if (still === null) return null;
  return observed(
    c,
    Math.max(still.startMs, stateVerifiedMs(c) ?? 0, brokerBack(c)?.receivedMs ?? 0, unquietMs(c) ?? 0),
  );
}

function observed(c: CaseFile, startMs: number): Hold {
  const lasts = [...c.hosts.values()].map(
    (host) =>
      host.good.findLast((sample) => sample.receivedMs <= c.haltEndMs)?.sentMs ?? Number.NEGATIVE_INFINITY,
  );
  return { startMs, heldMs: Math.max(0, Math.min(...lasts) - startMs) };
}

/** Whether a life is known to have ended by then. */
export function diedBy(c: CaseFile, life: Life, byMs: number): boolean {
  const death = c.lives.death(life);
  return death !== null && death.toMs <= byMs;
}
