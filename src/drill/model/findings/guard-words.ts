import { type GuardName, guardKind } from '../guards.ts';
import { harmless, listed } from '../wording.ts';
import type { Subject } from './kind.ts';

/** A request that had to do nothing, and what was answered, such as `HTTP 403`, or why there is no reply. */
export interface Answered {
  readonly guard: GuardName;
  readonly words: string;
}

type Answer = 'accepted' | 'refused' | 'unclear';

/** `A halt without a token was accepted (HTTP 200)` */
export function answered({ guard, words }: Answered, answer: Answer): string {
  const { what } = guardKind(guard);
  const was = answer === 'unclear' ? 'not clearly answered' : answer;
  return `${what.charAt(0).toUpperCase()}${what.slice(1)} was ${was} (${harmless(words, 200)})`;
}

/** `After the same halt again (HTTP 200)` */
export function afterGuard({ guard, words }: Answered): string {
  return `After ${guardKind(guard).what} (${harmless(words, 200)})`;
}

export function guardsListed(guards: readonly GuardName[]): string {
  return listed(guards.map((guard) => guardKind(guard).what));
}

export function notReadAfter(source: 'API' | 'store' | 'table of messages', guard: GuardName): string {
  return `The ${source} was not read after ${guardKind(guard).what}, so that it is not known what came of it.`;
}

/** What may be said of a request that had to be refused and was not. */
export const unrefusedSays = {
  accepted: (_: Subject, one: Answered) => `${answered(one, 'accepted')}.`,
  'took effect': (_: Subject, one: Answered & { readonly answer: 'refused' | 'unclear' }) =>
    `${answered(one, one.answer)}, and took effect all the same.`,
} as const;
