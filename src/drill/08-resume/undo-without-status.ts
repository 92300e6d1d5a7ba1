import type { BrokerReply, BrokerState } from '../model/broker-state.ts';
import { readsStore } from '../model/coverage.ts';
import type { Act } from '../model/journal.ts';
import { haltSeen, isForeign } from '../model/ownership.ts';
import type { Reading } from '../model/reading.ts';
import { settled } from './take-step.ts';
import {
  allBack,
  down,
  foreignNow,
  isRefused,
  replyWithinMs,
  startWhatIsDown,
  type Undo,
  type Undone,
} from './undo-halt.ts';

/** How often a resume is asked for that the store does not show to be done. */
const ATTEMPTS = 3;
/** How long to wait for a reading of the store that is newer than the act. */
const STORE_WITHIN_MS = 5_000;

/**
 * The undo where nothing can be asked for the halt state. With a store, the halt is this drill's by what the store says of it. Without
 * one nothing says whose it is: the operator has taken that upon himself (`without-ownership`), and the resume is run once, and
 * once only, after the drill's own trigger; a second one could only lift somebody else's.
 */
export async function undoWithoutStatus(undo: Undo): Promise<Undone> {
  const { observer, plan, world } = undo;
  const lifted = readsStore(plan) ? await liftByStore(undo) : await liftUnseen(undo);
  const settle = (condition: () => boolean): Promise<boolean> =>
    observer.until(condition, world.clock.nowMs() + plan.timing.settleMs);
  if (lifted !== 'resumed') {
    await settle(() => false);
    return lifted;
  }
  for (let round = 1; round <= 2; round += 1) {
    if (!(await allBack(undo, plan.timing.restoreWithinMs))) await startWhatIsDown(undo);
    if (foreignNow(undo)) return 'foreign';
    if (!(await allBack(undo, plan.timing.restoreWithinMs))) return 'not restored';
    if (!(await settle(() => foreignNow(undo) || down(undo).length > 0))) break;
  }
  if (foreignNow(undo)) return 'foreign';
  return down(undo).length === 0 && standing(undo) === null ? 'restored' : 'not restored';
}

type Lifted = 'resumed' | Exclude<Undone, 'restored'>;

function standing({ observer }: Undo): BrokerState | null {
  return haltSeen(null, observer.store);
}

async function liftByStore(undo: Undo): Promise<Lifted> {
  const { observer, own, plan, world } = undo;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const sinceMs = world.clock.nowMs();
    const isFresh = (): boolean =>
      (observer.store?.sentMs ?? 0) > sinceMs && observer.store?.reading.kind === 'present';
    const patienceMs = Math.max(STORE_WITHIN_MS, plan.timing.crashWithinMs);
    if (!(await observer.until(isFresh, sinceMs + patienceMs))) {
      world.progress({
        kind: 'note',
        text: 'the store cannot be read, and nothing else says whose halt it is: nothing is resumed or started',
      });
      return 'not restored';
    }
    if (foreignNow(undo)) return 'foreign';
    const halt = standing(undo);
    // A broker that has forgotten the halt brings nothing back: what is down is started by hand.
    if (halt === null) return 'resumed';
    const reply = await askOnce(undo, halt);
    // Another revision afterwards is somebody else's halt.
    const after = { ...own, revision: own.revision ?? halt.revision };
    const endedMs = world.clock.nowMs();
    const seen = (): boolean => (observer.store?.sentMs ?? 0) > endedMs;
    // One that may still be under way has its time before it is asked for again.
    const over = (): boolean => seen() && (foreignNow(undo) || standing(undo) === null);
    await observer.until(over, isRefused(reply) ? endedMs : endedMs + plan.timing.restoreWithinMs);
    await observer.until(seen, Math.max(world.clock.nowMs(), endedMs + STORE_WITHIN_MS));
    const still = standing(undo);
    if (undo.handsOff() || (still !== null && isForeign(still, after))) return 'foreign';
  }
  return standing(undo) === null ? 'resumed' : 'not restored';
}

async function liftUnseen(undo: Undo): Promise<Lifted> {
  const { plan, world } = undo;
  if (undo.handsOff()) return 'foreign';
  const halt = { level: plan.expect.level, incident: null, reason: null, revision: null, asset: null };
  const reply = await askOnce(undo, halt);
  if (reply.kind === 'present' && reply.value.acknowledged) return 'resumed';
  // Nothing is started under a halt that may still be in force; but what came back all the same is back.
  world.progress({
    kind: 'note',
    text: 'the resume was not acknowledged; it is not repeated, and nothing is started by hand',
  });
  await allBack(undo, plan.timing.restoreWithinMs);
  return 'not restored';
}

async function askOnce(
  { own, plan, world: { broker, clock, journal } }: Undo,
  { level, incident, revision }: BrokerState,
): Promise<Reading<BrokerReply>> {
  const reason = `haltdrill drill ${plan.drill} ${own.nonce} is over`;
  const act: Act = { act: 'resume', level, incident, revision, reason };
  const intent = journal.append({ kind: 'intent', act, undo: 'none: this is the undo' });
  await settled(journal.sync());
  const startedMs = clock.nowMs();
  const reply = await broker.resume(act, replyWithinMs(plan));
  journal.append({ kind: 'outcome', intent, act, startedMs, endedMs: clock.nowMs(), reply, command: null });
  return reply;
}
