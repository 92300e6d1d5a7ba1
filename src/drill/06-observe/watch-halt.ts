import { haltSeen, isForeign, isHalted, type OwnHalt } from '../model/ownership.ts';
import type { Plan } from '../model/plan.ts';
import type { IncarnationKey } from '../model/process.ts';
import type { Observer } from '../ports/observer.ts';
import type { World } from '../ports/world.ts';

/** How long past the deadline to go on looking, to tell a late stop from none. */
const LATE_MS = 2_000;
/** The final control follows, with the halt still standing, so that the hold as the evidence bounds it is longer than this. */
const MARGIN_MS = 100;
/** Towards the end of the hold every process is opened once more, lest one has become a target unseen. */
const LAST_LOOK_MS = 1_500;

/**
 * Waits until the halt is complete: every target gone, effects as demanded, API and store at the level. `stopped` is whether
 * the targets are all gone: only then is there something to hold.
 */
export async function watchHalt(
  plan: Plan,
  t0Ms: number,
  observer: Observer,
  world: World,
): Promise<{ readonly stopped: boolean }> {
  const stopped = (): boolean =>
    plan.services.every(({ name, role }) => role !== 'target' || observer.livesOf(name)?.length === 0);
  const complete = (): boolean => stopped() && stateVerified(plan, observer) && flat(plan, observer);
  await observer.until(() => world.stop.aborted || complete(), t0Ms + plan.timing.withinMs + LATE_MS);
  return { stopped: stopped() };
}

/**
 * Lets the halt stand for the hold, and kills a last control once it is over. Ends early, with null, only when the drill is told
 * to stop, or the halt turns out to be broken or not its own alone; else resolves with what was wrong with the control.
 */
export async function holdHalt(
  plan: Plan,
  own: () => OwnHalt,
  broken: () => boolean,
  fromMs: number,
  observer: Observer,
  world: World,
): Promise<readonly string[] | null> {
  const untilMs = fromMs + plan.timing.holdMs + MARGIN_MS;
  const over = (): boolean => world.stop.aborted || broken() || foreign(own(), observer);
  const until = async (ms: number): Promise<void> => {
    await observer.until(() => over() || world.clock.nowMs() >= ms, ms);
  };
  await until(Math.max(world.clock.nowMs(), untilMs - LAST_LOOK_MS));
  if (over()) return null;
  const controlled = observer.control('final', untilMs);
  observer.lookAgain();
  await until(untilMs);
  await observer.until(() => over() || observer.lookedAgain(), world.clock.nowMs() + LAST_LOOK_MS);
  return over() ? null : controlled;
}

/** Whether the broker that took the trigger is still the same life, and halted by us, so that crashing it tests something. */
export function crashWouldTest(
  plan: Plan,
  own: OwnHalt,
  baseline: ReadonlyMap<string, readonly IncarnationKey[]>,
  observer: Observer,
): { readonly ok: true } | { readonly ok: false; readonly why: string } {
  const roots = observer.livesOf(plan.broker)?.filter((life) => life.part === 'root') ?? [];
  const before = baseline.get(plan.broker) ?? [];
  if (roots.length !== 1 || !before.includes(roots[0]?.key ?? '')) {
    return { ok: false, why: 'the broker is no longer the process that took the trigger' };
  }
  const status = observer.status?.reading;
  if (status?.kind !== 'present' || !isHalted(status.value))
    return { ok: false, why: 'the broker does not say that it is halted' };
  return foreign(own, observer) ? { ok: false, why: 'the halt is not this drill’s alone' } : { ok: true };
}

function stateVerified(plan: Plan, observer: Observer): boolean {
  const brokerMustStop = plan.services.some(({ name, role }) => name === plan.broker && role === 'target');
  const status = observer.status?.reading;
  const store = observer.store?.reading;
  const saysLevel = status?.kind === 'present' && status.value.level === plan.expect.level;
  const holdsLevel = store?.kind === 'present' && store.value.state.level === plan.expect.level;
  return holdsLevel && (saysLevel || brokerMustStop);
}

function flat(plan: Plan, observer: Observer): boolean {
  if (!plan.effects || plan.effects.flat.length === 0) return true;
  const book = observer.exchange?.reading;
  if (book?.kind !== 'present') return false;
  return plan.effects.flat.every(
    (asset) => (book.value.positions[asset] ?? 0) === 0 && (book.value.open[asset] ?? 0) === 0,
  );
}

function foreign(own: OwnHalt, observer: Observer): boolean {
  const halt = observer.status?.reading.kind === 'present' ? haltSeen(observer.status, observer.store) : null;
  return halt !== null && isForeign(halt, own);
}
