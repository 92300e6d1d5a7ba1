/**
 * The verdict, from what the judges found: what came of what (causes.ts), what is accepted and what that covers (acceptance.ts), the word
 * and the exit code (lattice.ts), and the words and figures for whoever reads it. judge.ts adds `judge-failed` or
 * `undo-unseen` where a word would have no reason otherwise.
 */
export { judgeJournal, withoutPass } from './judge.ts';
