import type { GuardName } from '../guards.ts';
import { listed, seconds } from '../wording.ts';
import { guardsListed } from './guard-words.ts';
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
    says: {
      'still there': (
        { service },
        {
          outcomes,
          pid,
          afterMs,
        }: { readonly outcomes: readonly (string | null)[]; readonly pid: number; readonly afterMs: number },
      ) =>
        `The broker claims ${listed([...new Set(outcomes.map((outcome) => `"${outcome ?? 'done'}"`))])} of ${service}; pid ${pid} was still there ${seconds(afterMs)} after T0.`,
    },
  },
  'unlogged-halt': {
    ...common,
    title: 'The broker stopped something that its audit log does not have',
    meaning: 'The service was stopped after the trigger, and no audit entry says so.',
    cause: 'Outcomes are not logged per service, or the log was lost in a restart.',
    fix: 'Append one entry for each service and outcome.',
    says: {
      'no entry': ({ host, service }) =>
        `${service} was stopped on ${host} after the trigger, and no entry of the audit log says so.`,
    },
  },
  'unlogged-refusal': {
    ...common,
    title: 'A refused request is not in the audit log',
    meaning: 'A request that tried to halt or resume was refused, and no entry of the audit log says so.',
    cause: 'Refusals are answered before the log is reached.',
    fix: 'Append an entry for each refused halt or resume, whoever sent it.',
    says: {
      'too few entries': (
        _,
        { guards, entries }: { readonly guards: readonly GuardName[]; readonly entries: number },
      ) =>
        `${guards.length} ${guards.length === 1 ? 'request was' : 'requests were'} refused (${guardsListed(guards)}); the audit log has ${entries === 0 ? 'no entry' : `entries of only ${entries}`} of it.`,
    },
  },
  'audit-tampered': {
    ...common,
    acceptable: false,
    title: 'Audit entries were changed or removed',
    meaning: 'An entry that was there at one reading is different or missing at a later one.',
    cause: 'A log that can be rewritten, or rotated without being kept.',
    fix: 'Make the log append-only.',
    says: {
      gone: (_, { seq }: { readonly seq: number }) =>
        `Entry ${seq} of the audit log is gone at a later reading.`,
      changed: (_, { seq }: { readonly seq: number }) =>
        `Entry ${seq} of the audit log is not what it was at a later reading.`,
    },
  },
  'false-success': {
    ...common,
    title: 'The broker said done while a host could not be reached',
    meaning: 'It claimed completion, though a host with targets was unreachable at that time.',
    cause: 'Errors of the transport are swallowed.',
    fix: 'Report the halt as incomplete and keep trying.',
    says: {
      'not reached': (
        { host },
        { services, reason }: { readonly services: readonly string[]; readonly reason: string | undefined },
      ) =>
        `The broker reported ${listed(services)} on ${host} as done, while ${host} could not be reached: ${reason}.`,
    },
  },
} as const satisfies Record<string, FindingKind>;
