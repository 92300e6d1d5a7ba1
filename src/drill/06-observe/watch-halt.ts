import { asksStatus, readsStore } from '../model/coverage.ts';
import { haltSeen, isForeign, isHalted, type OwnHalt } from '../model/ownership.ts';
import type { Plan } from '../model/plan.ts';
import type { IncarnationKey } from '../model/process.ts';
import type { Observer } from '../ports/observer.ts';
import type { World } from '../ports/world.ts';

/** How long past the deadline to go on looking, to tell a late stop from none. */
export const LATE_MS = 2_000;
/**
 * The final control follows, with the halt still standing, so that the hold as the evidence bounds it is longer than this: a judge takes of each
 * look the later edge, and on a busy machine an answer or a book is read some time after it was so.
 */
const MARGIN_MS = 500;
/** Towards the end of the hold every process is opened once more, lest one has become a target unseen. */
const LAST_LOOK_MS = 1_500;

/**
 * Waits until the halt is complete: every target gone, effects as demanded, API and store at the level. `stopped` is whether
 * the targets are all gone but those that are accepted not to stop: only then is there something to hold.
 */
export async function watchHalt(
  plan: Plan,
  { t0Ms, accepted }: { readonly t0Ms: number; readonly accepted: ReadonlySet<string> },
  observer: Observer,
  world: World,
): Promise<{ readonly stopped: boolean }> {
  const targets = plan.services.filter(({ role }) => role === 'target').map(({ name }) => name);
  const isGone = (name: string): boolean => observer.livesOf(name)?.length === 0;
  const complete = (): boolean =>
    targets.every(isGone) && stateVerified(plan, observer) && flat(plan, observer);
  await observer.until(() => world.stop.aborted || complete(), t0Ms + plan.timing.withinMs + LATE_MS);
  return { stopped: targets.every((name) => accepted.has(name) || isGone(name)) };
}

/**
 * Lets the halt stand for the hold, and kills a last control once it is over. Ends early, with null, only when the drill is told
 * to stop, or the halt turns out to be broken or not its own alone; else resolves with what was wrong with the control.
 */
export async function holdHalt(
  plan: Plan,
  own: () => OwnHalt,
  broken: () => boolean,
  { fromMs, deadlineMs }: { readonly fromMs: number; readonly deadlineMs: number },
  observer: Observer,
  world: World,
): Promise<readonly string[] | null> {
  // Until the deadline the halt may still be on its way at the exchange; the hold runs in full from its last sign of life.
  const untilMs = (): number =>
    Math.max(fromMs, lastTradeMs(plan, deadlineMs, observer)) + plan.timing.holdMs + MARGIN_MS;
  const over = (): boolean => world.stop.aborted || broken() || foreign(own(), observer);
  const until = async (ms: () => number): Promise<void> => {
    while (!over() && world.clock.nowMs() < ms()) await observer.until(over, ms());
  };
  observer.pace('steady');
  await until(() => untilMs() - LAST_LOOK_MS);
  observer.pace('quick');
  if (over()) return null;
  const controlled = observer.control('final', () => (over() ? 0 : untilMs()));
  observer.lookAgain();
  await until(untilMs);
  await observer.until(() => over() || observer.lookedAgain(), world.clock.nowMs() + LAST_LOOK_MS);
  return over() ? null : controlled;
}

/** How long a broker may take to say that it is halted, before it is not crashed. */
const SAYS_WITHIN_MS = 3_000;

/**
 * Leaves the halted broker alone for as long as a life may go unseen, and until it has answered a question asked meanwhile: one that
 * goes down by itself a moment after its reply would otherwise be killed in time to look as if the drill alone had done it.
 * Resolves with the moment since when its answers count.
 */
export async function watchBeforeCrash(
  plan: Plan,
  baseline: ReadonlyMap<string, readonly IncarnationKey[]>,
  observer: Observer,
  world: World,
): Promise<number> {
  const sinceMs = world.clock.nowMs();
  const before = baseline.get(plan.broker) ?? [];
  const ended = (): boolean =>
    observer.livesOf(plan.broker)?.some(({ key }) => before.includes(key)) === false;
  const over = (): boolean => world.stop.aborted || ended();
  await observer.until(over, sinceMs + plan.timing.maxGapMs);
  const answered = (): boolean => (observer.status?.sentMs ?? 0) >= sinceMs;
  await observer.until(() => over() || answered(), world.clock.nowMs() + SAYS_WITHIN_MS);
  return sinceMs;
}

/** Whether the broker that took the trigger is still the same life, and halted by us, so that crashing it tests something. */
export function crashWouldTest(
  plan: Plan,
  own: OwnHalt,
  sinceMs: number,
  baseline: ReadonlyMap<string, readonly IncarnationKey[]>,
  observer: Observer,
): { readonly ok: true } | { readonly ok: false; readonly why: string } {
  const roots = observer.livesOf(plan.broker)?.filter((life) => life.part === 'root') ?? [];
  const before = baseline.get(plan.broker) ?? [];
  // The oldest is the one that is killed; a command of the same script may be there for a moment.
  if (!before.includes(roots[0]?.key ?? '')) {
    return { ok: false, why: 'the broker is no longer the process that took the trigger' };
  }
  const { status } = observer;
  const fresh = status !== null && status.sentMs >= sinceMs ? status.reading : null;
  if (fresh?.kind !== 'present' || !isHalted(fresh.value))
    return { ok: false, why: 'the broker does not say that it is halted' };
  return foreign(own, observer) ? { ok: false, why: 'the halt is not this drill’s alone' } : { ok: true };
}

function stateVerified(plan: Plan, observer: Observer): boolean {
  const brokerMustStop = plan.services.some(({ name, role }) => name === plan.broker && role === 'target');
  const status = observer.status?.reading;
  const store = observer.store?.reading;
  const saysLevel = status?.kind === 'present' && status.value.level === plan.expect.level;
  const holdsLevel = store?.kind === 'present' && store.value.state.level === plan.expect.level;
  return (holdsLevel || !readsStore(plan)) && (saysLevel || brokerMustStop || !asksStatus(plan));
}

function flat(plan: Plan, observer: Observer): boolean {
  if (!plan.effects || plan.effects.flat.length === 0) return true;
  const book = observer.exchange?.reading;
  if (book?.kind !== 'present') return false;
  return plan.effects.flat.every(
    (asset) => (book.value.positions[asset] ?? 0) === 0 && (book.value.open[asset] ?? 0) === 0,
  );
}

/** When an asset that must fall silent was last seen to trade, the deadline at the latest: what comes later ends no halt, it breaks one. */
function lastTradeMs(plan: Plan, deadlineMs: number, observer: Observer): number {
  const silent = plan.effects?.silent ?? [];
  const last = Math.max(...silent.map((asset) => observer.lastTrade(asset)?.toMs ?? 0), 0);
  return Math.min(last, deadlineMs);
}

function foreign(own: OwnHalt, observer: Observer): boolean {
  // While an API that should answer does not, its store alone may be half written; without one, the store is all there is.
  const speaks = observer.status === null || observer.status.reading.kind === 'present';
  const halt = speaks ? haltSeen(observer.status, observer.store) : null;
  return halt !== null && isForeign(halt, own);
}
