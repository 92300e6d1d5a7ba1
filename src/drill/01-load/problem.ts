import { CUT, withoutHarmful } from '../model/harmless.ts';

/** One thing that is wrong with a file, in the words of `formatProblem`. */
export interface Problem {
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in UTF-16 units. */
  readonly column: number;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** `inventory.yaml:12:5: what; why; do this`, on one line. */
export function formatProblem(p: Problem): string {
  return `${harmless(p.path, 400)}:${p.line}:${p.column}: ${p.what}; ${p.why}; ${p.fix}`;
}

/** In the order of the files as given, then from top to bottom; the same complaint about the same place only once. */
export function sortProblems(problems: readonly Problem[], paths: readonly string[]): Problem[] {
  const seen = new Set<string>();
  return problems
    .filter((p) => {
      const key = formatProblem(p);
      return !seen.has(key) && seen.add(key);
    })
    .sort((a, b) => paths.indexOf(a.path) - paths.indexOf(b.path) || a.line - b.line || a.column - b.column);
}

/** Text from a file, fit for a message: nothing unprintable, at most `max` characters. */
export function harmless(text: string, max = 60): string {
  const clean = withoutHarmful(text.slice(0, 4 * max), () => '\u{fffd}');
  const characters = [...clean];
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}${CUT}` : clean;
}

/** The same, in double quotes. */
export function quoted(text: string): string {
  return `"${harmless(text)}"`;
}
