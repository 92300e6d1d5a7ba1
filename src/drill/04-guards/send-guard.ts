import { type GuardName, type GuardRequest, guardKind, isRefusal } from '../model/guards.ts';
import type { Act } from '../model/journal.ts';
import type { Plan } from '../model/plan.ts';
import type { Observer } from '../ports/observer.ts';
import type { World } from '../ports/world.ts';

/** A broker that takes the request after all stops things before it replies. */
const REPLY_GRACE_MS = 5_000;
/** For state and samples from after the reply. Time enough for a busy machine; a broker that went down takes longer. */
const LOOK_WITHIN_MS = 3_000;

export interface Answer {
  readonly said: 'accepted' | 'refused' | 'unclear';
  readonly revision: number | null;
  readonly endedMs: number;
  /** Such as `HTTP 403`, or why there was no reply. */
  readonly words: string;
}

/** Writes the intent, and once it is on disk sends the request once. Rejects, with nothing sent, where it cannot be written. */
export async function sendGuard(
  plan: Plan,
  what: { readonly guard: GuardName; readonly control: boolean; readonly request: GuardRequest },
  undo: string,
  world: World,
  sending: () => void = () => undefined,
): Promise<Answer | 'not sent'> {
  const { clock, journal, broker, stop } = world;
  if (stop.aborted) return 'not sent';
  const act: Act = { act: 'guard', ...what };
  const intent = journal.append({ kind: 'intent', act, undo });
  await journal.sync();
  if (stop.aborted) {
    journal.append({ kind: 'withdrawn', intent, why: 'the drill was told to stop before it was sent' });
    return 'not sent';
  }
  sending();
  const startedMs = clock.nowMs();
  const reply = await broker.guard(what.request, plan.timing.withinMs + REPLY_GRACE_MS);
  const endedMs = clock.nowMs();
  journal.append({ kind: 'outcome', intent, act, startedMs, endedMs, reply, command: null });
  if (reply.kind !== 'present') {
    const words = reply.kind === 'absent' ? 'no reply' : reply.reason;
    return { said: 'unclear', revision: null, endedMs, words };
  }
  const { acknowledged, status, state } = reply.value;
  const said = acknowledged ? 'accepted' : isRefusal(status) ? 'refused' : 'unclear';
  return { said, revision: state?.revision ?? null, endedMs, words: `HTTP ${status}` };
}

/** Waits until API, store and every host have been seen as they are after `sinceMs`; false where they have not in time. */
export function lookAfter(sinceMs: number, observer: Observer, world: World): Promise<boolean> {
  observer.readStateNow();
  const seen = (): boolean =>
    (observer.status?.sentMs ?? 0) >= sinceMs &&
    (observer.store?.sentMs ?? 0) >= (observer.status?.receivedMs ?? 0) &&
    observer.sampledSince(sinceMs);
  return observer.until(seen, world.clock.nowMs() + LOOK_WITHIN_MS);
}

/** How a guard that did not do as it must is put to a reader of the stage. */
export function told(guard: GuardName, how: string): string {
  return `${guardKind(guard).what} ${how}`;
}
