/**
 * The questions, one a file, over the proofs. JUDGES (all.ts) is the list of them: what each asks, every code that it may give, and the
 * files that decide it.
 */
export { askAll, JUDGES, type Judge } from './all.ts';
export {
  accountsAfterDeadline,
  accountsAroundDeadline,
  accountsAtBaseline,
  effectSummaries,
} from './effects.ts';
export { effectOf, judgeGuards, refusalLog } from './guards.ts';
