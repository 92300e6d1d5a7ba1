import { type GuardName, guardKind } from '../guards.ts';
import { harmless, listed, seconds } from '../wording.ts';
import { type Answered, afterGuard, unrefusedSays } from './guard-words.ts';
import type { FindingKind } from './kind.ts';

const common = { severity: 'fail', group: 'guards', acceptable: false } as const;

/** Requests that had to be refused. */
export const guardsFindings = {
  'unauthenticated-trigger': {
    ...common,
    title: 'A halt without a valid token was carried out',
    meaning:
      'A halt was sent without a token, or with one that nobody was given, and the broker accepted it, or refused it and halted all the same.',
    cause: 'A route without authentication, or a check whose result is not waited for.',
    fix: 'Check the token before anything else, and end the request there.',
    says: unrefusedSays,
  },
  'unguarded-trigger': {
    ...common,
    title: 'A halt that needs its phrase was carried out with a wrong one',
    meaning:
      'A halt with a wrong confirmation phrase, or with the phrase of another level, was accepted, or was refused and halted all the same.',
    cause: 'A phrase that is compared loosely, or only looked for.',
    fix: 'Compare the phrase to the letter, for the level that asks for it, and refuse it at any other.',
    says: unrefusedSays,
  },
  'unguarded-resume': {
    ...common,
    title: 'A halt was lifted by a resume that does not name its incident',
    meaning:
      'While halted, a resume without an incident, or of another one, was accepted, or was refused and lifted the halt all the same.',
    cause: 'Resume lifts whatever is in force.',
    fix: 'Make the resume conditional on incident, level and revision.',
    says: unrefusedSays,
  },
  'guard-side-effect': {
    ...common,
    title: 'A request that had to do nothing did something',
    meaning:
      'After a request that had to be refused, or to change nothing, a process was no longer the same one, the state was different, or the broker no longer answered to a valid token.',
    cause: 'An error on the way of a refusal that ends the process, or a lock that shuts out everybody.',
    fix: 'Let a refusal touch nothing but the audit log.',
    says: {
      'halt changed': (_, { field, ...one }: Answered & { readonly field: 'reason' | 'asset' }) =>
        `${afterGuard(one)} the ${field} of the halt was another.`,
      'ended at level 0': (
        { service },
        {
          guard,
          fromMs,
          toMs,
        }: { readonly guard: GuardName; readonly fromMs: number; readonly toMs: number },
      ) =>
        `${service} ended ${seconds(fromMs)} to ${seconds(toMs)} after ${guardKind(guard).what} had been refused, before anything was triggered.`,
      'state changed': (
        _,
        { source, fields }: { readonly source: 'API' | 'store'; readonly fields: readonly string[] },
      ) => `Though every request was refused, ${listed(fields)} of the ${source} changed, at level 0.`,
      'shut out': (_, { guard, reason }: { readonly guard: GuardName; readonly reason: string }) =>
        `After ${guardKind(guard).what} had been refused, the broker no longer answered to its own token: ${harmless(reason, 200)}.`,
      'broker ended': ({ service }, { guard, pid }: { readonly guard: GuardName; readonly pid: number }) =>
        `${service} (pid ${pid}) ended right after ${guardKind(guard).what} had been refused.`,
    },
  },
} as const satisfies Record<string, FindingKind>;
