import type { GuardName } from '../guards.ts';
import { harmless, listed, seconds } from '../wording.ts';
import { guardsListed } from './guard-words.ts';
import type { FindingKind, Subject } from './kind.ts';
import { type Idleness, idleness } from './undo-words.ts';

/** Why the drill was interrupted; null where it was not. */
interface Interruption {
  readonly interrupted: string | null;
}

/** For how long the halt was held; of what was watched, how much a later control vouches for, where that is less. */
interface Held {
  readonly heldMs: number;
  readonly holdMs: number;
  readonly unvouchedOfMs: number | null;
}

/** Targets that were there when the halt ended. */
interface Left {
  readonly left: readonly string[];
}

const common = { severity: 'inconclusive', group: 'missing proofs', acceptable: false } as const;

/** A proof that the verdict needs is not there. */
export const missingProofsFindings = {
  'state-unseen': {
    ...common,
    title: 'The halt was never seen where its state lives',
    meaning:
      'Neither at the deadline nor until the undo did the store, or where there is none the API, show the level that the drill asked for.',
    cause: 'A halt that is kept in memory, or that never came about.',
    fix: 'See the other findings, then run the drill again.',
    says: {
      'never shown': orCutShort(
        (_, { source, level }: { readonly source: 'store' | 'API'; readonly level: number }) =>
          `The ${source} never showed level ${level} between the trigger and the undo.`,
      ),
    },
  },
  'hold-short': {
    ...common,
    title: 'The halt was not observed for the whole hold',
    meaning:
      'From the last death, the state verified and the broker back to the last sample before the undo it was less than `hold`.',
    cause: 'An interruption, a target that did not stop, or a halt that ended by itself.',
    fix: 'See the other findings, then run the drill again.',
    says: {
      'all stopped': orCutShort((_, held: Held) => `The complete halt was ${observed(held)}.`),
      'some left': orCutShort(
        (_, held: Held & Left) =>
          `The halt of whatever had stopped was ${observed(held)}; ${there(held)} when it ended.`,
      ),
      'none stopped': orCutShort((_, left: Left) => `Nothing was held: ${there(left)} when the halt ended.`),
    },
  },
  'crash-missing': {
    ...common,
    title: 'The broker was not crashed while halted',
    meaning: 'The drill demands a crash, and no sample shows that the process of the broker ended by it.',
    cause: 'A broker that was not there, or not halted, when it was to be killed.',
    fix: 'See the other findings, then run the drill again.',
    says: {
      'not crashed': orCutShort(
        ({ service }, { why }: { readonly why: string }) =>
          `${service} was not crashed: ${harmless(why, 300)}.`,
      ),
      'another killed': orCutShort(
        ({ service }, { pid }: { readonly pid: number }) =>
          `${service} was not crashed: what was killed was pid ${pid}, which no sample shows to be it.`,
      ),
      outlived: orCutShort(
        ({ service }, { pid }: { readonly pid: number }) => `${service} (pid ${pid}) outlived its crash.`,
      ),
    },
  },
  'control-missing': {
    ...common,
    title: 'No control vanished at the end of the hold',
    meaning:
      'On this host no canary was killed after the halt had been observed and seen to vanish, so nothing shows that the probe would have noticed.',
    cause: 'A drill that ended early, or a probe that went blind.',
    fix: 'See the other findings, then run the drill again.',
    says: {
      'none vanished': orCutShort(({ host }) => `No final control was seen to vanish on ${host}.`),
    },
  },
  'guard-untried': {
    ...common,
    title: 'A request that must be refused was not sent',
    meaning:
      'A guard of the drill was not tried, so it is not known whether the broker would have refused it.',
    cause: 'A halt that was not as the drill had made it, or an earlier guard that failed.',
    fix: 'See the other findings, then run the drill again.',
    says: {
      untried: orCutShort(
        (_, { guards }: { readonly guards: readonly GuardName[] }) => `Not tried: ${guardsListed(guards)}.`,
      ),
    },
  },
  'undo-unseen': {
    ...common,
    title: 'The undo was not seen to its end',
    meaning: 'It is not known whether everything is back as it was, and stays so.',
    cause: 'A broker that was not heard again, an asset that is rarely traded, or a drill that ended early.',
    fix: 'Look at what the finding names; where the fleet is halted, use haltdrill recover.',
    says: {
      'fleet not proven restored': () => 'It is not proven that the fleet was restored.',
      'not heard': orCutShort(
        ({ service }) => `${service} was not heard again, so nothing shows whether the halt can be lifted.`,
      ),
      'not acknowledged': orCutShort(
        (_, { status }: { readonly status: number | null }) =>
          `The resume was not acknowledged (${status === null ? 'no answer came' : `it was answered with ${status}`}), and nothing else shows whether the halt is lifted.`,
      ),
      'no order seen': ({ asset }, { forMs }: { readonly forMs: number }) =>
        `${asset} was watched for ${seconds(forMs)} after the undo, and no order was seen: it is not known whether it is traded again.`,
      'command still runs': () =>
        'The halt command had not ended when the drill was over, and nobody knows what it still does: see that it has ended, then run haltdrill recover.',
      'not seen working': ({ host, service }, { why }: { readonly why: Idleness }) =>
        `${service} was up on ${host} when the drill ended, and was not seen at work: ${idleness(why)}.`,
      'ended in the halt': ({ host, service }) =>
        `${service} ended on ${host} while the halt stood, and is not up: whether it was done or was stopped, nobody can tell. Start it where it should run; a job that ends by itself is left out of the inventory.`,
      'not watched': ({ host, service }, { settleMs }: { readonly settleMs: number }) =>
        `${service} was up on ${host} when the drill ended, but was not watched for the ${seconds(settleMs)} that it must stay up.`,
    },
  },
  'journal-broken': {
    ...common,
    title: 'The journal breaks off',
    meaning:
      'It lacks its last record: what was done and seen after it is not known, and nothing is proven by it.',
    cause: 'A full disk, or a runner that was killed.',
    fix: 'Look whether the fleet is halted, use haltdrill recover, and run the drill again.',
    says: {
      'breaks off': () => 'The journal breaks off: what was done and seen after it is not known.',
    },
  },
} as const satisfies Record<string, FindingKind>;

/** The sentence, and that the drill was interrupted, where it was: then nobody wonders why a proof is missing. */
function orCutShort<F = object>(
  sentence: (subject: Subject, figures: F) => string,
): (subject: Subject, figures: F & Interruption) => string {
  return (subject, figures) => {
    const said = sentence(subject, figures);
    const { interrupted } = figures;
    return interrupted === null ? said : `${said} The drill was interrupted: ${harmless(interrupted, 300)}.`;
  };
}

function observed({ heldMs, holdMs, unvouchedOfMs }: Held): string {
  return unvouchedOfMs === null
    ? `observed for ${seconds(heldMs)}, not ${seconds(holdMs)}`
    : `observed for ${seconds(unvouchedOfMs)}, and for ${seconds(heldMs)} of it, not ${seconds(holdMs)}, vouches a control that vanished later`;
}

function there({ left }: Left): string {
  return `${listed(left)} ${left.length === 1 ? 'was' : 'were'} there`;
}
