import type { BrokerState } from '../../model/broker-state.ts';
import {
  type GuardKind,
  type GuardName,
  type GuardRequest,
  guardKind,
  isRefusal,
} from '../../model/guards.ts';
import type { Timed } from '../../model/reading.ts';
import { type DoneAct, endedMs, idsOf, startedMs } from './acts.ts';
import type { Life, Lives } from './lives.ts';

type StateRead = Timed<BrokerState> & { readonly id: string };

/** A request that had to do nothing, and what was answered. */
export interface GuardTry {
  readonly ids: readonly string[];
  readonly guard: GuardName;
  readonly kind: GuardKind;
  /** It had to be accepted, so that the refusal of the one beside it says something. */
  readonly control: boolean;
  readonly request: GuardRequest;
  readonly startedMs: number;
  readonly endedMs: number;
  readonly answer: 'accepted' | 'refused' | 'unclear';
  /** Such as `HTTP 403`, or why there is no reply. */
  readonly words: string;
  /** Whether any reply came: without one it may have been carried out. */
  readonly replied: boolean;
}

/** An intent without an outcome is presumed to have been sent. */
export function guardTryOf(one: DoneAct): GuardTry | null {
  const { done } = one;
  const { act } = one.intent;
  if (act.act !== 'guard') return null;
  const { guard, control, request } = act;
  const reply = done?.reply ?? null;
  const common = {
    ids: idsOf(one),
    guard,
    kind: guardKind(guard),
    control,
    request,
    startedMs: startedMs(one),
    endedMs: endedMs(one),
    replied: reply?.kind === 'present',
  };
  if (reply?.kind !== 'present') {
    const words = reply?.kind === 'unreadable' ? reply.reason : 'no reply is in the journal';
    return { ...common, answer: 'unclear', words };
  }
  const { acknowledged, status } = reply.value;
  const answer = acknowledged ? 'accepted' : isRefusal(status) ? 'refused' : 'unclear';
  return { ...common, answer, words: `HTTP ${status}` };
}

/** The states on both sides of a try, by one source: the last wholly before it, and the first asked for after its reply. */
export function aroundTry(
  one: Pick<GuardTry, 'startedMs' | 'endedMs'>,
  reads: readonly StateRead[],
): { readonly before: BrokerState; readonly after: BrokerState; readonly id: string } | null {
  const before = reads.findLast(
    (read) => read.receivedMs <= one.startedMs && read.reading.kind === 'present',
  );
  const after = reads.find((read) => read.sentMs >= one.endedMs && read.reading.kind === 'present');
  if (before?.reading.kind !== 'present' || after?.reading.kind !== 'present') return null;
  return { before: before.reading.value, after: after.reading.value, id: after.id };
}

/**
 * Whether a resume that had to be refused ended the halt, whatever was answered: by every source that was read on both sides of it.
 * Where only one shows that the halt is gone, that source lost it.
 */
export function endedHalt(one: GuardTry, sources: readonly (readonly StateRead[])[]): boolean {
  if (one.request.operation !== 'resume') return false;
  if (one.answer === 'accepted') return true;
  const around = sources.flatMap((reads) => aroundTry(one, reads) ?? []);
  return around.length > 0 && around.every(({ before, after }) => before.level > 0 && after.level === 0);
}

/** The word by which the halt of a guard is known where it took effect. */
export function markOf(guard: GuardName, nonce: string): string {
  return `guard ${guard} ${nonce}`;
}

/**
 * The first try before the trigger that may have touched the fleet: accepted, without a reply, seen in some reason, or with a
 * process of a service that ended after it. Null where all were refused and nothing came of them.
 */
export function touchingTry(
  tries: readonly GuardTry[],
  reasons: readonly (string | null)[],
  nonce: string,
  roots: (ms: number) => readonly Life[],
  lives: Lives,
): GuardTry | null {
  const before = tries.filter(({ kind }) => kind.when === 'before');
  const telling = before.find(
    (one) =>
      one.answer === 'accepted' ||
      !one.replied ||
      reasons.some((reason) => reason?.includes(markOf(one.guard, nonce))),
  );
  if (telling !== undefined) return telling;
  const [first] = before;
  if (first === undefined) return null;
  const died = roots(first.startedMs).flatMap((life) => lives.death(life)?.toMs ?? []);
  const earliest = Math.min(...died);
  return before.findLast((one) => one.startedMs < earliest && Number.isFinite(earliest)) ?? null;
}
