import type { Verdict } from '../model/verdict.ts';

/** Characters that JSON leaves as they are and a terminal may act upon. */
const UNSAFE = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** The text of `verdict.json`: two spaces of indentation, a newline at the end, pure data. */
export function verdictJson(verdict: Verdict): string {
  const text = JSON.stringify(verdict, null, 2).replace(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${text}\n`;
}
