import type { FindingKind } from './kind.ts';

const common = { severity: 'fail', group: 'claims', acceptable: true } as const;

/** What the broker says, held against what was seen. */
export const claimsFindings = {
  'false-claim': {
    ...common,
    title: 'The broker claims a stop that did not happen',
    meaning:
      'Its reply or audit log says that the service was stopped; after the deadline the service was still there.',
    cause: 'The log records what was asked for, not what was seen.',
    fix: 'Log an outcome only after looking.',
  },
  'unlogged-halt': {
    ...common,
    title: 'The broker stopped something that its audit log does not have',
    meaning: 'The service was stopped after the trigger, and no audit entry says so.',
    cause: 'Outcomes are not logged per service, or the log was lost in a restart.',
    fix: 'Append one entry for each service and outcome.',
  },
  'unlogged-refusal': {
    ...common,
    title: 'A refused request is not in the audit log',
    meaning: 'A request that tried to halt or resume was refused, and no entry of the audit log says so.',
    cause: 'Refusals are answered before the log is reached.',
    fix: 'Append an entry for each refused halt or resume, whoever sent it.',
  },
  'audit-tampered': {
    ...common,
    acceptable: false,
    title: 'Audit entries were changed or removed',
    meaning: 'An entry that was there at one reading is different or missing at a later one.',
    cause: 'A log that can be rewritten, or rotated without being kept.',
    fix: 'Make the log append-only.',
  },
  'false-success': {
    ...common,
    title: 'The broker said done while a host could not be reached',
    meaning: 'It claimed completion, though a host with targets was unreachable at that time.',
    cause: 'Errors of the transport are swallowed.',
    fix: 'Report the halt as incomplete and keep trying.',
  },
} as const satisfies Record<string, FindingKind>;
