import type { Act } from '../model/journal.ts';
import { triggerReason } from '../model/ownership.ts';
import type { Plan } from '../model/plan.ts';
import type { World } from '../ports/world.ts';

/** A broker that stops things before it replies may take the whole deadline; what comes later is no clear reply. */
const REPLY_GRACE_MS = 5_000;

/**
 * Writes the intent, and once it is on disk fires once. A trigger without a clear reply is presumed fired and never repeated.
 * Resolves when the reply is in or has failed to come, with the revision of the halt where the reply has one; `not fired` where the
 * drill was told to stop before the first byte. Rejects, with nothing fired, where the intent cannot be written.
 */
export async function pullTrigger(
  plan: Plan,
  nonce: string,
  world: World,
  fired: (t0Ms: number) => void,
): Promise<{ readonly revision: number | null } | 'not fired'> {
  const { clock, journal, broker, stop } = world;
  if (stop.aborted) return 'not fired';
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
    return 'not fired';
  }
  const startedMs = clock.nowMs();
  fired(startedMs);
  const reply = await broker.halt(act, plan.timing.withinMs + REPLY_GRACE_MS);
  journal.append({ kind: 'outcome', intent, act, startedMs, endedMs: clock.nowMs(), reply, command: null });
  return { revision: reply.kind === 'present' ? (reply.value.state?.revision ?? null) : null };
}
