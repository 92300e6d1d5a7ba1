import type { FindingKind } from './kind.ts';

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
  },
  'unrestored-service': {
    ...common,
    title: 'A service did not come back after the resume',
    meaning:
      'After the resume was acknowledged, the service was not up in time, or did not stay up, without help from the runner.',
    cause: 'The start goes to the wrong host, or the service needs something that is still stopped.',
    fix: 'Start it where it lives and look for the process.',
  },
  'restored-differently': {
    ...common,
    title: 'A service came back as something else',
    meaning: 'After the resume its argv, executable or number of processes differ from the baseline.',
    cause: 'The resume starts it by another command than its manager does.',
    fix: 'Start services through their manager only.',
  },
  'manual-resume-failed': {
    ...common,
    title: 'A step of the manual resume failed',
    meaning:
      'A command of `manual-resume:` ended with another exit code than 0, or it is not known how it ended: the documented way back does not work as written.',
    cause:
      'A procedure that was never rehearsed, a command that is not on that host, or one that has to be run as somebody else.',
    fix: 'Run the step by hand on its host, and correct it in the inventory and in the runbook.',
  },
  'incident-left-open': {
    ...common,
    title: 'The incident is still open after the resume',
    meaning: 'The resume was acknowledged; the broker or its store still shows a halt or an open incident.',
    cause: 'Resume lowers the level and forgets the incident.',
    fix: 'Resolve the incident in the transaction that lowers the level.',
  },
  'incident-rewritten': {
    ...common,
    title: 'The history of the incident was changed',
    meaning:
      'After the resume, the reason or level of the incident differ from what they were while halted, or it is gone.',
    cause: 'Resume overwrites the row.',
    fix: 'Only ever add to an incident.',
  },
} as const satisfies Record<string, FindingKind>;
