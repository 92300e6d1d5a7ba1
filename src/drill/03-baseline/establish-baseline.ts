import { asksStatus, readsStore } from '../model/coverage.ts';
import { foresightOf, revivalLine } from '../model/foresight.ts';
import { isHalted } from '../model/ownership.ts';
import type { Plan, PlannedService } from '../model/plan.ts';
import type { IncarnationKey } from '../model/process.ts';
import type { Timed } from '../model/reading.ts';
import type { Observer } from '../ports/observer.ts';
import type { World } from '../ports/world.ts';
import {
  otherDrills,
  type Refusal,
  refusedToken,
  refuseOthers,
  removeExpired,
  uncrashable,
} from './interlocks.ts';

/** How much longer than `baseline` everything may take to be seen up, before the drill is not run. */
const PATIENCE_MS = 10_000;
/** A broken source is asked about this often before it is believed to be broken. */
const POLL_MS = 100;
/** "No orders in the hold" is news only if this many were to be expected. */
const NOISE = 3;

/** What was alive before the trigger: root lives by service. An undo restarts nothing that is not in it. */
export type Baseline = ReadonlyMap<string, readonly IncarnationKey[]>;

/**
 * Everything that is expected up is seen up, the controls are calibrated and the undo is rehearsed; or the reasons why the
 * drill must not begin. Touches nothing but its own canaries.
 */
export async function establishBaseline(
  plan: Plan,
  observer: Observer,
  world: World,
): Promise<
  | { readonly ok: true; readonly baseline: Baseline }
  | { readonly ok: false; readonly reasons: readonly string[] }
> {
  const unreachableOrStrange = await observer.open();
  if (unreachableOrStrange.length > 0) return { ok: false, reasons: unreachableOrStrange };

  const beganMs = world.clock.nowMs();
  observer.start();
  const objections = (): string[] => [
    ...observer.blindSpots(),
    ...plan.services.flatMap((service) => objectionTo(service, observer)),
    ...stateObjections(plan, observer),
    ...effectObjections(plan, observer),
  ];
  // Another drill that has just ended goes by itself.
  const isClear = (): boolean => objections().length === 0 && otherDrills(plan, observer).length === 0;
  const ready = (): boolean => world.stop.aborted || isClear();
  const latestMs = beganMs + plan.timing.baselineMs + PATIENCE_MS;
  const [uncontrolled, , managed] = await Promise.all([
    observer.control('calibration'),
    observer.until(() => ready() && world.clock.nowMs() >= beganMs + plan.timing.baselineMs, latestMs),
    observer.readManagers('baseline'),
  ]);
  // The calibration may have outlasted the rest: what was true then must still be true now.
  // A command of a service's own script may be there just then, for a moment.
  await observer.until(ready, world.clock.nowMs() + plan.timing.maxGapMs + POLL_MS);
  const rehearsed: Refusal[] = [];
  if (!world.stop.aborted) {
    const [refused] = await Promise.all([
      refusedToken('second', plan, world),
      removeExpired(plan, observer, world),
      observer.crossCheck(),
      observer.readAudit(),
    ]);
    rehearsed.push(...refused);
  }
  if (world.stop.aborted) return { ok: false, reasons: ['interrupted before the trigger'] };

  for (const text of foresightOf(plan, managed)) world.progress({ kind: 'note', text: `foreseen: ${text}` });
  const revival = revivalLine(plan, managed);
  if (revival !== null) world.progress({ kind: 'note', text: revival });
  const others = await refuseOthers(plan, observer, world);
  const refusals = [...others, ...uncrashable(plan, managed), ...rehearsed];
  for (const refusal of refusals) world.journal.append({ kind: 'interlock', ...refusal });
  const reasons = [...new Set([...uncontrolled, ...objections(), ...refusals.map(({ why }) => why)])];
  if (reasons.length > 0) return { ok: false, reasons };
  const lives = plan.services.map(
    ({ name }) =>
      [
        name,
        (observer.livesOf(name) ?? []).filter((life) => life.part === 'root').map((life) => life.key),
      ] as const,
  );
  return { ok: true, baseline: new Map(lives) };
}

function objectionTo(service: PlannedService, observer: Observer): string[] {
  if (service.role === 'bystander') return [];
  const lives = observer.livesOf(service.name);
  if (lives === null) return []; // its host is among the blind spots
  const roots = lives.filter((life) => life.part === 'root').length;
  const subject = `${service.name} on ${service.host}`;
  if (roots !== service.instances) {
    return [
      `${subject}: ${roots} ${roots === 1 ? 'process' : 'processes'} of it found, ${service.instances} expected`,
    ];
  }
  if (service.role === 'target' && service.start === null) {
    return [`${subject}: the undo cannot be rehearsed, it has no start command`];
  }
  return [];
}

function stateObjections(plan: Plan, observer: Observer): string[] {
  const api = asksStatus(plan) ? answerOf('the broker’s API', observer.status) : null;
  const store = readsStore(plan) ? answerOf('the broker’s store', observer.store) : null;
  if (api?.ok === false) return [api.reason];
  if (store?.ok === false) return [store.reason];
  if (api !== null && isHalted(api.value))
    return [
      `the broker is already halted: level ${api.value.level}, incident ${api.value.incident ?? 'none'}`,
    ];
  if (store === null) return [];
  if (isHalted(store.value.state))
    return [`the broker’s store says it is already halted: level ${store.value.state.level}`];
  if (plan.sources.incidents && store.value.incidents?.some((incident) => incident.resolvedAt === null)) {
    return ['the broker’s store has an incident that is still open'];
  }
  return [];
}

function effectObjections(plan: Plan, observer: Observer): string[] {
  if (!plan.effects) return [];
  const book = answerOf('the exchange', observer.exchange);
  if (!book.ok) return [book.reason];
  const first = observer.firstExchange;
  if (first?.reading.kind !== 'present' || !observer.exchange)
    return ['the exchange has not been watched yet'];
  const watchedMs = observer.exchange.receivedMs - first.receivedMs;
  const { value: before } = first.reading;
  const count = (from: typeof before, asset: string): number =>
    from.accepted.filter((row) => row.asset === asset).reduce((sum, row) => sum + row.count, 0);
  const quiet = [...new Set([...plan.effects.silent, ...plan.effects.active])]
    .filter((asset) => {
      const orders = count(book.value, asset) - count(before, asset);
      return watchedMs <= 0 || (orders / watchedMs) * plan.timing.holdMs < NOISE;
    })
    .map((asset) => `${asset}: too few orders to tell silence from calm`);
  const flat = plan.effects.flat
    .filter((asset) => (book.value.positions[asset] ?? 0) === 0)
    .map((asset) => `${asset}: there is no position to flatten`);
  return [...quiet, ...flat];
}

function answerOf<T>(
  source: string,
  read: Timed<T> | null,
): { ok: true; value: T } | { ok: false; reason: string } {
  if (read === null) return { ok: false, reason: `${source} has not answered yet` };
  if (read.reading.kind === 'present') return { ok: true, value: read.reading.value };
  return {
    ok: false,
    reason:
      read.reading.kind === 'absent' ? `${source} has no halt state` : `${source}: ${read.reading.reason}`,
  };
}
