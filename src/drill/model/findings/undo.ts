import { harmless, seconds } from '../wording.ts';
import type { FindingKind } from './kind.ts';
import { type Idleness, idleness, type StepFailure, stepFailure } from './undo-words.ts';

/** Processes that it is about. */
interface Pids {
  readonly pids: readonly number[];
}

const MOST_OF_A_COMMAND = 120;

const common = { severity: 'fail', group: 'undo', acceptable: false } as const;

/** The fleet after the drill. */
export const undoFindings = {
  'foreign-halt': {
    ...common,
    title: 'A halt that is not this drill’s',
    meaning:
      'The broker is halted by an incident that does not carry the nonce of this drill, or somebody else joined. The runner touched nothing more.',
    cause: 'A real incident, or another drill.',
    fix: 'Deal with the incident; the drill can be run another day.',
    says: {
      'another incident': (
        { service },
        { level, incident }: { readonly level: number; readonly incident: string | null },
      ) =>
        `${service} reported level ${level} with ${incident === null ? 'no incident' : `incident ${incident}`}, which is not this drill's.`,
      'level above': (
        _,
        {
          source,
          level,
          asked,
        }: { readonly source: 'API' | 'store'; readonly level: number; readonly asked: number },
      ) => `The ${source} said level ${level} during the halt, above the ${asked} that this drill asked for.`,
      'revision moved': (
        _,
        {
          source,
          revision,
          own,
        }: { readonly source: 'API' | 'store'; readonly revision: number | null; readonly own: number },
      ) =>
        `The ${source} said revision ${revision} during the halt, where this drill's own is ${own}: somebody else has halted or resumed.`,
      'incident opened': (_, { id }: { readonly id: string }) =>
        `Incident ${id} opened during the drill and does not carry its nonce.`,
    },
  },
  'unrestored-service': {
    ...common,
    title: 'A service did not come back after the resume',
    meaning:
      'After the resume was acknowledged, the service was not up in time, or did not stay up, without help from the runner.',
    cause: 'The start goes to the wrong host, or the service needs something that is still stopped.',
    fix: 'Start it where it lives and look for the process.',
    says: {
      'not traded': ({ asset }, { forMs }: { readonly forMs: number }) =>
        `In ${asset} nothing was traded for ${seconds(forMs)} after the undo, so it still seems to be halted.`,
      'not up': ({ host, service }) => `${service} was not up on ${host} when the drill ended.`,
      'not working': (
        { host, service },
        { why, forMs }: { readonly why: Idleness; readonly forMs: number },
      ) =>
        `${service} is up on ${host} and does not work: ${idleness(why)}, for ${seconds(forMs)} until the drill ended.`,
      'started by runner': ({ host, service }) =>
        `${service} came back on ${host} only because the runner started it there.`,
      'fell again': ({ host, service }, { pids }: Pids) =>
        `${service} came back on ${host} and did not stay up (pid ${pids.join(', ')}).`,
      'seen late': (
        { host, service },
        { afterMs, allowedMs }: { readonly afterMs: number; readonly allowedMs: number },
      ) =>
        `${service} was first seen on ${host} ${seconds(afterMs)} after the resume; ${seconds(allowedMs)} are allowed.`,
    },
  },
  'restored-differently': {
    ...common,
    title: 'A service came back as something else',
    meaning: 'After the resume its argv, executable or number of processes differ from the baseline.',
    cause: 'The resume starts it by another command than its manager does.',
    fix: 'Start services through their manager only.',
    says: {
      'not there before': ({ host, service }, { pids }: Pids) =>
        `${service} did not run on ${host} before the trigger, and runs there now (pid ${pids.join(', ')}).`,
      'another number': (
        { host, service },
        { now, before }: { readonly now: number; readonly before: number },
      ) => `${now} processes of ${service} run on ${host} now; before the trigger it was ${before}.`,
      'left beside': ({ host, service }, { pids }: Pids) =>
        `Beside ${service} on ${host} a process of a life of it that ended still runs (pid ${pids.join(', ')}).`,
      'another command': (
        { host, service },
        { pid, uid }: { readonly pid: number; readonly uid: number | null },
      ) =>
        `${service} runs on ${host} ${uid === null ? 'with another argv or executable' : `as another user (uid ${uid})`} than before the trigger (pid ${pid}).`,
    },
  },
  'manual-resume-failed': {
    ...common,
    title: 'A step of the manual resume failed',
    meaning:
      'A command of `manual-resume:` ended with another exit code than 0, or it is not known how it ended: the documented way back does not work as written.',
    cause:
      'A procedure that was never rehearsed, a command that is not on that host, or one that has to be run as somebody else.',
    fix: 'Run the step by hand on its host, and correct it in the inventory and in the runbook.',
    says: {
      'step failed': (
        { host },
        { command, came }: { readonly command: readonly string[]; readonly came: StepFailure },
      ) =>
        `The step "${harmless(command.join(' '), MOST_OF_A_COMMAND)}" of the manual resume on ${host} ${stepFailure(came)}.`,
    },
  },
  'incident-left-open': {
    ...common,
    title: 'The incident is still open after the resume',
    meaning: 'The resume was acknowledged; the broker or its store still shows a halt or an open incident.',
    cause: 'Resume lowers the level and forgets the incident.',
    fix: 'Resolve the incident in the transaction that lowers the level.',
    says: {
      'level in API': (_, { level }: { readonly level: number }) =>
        `After the undo the API still says level ${level}.`,
      'incident in API': (_, { id }: { readonly id: string }) =>
        `After the undo the API still names incident ${id}.`,
      'level in store': (_, { level }: { readonly level: number }) =>
        `After the undo the store still holds level ${level}.`,
      'incident in store': (_, { id }: { readonly id: string }) =>
        `After the undo incident ${id} is still open in the store.`,
    },
  },
  'incident-rewritten': {
    ...common,
    title: 'The history of the incident was changed',
    meaning:
      'After the resume, the reason or level of the incident differ from what they were while halted, or it is gone.',
    cause: 'Resume overwrites the row.',
    fix: 'Only ever add to an incident.',
    says: {
      'gone from store': (_, { id }: { readonly id: string }) => `Incident ${id} is gone from the store.`,
      'resolution changed': (_, { id }: { readonly id: string }) =>
        `Incident ${id} was resolved, and its resolution was changed.`,
      changed: (_, { id, fields }: { readonly id: string; readonly fields: readonly string[] }) =>
        `The ${fields.join(' and ')} of incident ${id} changed.`,
    },
  },
} as const satisfies Record<string, FindingKind>;
