import { describe, type Ledger } from './ledger.ts';
import type { BrokerParts, HaltedTarget, HaltReport, StopReport, Target } from './parts.ts';
import { isDown, sameTarget, seen } from './record.ts';

/** What one attempt is about. */
export interface Attempt {
  readonly actor: string;
  /** The targets before the halt: those not among them are looked at for the first time. */
  readonly before: readonly HaltedTarget[];
  /** A resume under way: what it is starting at this moment would come up after its stop. */
  readonly overtaken?: Promise<unknown> | null;
  /** When the halt was asked for (`performance.now()`); left out where latencies would mean nothing. */
  readonly askedAt?: number;
  /** The asset to close; null where none is, or it is closed already. */
  readonly asset: string | null;
  /** Says only what changed: for attempts that are repeated. */
  readonly quiet?: boolean;
}

/** Sees to it that what is halted is down, and keeps seeing to it. */
export interface Enforcer {
  /** One attempt at all of these targets, in parallel; the broker's own service last. */
  enforce(
    targets: readonly HaltedTarget[],
    attempt: Attempt,
  ): Promise<Pick<HaltReport, 'stops' | 'exchange'>>;
  /** Everything that the halt in force demands was seen to be so (but for this process itself, which goes last). */
  complete(): boolean;
  /** Tries again, with growing pauses, until complete, cancelled or closed. */
  pursue(actor: string): void;
  /** Calls off what `pursue` would still try. */
  cancel(): void;
  /** Resolves when no attempt is under way. */
  settled(): Promise<void>;
  /** Takes this process down where the halt demands that and all else is down. Returns at once. */
  leaveIfLast(actor: string): void;
  close(): void;
  readonly latencies: readonly { readonly service: string; readonly host: string; readonly ms: number }[];
}

const KEPT_LATENCIES = 500;
/** Long enough for a reply that is ready to be on its way, in ms. */
const REPLY_MS = 100;

export function createEnforcer(
  parts: Pick<BrokerParts, 'stoppers' | 'exchange' | 'warn' | 'self' | 'retry'>,
  ledger: Ledger,
): Enforcer {
  const { stoppers, exchange, warn, self, retry } = parts;
  const underway = new Set<Promise<unknown>>();
  const latencies: { service: string; host: string; ms: number }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let leaving: NodeJS.Timeout | undefined;
  let isClosed = false;

  /** The broker's own service, where the halt takes it down too. */
  const isLast = (target: HaltedTarget): boolean =>
    self !== null && target.mode === 'for-good' && sameTarget(target, self);

  /** A part that fails has not shown anything: that is `unknown`, never success. */
  async function orUnknown<T>(what: string, work: () => Promise<T>): Promise<T | 'unknown'> {
    try {
      return await work();
    } catch (error) {
      warn(`${what}: ${describe(error)}`);
      return 'unknown';
    }
  }

  async function stopOne(target: HaltedTarget, attempt: Attempt): Promise<StopReport> {
    const { service, host } = target;
    const { actor, before, askedAt } = attempt;
    const answer = await orUnknown(
      `stop ${service} on ${host}`,
      async () => (await stoppers.get(host)?.stop(target, target.mode)) ?? 'unknown',
    );
    if (askedAt !== undefined && answer === 'stopped') {
      latencies.push({ service, host, ms: performance.now() - askedAt });
      if (latencies.length > KEPT_LATENCIES) latencies.shift();
    }
    const firstLook = !before.some((other) => sameTarget(other, target));
    const was = ledger.record.targets.find((other) => sameTarget(other, target))?.outcome;
    let { outcome } = seen(ledger.record, target, answer, firstLook);
    if (attempt.quiet === true && outcome === was) return { service, host, outcome };
    ledger.update((newest) => {
      const now = seen(newest, target, answer, firstLook);
      outcome = now.outcome;
      const line = { actor, action: 'stop', subject: service, host, outcome, reason: null } as const;
      return { record: now.record, lines: [line] };
    });
    return { service, host, outcome };
  }

  async function closeAsset(
    asset: string,
    { actor, quiet }: Attempt,
  ): Promise<NonNullable<HaltReport['exchange']>> {
    const line = { actor, subject: asset, host: null, reason: null };
    // Blocked first: an order accepted between a flatten and a block would open the position again.
    const block = await orUnknown(`block ${asset}`, () => exchange.block(asset));
    if (quiet !== true) ledger.note({ ...line, action: 'block', outcome: block });
    const flatten = await orUnknown(`flatten ${asset}`, () => exchange.flatten(asset));
    const closed = block === 'blocked' && flatten === 'flat';
    if (closed || quiet !== true) {
      ledger.update((newest) => ({
        record: newest.state.asset === asset ? { ...newest, closed } : newest,
        lines: [
          ...(quiet === true ? [{ ...line, action: 'block' as const, outcome: block }] : []),
          { ...line, action: 'flatten', outcome: flatten },
        ],
      }));
    }
    return { asset, block, flatten };
  }

  async function attemptAll(
    targets: readonly HaltedTarget[],
    attempt: Attempt,
  ): Promise<Pick<HaltReport, 'stops' | 'exchange'>> {
    await Promise.allSettled([attempt.overtaken]);
    const [stops, closed] = await Promise.all([
      Promise.all(targets.filter((target) => !isLast(target)).map((target) => stopOne(target, attempt))),
      attempt.asset === null ? null : closeAsset(attempt.asset, attempt),
    ]);
    const last = targets.find(isLast);
    if (last === undefined) return { stops, exchange: closed };
    const own: StopReport =
      self?.here === false && othersDown()
        ? await stopOne(last, attempt)
        : { service: last.service, host: last.host, outcome: 'last' };
    return { stops: [...stops, own], exchange: closed };
  }

  const othersDown = (): boolean =>
    ledger.record.targets.every((target) => isLast(target) || isDown(target)) &&
    (ledger.record.state.asset === null || ledger.record.closed);

  function complete(): boolean {
    return othersDown() && ledger.record.targets.every((target) => isDown(target) || self?.here === true);
  }

  function tracked<T>(work: Promise<T>): Promise<T> {
    underway.add(work);
    return work.finally(() => underway.delete(work));
  }

  function cancel(): void {
    clearTimeout(timer);
    clearTimeout(leaving);
    timer = undefined;
    leaving = undefined;
  }

  function pursue(actor: string, pause: number = retry.firstMs): void {
    if (timer !== undefined || isClosed) return;
    timer = setTimeout(() => {
      const mine = timer;
      const work = tracked(again(actor)).catch((error: unknown) => warn(`trying again: ${describe(error)}`));
      void work.then(() => {
        // Cancelled meanwhile, or another took over.
        if (timer !== mine) return;
        timer = undefined;
        if (ledger.record.state.level === 0) return;
        if (complete() && ledger.recorded) leaveIfLast(actor);
        else pursue(actor, Math.min(pause * 2, retry.mostMs));
      });
    }, pause);
  }

  async function again(actor: string): Promise<void> {
    ledger.flush();
    const { state, targets, closed } = ledger.record;
    if (state.level === 0 || complete()) return;
    const missing = targets.filter((target) => !isDown(target));
    const asset = closed ? null : state.asset;
    await attemptAll(missing, { actor, before: targets, asset, quiet: true });
    const left = ledger.record.targets.filter((target) => !isDown(target) && !isLast(target));
    const names = left.map(({ service, host, outcome }) => `${service} on ${host} ${outcome}`);
    if (state.asset !== null && !ledger.record.closed) names.push(`${state.asset} not closed`);
    const outcome = names.length === 0 ? 'complete' : `incomplete: ${names.join(', ')}`;
    ledger.note({
      ...{ actor, action: 'retry', subject: `level ${ledger.record.state.level}`, host: null, reason: null },
      outcome,
    });
    if (names.length > 0) warn(`the halt is incomplete: ${names.join(', ')}`);
  }

  function leaveIfLast(actor: string): void {
    const last: Target | undefined = ledger.record.targets.find(isLast);
    if (last === undefined || self?.here !== true || leaving !== undefined || isClosed) return;
    const going = setTimeout(() => {
      const { service, host } = last;
      // Nobody is left to see it gone: the log says only that it goes.
      ledger.note({ actor, action: 'stop', subject: service, host, outcome: 'going', reason: null });
      const work = orUnknown(`stop ${service} on ${host}`, async () => stoppers.get(host)?.leave?.(last));
      void work.then(() => {
        // Called off, or closed, meanwhile.
        if (leaving !== going) return;
        leaving = setTimeout(() => {
          leaving = undefined;
          warn('this process should have been taken down by now');
          leaveIfLast(actor);
        }, retry.mostMs);
      });
    }, REPLY_MS);
    leaving = going;
  }

  return {
    enforce: (targets, attempt) => tracked(attemptAll(targets, attempt)),
    complete,
    pursue: (actor) => pursue(actor),
    cancel,
    async settled() {
      while (underway.size > 0) await Promise.allSettled([...underway]);
    },
    leaveIfLast,
    close() {
      isClosed = true;
      cancel();
    },
    latencies,
  };
}
