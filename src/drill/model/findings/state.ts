import type { FindingKind } from './kind.ts';

const common = { severity: 'fail', group: 'state', acceptable: true } as const;

/** What the broker knows of the halt, by its API and in its store. */
export const stateFindings = {
  'amnesia-restart': {
    ...common,
    title: 'The broker restarted and forgot the halt',
    meaning:
      'A new life of the broker reports no halt, where the one before it was halted and nobody resumed.',
    cause: 'Halt state is kept in memory.',
    fix: 'Write level, incident and reason to durable storage before the first stop, and read them at start.',
  },
  'partial-amnesia': {
    ...common,
    names: 'field',
    title: 'The broker restarted and forgot part of the halt',
    meaning:
      'A new life of the broker is halted, but its level, incident, reason or asset differ from before.',
    cause: 'Only part of the halt state is persisted.',
    fix: 'Persist level, incident, reason and asset in one transaction.',
  },
  'unpersisted-halt': {
    ...common,
    title: 'The halt is not in the store',
    meaning:
      "The API says halted; the broker's database, read without it, did not change with the halt, or later than the reply said that it had.",
    cause: 'Halt state is kept in memory, or written later.',
    fix: 'Write the halt before replying.',
  },
  'wrong-asset': {
    ...common,
    title: 'The broker halted another asset than it was asked to',
    meaning:
      'While halted, API, store or reply name an asset that is not the one the drill asked for, or name one where everything had to halt.',
    cause: 'A default for the asset, a mapping of symbols, or a request that was merged with an older one.',
    fix: 'Take the asset from the request as it is, and refuse one that is not known.',
    acceptable: false,
  },
  'split-state': {
    ...common,
    names: 'field',
    title: 'API and store disagree',
    meaning: 'What the API says of level, incident or reason differs from the store, and stays so.',
    cause: 'A cached status, or a store that another process writes.',
    fix: 'Answer status from the store.',
  },
  'self-halt': {
    ...common,
    title: 'The broker stopped itself',
    meaning:
      'The life of the broker that took the trigger ended before the drill crashed or resumed anything.',
    cause: 'The broker is in the list of daemons that it stops.',
    fix: 'Take the broker off its own list.',
  },
  'broker-down': {
    ...common,
    title: 'The broker does not answer while halted',
    meaning:
      'It must stay up at this level, and no process of it, or no answer, was there at the end of the hold.',
    cause: 'It was stopped or crashed, and nothing brought it back.',
    fix: 'Give the broker a restart policy, and take it off its own list.',
  },
  'silent-downgrade': {
    ...common,
    title: 'The level changed during the halt though nobody resumed',
    meaning:
      'The broker reported another level than the drill demands, within one life of it, before the resume.',
    cause: 'A timeout that lifts the halt, or a lower request that lowers it.',
    fix: 'Lift a halt only by an explicit, conditional resume.',
  },
  'missing-incident': {
    ...common,
    title: 'There is no open incident for the halt',
    meaning:
      'The broker is halted, and neither API nor store has an open incident for it: there never was one, or it was resolved with the halt still in force.',
    cause: 'The halt and the incident are written in separate steps.',
    fix: 'Open the incident in the transaction that records the halt, and resolve it in the one that ends it.',
  },
  'duplicate-incident': {
    ...common,
    title: 'One trigger opened more than one incident',
    meaning: 'More than one incident opened after the intent, without a second trigger.',
    cause: 'Retries that are not idempotent.',
    fix: 'Make the halt idempotent on its level and holder.',
  },
} as const satisfies Record<string, FindingKind>;
