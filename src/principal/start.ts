import { describe, type Ledger } from './ledger.ts';
import type { BrokerParts, HaltedTarget, ResumeReport, StartReport, UnblockOutcome } from './parts.ts';
import { sameTarget, toStart } from './record.ts';

/** Brings back what a halt stopped. */
export interface Starter {
  /** Everything but the broker's own service, in parallel, and the asset unblocked. `back`: all of it was seen. */
  startAll(actor: string): Promise<Pick<ResumeReport, 'starts' | 'exchange'> & { readonly back: boolean }>;
  /** The broker's own service where the halt took it down: it would obey the halt if it came up before its end. */
  last(): readonly HaltedTarget[];
  start(targets: readonly HaltedTarget[], actor: string): Promise<readonly StartReport[]>;
  /** The start under way, if there is one. */
  underway(): Promise<unknown> | null;
  settled(): Promise<void>;
}

export function createStarter(
  parts: Pick<BrokerParts, 'stoppers' | 'exchange' | 'warn' | 'self'>,
  ledger: Ledger,
): Starter {
  const { stoppers, exchange, warn, self } = parts;
  let current: Promise<unknown> | null = null;

  const isLast = (target: HaltedTarget): boolean =>
    self !== null && target.mode === 'for-good' && sameTarget(target, self);

  async function orUnknown<T>(what: string, work: () => Promise<T>): Promise<T | 'unknown'> {
    try {
      return await work();
    } catch (error) {
      warn(`${what}: ${describe(error)}`);
      return 'unknown';
    }
  }

  async function startOne(target: HaltedTarget, actor: string): Promise<StartReport> {
    const { service, host } = target;
    const outcome = await orUnknown(
      `start ${service} on ${host}`,
      async () => (await stoppers.get(host)?.start(target, target.mode)) ?? 'unknown',
    );
    ledger.note({ actor, action: 'start', subject: service, host, outcome, reason: null });
    return { service, host, outcome };
  }

  async function unblock(asset: string, actor: string): Promise<{ asset: string; unblock: UnblockOutcome }> {
    const outcome = await orUnknown(`unblock ${asset}`, () => exchange.unblock(asset));
    ledger.note({ actor, action: 'unblock', subject: asset, host: null, outcome, reason: null });
    return { asset, unblock: outcome };
  }

  async function all(actor: string): ReturnType<Starter['startAll']> {
    const { asset } = ledger.record.state;
    const targets = toStart(ledger.record).filter((target) => !isLast(target));
    const [starts, unblocked] = await Promise.all([
      Promise.all(targets.map((target) => startOne(target, actor))),
      asset === null ? null : unblock(asset, actor),
    ]);
    const back =
      starts.every((start) => start.outcome === 'running') &&
      (unblocked === null || unblocked.unblock === 'unblocked');
    return { starts, exchange: unblocked, back };
  }

  return {
    startAll(actor) {
      const work = all(actor).finally(() => {
        if (current === work) current = null;
      });
      current = work;
      return work;
    },
    last: () => toStart(ledger.record).filter((target) => isLast(target) && self?.here === false),
    start: (targets, actor) => Promise.all(targets.map((target) => startOne(target, actor))),
    underway: () => current,
    async settled() {
      while (current !== null) await Promise.allSettled([current]);
    },
  };
}
