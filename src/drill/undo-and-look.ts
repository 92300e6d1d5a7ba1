import { type Undone, undoHalt } from './08-resume/undo-halt.ts';
import { undoWithoutStatus } from './08-resume/undo-without-status.ts';
import { asksStatus } from './model/coverage.ts';
import type { StageTeller } from './stage-teller.ts';

type What = Parameters<typeof undoHalt>[0];

/** The undo, and a last look at what only corroborates. */
export async function undoAndLook(
  what: Omit<What, 'handsOff'> & Partial<Pick<What, 'handsOff'>>,
  stage: StageTeller,
): Promise<Undone> {
  stage('resume', 'begin');
  // A halt that is lifted by hand is seen in the store alone anyway.
  const byStatus = asksStatus(what.plan) || what.plan.resume === 'manual';
  const undone = await (byStatus ? undoHalt : undoWithoutStatus)({ handsOff: () => false, ...what });
  await Promise.all([what.observer.readManagers('restored'), what.observer.readAudit()]);
  stage('resume', 'end', undone === 'restored' ? null : undone);
  return undone;
}
