import { harmlessJson } from '../model/harmless.ts';
import type { Verdict } from '../model/verdict.ts';

/** The text of `verdict.json`: two spaces of indentation, a newline at the end, pure data. */
export function verdictJson(verdict: Verdict): string {
  return jsonDocument(verdict);
}

/** Data as JSON that is harmless on a terminal, with a newline at the end. */
export function jsonDocument(value: unknown): string {
  return `${harmlessJson(JSON.stringify(value, null, 2))}\n`;
}
