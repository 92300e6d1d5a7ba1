import { distance } from 'fastest-levenshtein';
import { harmless, quoted } from './problem.ts';

/** The candidate that was probably meant, or null: at most a third of its letters may be wrong. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  let best: { candidate: string; edits: number } | null = null;
  if (word.length > 100) return null;
  const bare = fold(word);
  for (const candidate of candidates) {
    const edits = distance(bare, fold(candidate));
    const allowed = Math.max(1, Math.floor(candidate.length / 3));
    if (edits <= allowed && edits < candidate.length && (best === null || edits < best.edits))
      best = { candidate, edits };
  }
  return best?.candidate ?? null;
}

/** What to do about a word that is none of the candidates: `did you mean "hermes"?`, or the list of them. */
export function suggestion(word: string, candidates: Iterable<string>): string {
  const all = [...candidates];
  const near = nearest(word, all);
  if (near !== null) return `did you mean ${quoted(near)}?`;
  if (all.length === 0) return 'declare it first';
  return `use one of: ${harmless(all.join(', '), 400)}`;
}

/** `restoreWithin`, `restore_within` and `Restore-Within` are all meant as `restore-within`. */
function fold(word: string): string {
  return word
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .replace(/[_ ]/g, '-')
    .toLowerCase();
}
