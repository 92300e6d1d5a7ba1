/**
 * A guard is a request that must not do what it asks for: a trigger that is expected to fail, or a message that must not get
 * through. It is sent once, and what it leaves behind is looked at as after any other act.
 */
export type GuardKind = {
  /** `before`: at level 0, ahead of the trigger. `halted`: in the hold. */
  readonly when: 'before' | 'halted';
  /** What it is, as in "a halt without a token". */
  readonly what: string;
} & (
  | {
      readonly must: 'be refused';
      /** The finding, where it is accepted. */
      readonly code: 'unauthenticated-trigger' | 'unguarded-trigger' | 'unguarded-resume' | 'leaked-command';
    }
  | {
      /** It may be accepted, as long as nothing changes. */
      readonly must: 'be harmless';
      /** The finding, where something does. */
      readonly code: 'silent-downgrade' | 'duplicate-incident';
    }
);

/** How the report begins to say that guards were left out. */
export const GUARDS_SKIPPED = 'Requests that must be refused at this level';

/** In the order in which they are tried: what would do the least harm comes first. */
export const GUARDS = {
  'no-token': {
    when: 'before',
    must: 'be refused',
    what: 'a halt without a token',
    code: 'unauthenticated-trigger',
  },
  'wrong-token': {
    when: 'before',
    must: 'be refused',
    what: 'a halt with a wrong token',
    code: 'unauthenticated-trigger',
  },
  'wrong-phrase': {
    when: 'before',
    must: 'be refused',
    what: 'a halt with a wrong phrase',
    code: 'unguarded-trigger',
  },
  'phrase-at-wrong-level': {
    when: 'before',
    must: 'be refused',
    what: 'a halt at the level below, with the phrase',
    code: 'unguarded-trigger',
  },
  'message-to-halted': {
    when: 'halted',
    must: 'be refused',
    what: 'a message to a halted agent',
    code: 'leaked-command',
  },
  'resume-without-incident': {
    when: 'halted',
    must: 'be refused',
    what: 'a resume without an incident',
    code: 'unguarded-resume',
  },
  'resume-wrong-incident': {
    when: 'halted',
    must: 'be refused',
    what: 'a resume of another incident',
    code: 'unguarded-resume',
  },
  'lower-level': {
    when: 'halted',
    must: 'be harmless',
    what: 'a halt at the level below',
    code: 'silent-downgrade',
  },
  repeat: {
    when: 'halted',
    must: 'be harmless',
    what: 'the same halt again',
    code: 'duplicate-incident',
  },
} as const satisfies Record<string, GuardKind>;

export type GuardName = keyof typeof GUARDS;

export function guardKind(name: GuardName): GuardKind {
  return GUARDS[name];
}

/** What is sent. `own` is what the drill itself sends; the adapter makes up what is wrong. */
export type GuardRequest =
  | {
      readonly operation: 'halt';
      readonly token: 'own' | 'none' | 'wrong';
      readonly phrase: 'own' | 'wrong';
      readonly level: number;
      readonly asset: string | null;
      readonly reason: string;
    }
  | {
      readonly operation: 'resume';
      readonly incident: string | null;
      readonly level: number;
      readonly revision: number | null;
      readonly reason: string;
    }
  | {
      readonly operation: 'message';
      readonly sender: string;
      readonly service: string;
      readonly message: string;
    };

/** The reason of a guard that must be refused: where it turns up, that guard took effect, and the halt is this drill's. */
export function guardReason(drill: string, guard: GuardName, nonce: string): string {
  return `haltdrill drill ${drill} guard ${guard} ${nonce}`;
}

/**
 * Statuses that say no to the request as such. 404 and 405 say that there is no such thing to ask, 408, 429 and 5xx that it was
 * not dealt with: nothing was refused then (RFC 9110, 15.5).
 */
export function isRefusal(status: number): boolean {
  return status >= 400 && status <= 499 && ![404, 405, 408, 413, 415, 429].includes(status);
}
