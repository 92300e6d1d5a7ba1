import { type Undone, undoHalt } from './08-resume/undo-halt.ts';
import type { StageTeller } from './stage-teller.ts';

type What = Parameters<typeof undoHalt>[0];

/** The undo, and a last look at what only corroborates. */
export async function undoAndLook(
  what: Omit<What, 'handsOff'> & Partial<Pick<What, 'handsOff'>>,
  stage: StageTeller,
): Promise<Undone> {
  stage('resume', 'begin');
  const undone = await undoHalt({ handsOff: () => false, ...what });
  await Promise.all([what.observer.readManagers('restored'), what.observer.readAudit()]);
  stage('resume', 'end', undone === 'restored' ? null : undone);
  return undone;
}
