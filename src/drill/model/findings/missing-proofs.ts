import type { FindingKind } from './kind.ts';

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
  },
  'hold-short': {
    ...common,
    title: 'The halt was not observed for the whole hold',
    meaning:
      'From the last death, the state verified and the broker back to the last sample before the undo it was less than `hold`.',
    cause: 'An interruption, a target that did not stop, or a halt that ended by itself.',
    fix: 'See the other findings, then run the drill again.',
  },
  'crash-missing': {
    ...common,
    title: 'The broker was not crashed while halted',
    meaning: 'The drill demands a crash, and no sample shows that the process of the broker ended by it.',
    cause: 'A broker that was not there, or not halted, when it was to be killed.',
    fix: 'See the other findings, then run the drill again.',
  },
  'control-missing': {
    ...common,
    title: 'No control vanished at the end of the hold',
    meaning:
      'On this host no canary was killed after the halt had been observed and seen to vanish, so nothing shows that the probe would have noticed.',
    cause: 'A drill that ended early, or a probe that went blind.',
    fix: 'See the other findings, then run the drill again.',
  },
  'guard-untried': {
    ...common,
    title: 'A request that must be refused was not sent',
    meaning:
      'A guard of the drill was not tried, so it is not known whether the broker would have refused it.',
    cause: 'A halt that was not as the drill had made it, or an earlier guard that failed.',
    fix: 'See the other findings, then run the drill again.',
  },
  'undo-unseen': {
    ...common,
    title: 'The undo was not seen to its end',
    meaning: 'It is not known whether everything is back as it was, and stays so.',
    cause: 'A broker that was not heard again, an asset that is rarely traded, or a drill that ended early.',
    fix: 'Look at what the finding names; where the fleet is halted, use haltdrill recover.',
    says: {
      'fleet not proven restored': () => 'It is not proven that the fleet was restored.',
    },
  },
  'journal-broken': {
    ...common,
    title: 'The journal breaks off',
    meaning:
      'It lacks its last record: what was done and seen after it is not known, and nothing is proven by it.',
    cause: 'A full disk, or a runner that was killed.',
    fix: 'Look whether the fleet is halted, use haltdrill recover, and run the drill again.',
  },
} as const satisfies Record<string, FindingKind>;
