import { harmless } from '../wording.ts';

const MOST_OF_AN_OUTPUT = 240;

/** Why a process that is there is not held to be at work. */
export type Idleness =
  | 'heartbeat stood still'
  | 'heartbeat not seen'
  | 'heartbeat unread'
  | { readonly frozen: number; readonly state: string };

export function idleness(why: Idleness): string {
  if (why === 'heartbeat stood still') return 'its heartbeat stood still';
  if (why === 'heartbeat unread') return 'its heartbeat could not be read';
  if (why === 'heartbeat not seen') return 'its heartbeat was not seen to beat';
  return `pid ${why.frozen} was frozen, in state ${why.state}`;
}

/** What came of a step of the manual resume that is not known to have succeeded. */
export type StepFailure =
  | 'not known'
  | 'no result'
  | { readonly unreadable: string }
  | { readonly exitCode: number; readonly output: string };

export function stepFailure(came: StepFailure): string {
  if (came === 'not known') return 'was begun, and the journal does not say what came of it';
  if (came === 'no result') return 'gave no result';
  if ('unreadable' in came) {
    return `could not be seen to succeed: ${harmless(came.unreadable, MOST_OF_AN_OUTPUT)}`;
  }
  const said = harmless(came.output, MOST_OF_AN_OUTPUT);
  return `ended with exit code ${came.exitCode}${said === '' ? ' and said nothing' : `: ${said}`}`;
}
