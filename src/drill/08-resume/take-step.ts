import type { Act } from '../model/journal.ts';
import type { Confirm, HostLink, World } from '../ports/world.ts';

export type StepAct = Extract<Act, { act: 'start-service' | 'manual-step' }>;

/** `taken`: run, or done by hand. `needless`: while somebody was asked, the step became wrong to take. */
export type Taken = 'taken' | 'stopped' | 'needless';

/**
 * Takes one step of an undo on its host. Its intent is on disk before anybody is asked, since whoever says "by hand" has done it
 * by then. What was not done is withdrawn.
 */
export async function takeStep(
  { clock, journal, hosts, progress }: World,
  act: StepAct,
  asking: { readonly ask: () => ReturnType<Confirm>; readonly isNeeded: () => boolean } | null = null,
): Promise<Taken> {
  const link = hosts.get(act.host);
  if (!link) return 'needless';
  const intent = journal.append({ kind: 'intent', act, undo: 'none: this is the undo' });
  await settled(journal.sync());
  const askedMs = clock.nowMs();
  const answer = asking === null ? 'run' : await asking.ask();
  const withdrawn = (why: string): void => {
    journal.append({ kind: 'withdrawn', intent, why });
  };
  if (answer === 'stop') {
    withdrawn('the operator stopped here');
    return 'stopped';
  }
  const outcome = { kind: 'outcome', intent, act, reply: null } as const;
  if (answer === 'by-hand') {
    const endedMs = clock.nowMs();
    journal.append({ ...outcome, startedMs: askedMs, endedMs, command: null, byHand: true });
    return 'taken';
  }
  if (asking?.isNeeded() === false) {
    withdrawn('it was no longer needed when it was confirmed');
    return 'needless';
  }
  const startedMs = clock.nowMs();
  const command = await link.run(act.command);
  journal.append({ ...outcome, startedMs, endedMs: clock.nowMs(), command });
  if (asking !== null) progress({ kind: 'note', text: `on ${act.host}: ${inWords(command)}` });
  return 'taken';
}

function inWords(command: Awaited<ReturnType<HostLink['run']>>): string {
  if (command.kind === 'absent') return 'the step gave no result';
  if (command.kind === 'unreadable') return `the step could not be seen to succeed: ${command.reason}`;
  const { exitCode, output } = command.value;
  return exitCode === 0 ? 'the step succeeded' : `the step ended with exit code ${exitCode}: ${output}`;
}

/** The undo goes on even where the journal no longer can be written to disk: what was halted must come back. */
export async function settled(writing: Promise<void>): Promise<void> {
  await writing.catch(() => undefined);
}
