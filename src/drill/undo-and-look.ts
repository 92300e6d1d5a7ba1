import { undoHalt } from './08-resume/undo-halt.ts';
import type { StageTeller } from './stage-teller.ts';

/** The undo, and a last look at what only corroborates. */
export async function undoAndLook(what: Parameters<typeof undoHalt>[0], stage: StageTeller): Promise<void> {
  stage('resume', 'begin');
  const undone = await undoHalt(what);
  await Promise.all([what.observer.readManagers('restored'), what.observer.readAudit()]);
  stage('resume', 'end', undone === 'restored' ? null : undone);
}
