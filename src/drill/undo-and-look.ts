import { type Undone, undoHalt } from './08-resume/undo-halt.ts';
import { undoWithoutStatus } from './08-resume/undo-without-status.ts';
import { asksStatus } from './model/coverage.ts';
import type { StageTeller } from './stage-teller.ts';

type What = Parameters<typeof undoHalt>[0];

/** How long it may take to open every process of every host once more. */
const LAST_LOOK_MS = 5_000;

/**
 * The undo, and a last look: at what only corroborates, and at every process once more, as at the end of the hold. What came back
 * may have called exec since it was opened, and shows that by nothing else.
 */
export async function undoAndLook(
  what: Omit<What, 'handsOff'> & Partial<Pick<What, 'handsOff'>>,
  stage: StageTeller,
): Promise<Undone> {
  stage('resume', 'begin');
  // A halt that is lifted by hand is seen in the store alone anyway.
  const byStatus = asksStatus(what.plan) || what.plan.resume === 'manual';
  const undone = await (byStatus ? undoHalt : undoWithoutStatus)({ handsOff: () => false, ...what });
  await Promise.all([what.observer.readManagers('restored'), what.observer.readAudit()]);
  what.observer.lookAgain();
  await what.observer.until(() => what.observer.lookedAgain(), what.world.clock.nowMs() + LAST_LOOK_MS);
  stage('resume', 'end', undone === 'restored' ? null : undone);
  return undone;
}
