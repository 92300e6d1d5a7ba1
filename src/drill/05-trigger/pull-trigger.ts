import type { Act } from '../model/journal.ts';
import { triggerReason } from '../model/ownership.ts';
import type { Plan } from '../model/plan.ts';
import type { World } from '../ports/world.ts';

/** A broker that stops things before it replies may take the whole deadline; what comes later is no clear reply. */
const REPLY_GRACE_MS = 5_000;

/** A halt command that had not ended when its reply was due. It is never ended by force: what it does half-way nobody knows. */
export interface LateHalt {
  readonly intent: string;
  readonly startedMs: number;
  /** When it was seen to end; null as long as it was not. */
  endedMs: number | null;
  /** Nobody can see any more whether it ends. */
  isLost: boolean;
}

export type Pulled =
  | { readonly fired: false; readonly why: string }
  | {
      readonly fired: true;
      /** Of the halt, where the reply has one. */
      readonly revision: number | null;
      /** From T0 to the reply, or to when it was due, milliseconds. */
      readonly tookMs: number;
      readonly late: LateHalt | null;
    };

/**
 * Writes the intent, and once it is on disk fires once. A trigger without a clear reply is presumed fired and never repeated, unless
 * it is certain that nothing of it was sent: then it is withdrawn. Resolves when the reply is in or has failed to come; not fired where
 * the drill was told to stop before the first byte. Rejects, with nothing fired, where the intent cannot be written. `fired` is called
 * before the first byte may leave.
 */
export async function pullTrigger(
  plan: Plan,
  nonce: string,
  world: World,
  fired: (t0Ms: number) => void,
): Promise<Pulled> {
  const { clock, journal, broker, stop } = world;
  const stopped: Pulled = { fired: false, why: 'not fired' };
  if (stop.aborted) return stopped;
  const act: Act = {
    act: 'trigger',
    level: plan.level,
    asset: plan.asset,
    reason: triggerReason(plan.drill, nonce),
  };
  const intent = journal.append({
    kind: 'intent',
    act,
    undo: `resume the incident whose reason carries ${nonce}; if the broker has forgotten it, start what was alive at the baseline and is gone`,
  });
  await journal.sync();
  if (stop.aborted) {
    journal.append({ kind: 'withdrawn', intent, why: 'the drill was told to stop before it was fired' });
    return stopped;
  }
  const startedMs = clock.nowMs();
  fired(startedMs);
  const left: LateHalt[] = [];
  const reply = await broker.halt(act, plan.timing.withinMs + REPLY_GRACE_MS, (ended) => {
    left.push(watched({ intent, startedMs, endedMs: null, isLost: false }, ended, clock));
  });
  if (reply.kind === 'unreadable' && reply.unsent === true) {
    const why = `nothing of it was sent: ${reply.reason}`;
    journal.append({ kind: 'withdrawn', intent, why });
    return { fired: false, why };
  }
  const endedMs = clock.nowMs();
  journal.append({ kind: 'outcome', intent, act, startedMs, endedMs, reply, command: null });
  const [late = null] = left;
  if (late !== null) journal.append({ kind: 'left-running', intent });
  const revision = reply.kind === 'present' ? (reply.value.state?.revision ?? null) : null;
  return { fired: true, revision, tookMs: endedMs - startedMs, late };
}

function watched(late: LateHalt, ended: Promise<boolean>, clock: World['clock']): LateHalt {
  void ended.then((isSeen) => {
    if (isSeen) late.endedMs = clock.nowMs();
    else late.isLost = true;
  });
  return late;
}
