import { drillSchema } from './drill-schema.ts';
import { explain, problemIn } from './explain.ts';
import type { Problem } from './problem.ts';
import { expandVariables, type VariableOptions } from './variables.ts';
import { parseSource, type SourceFile } from './yaml-source.ts';

/**
 * The level of a drill file, read as the loader reads it: however YAML writes it. The rest of the file is not judged. What keeps the
 * level from being told is the problem.
 */
export function levelOf(
  file: SourceFile,
  options: VariableOptions,
): { readonly level: number } | { readonly problem: Problem } {
  const parsed = parseSource(file);
  if ('problems' in parsed) return { problem: parsed.problems[0] ?? EMPTY(file) };
  const { source } = parsed;
  const { value, faults } = expandVariables(source.value, options);
  const fault = faults.find(({ paths }) => paths.some((path) => path.length === 1 && path[0] === 'level'));
  if (fault !== undefined) return { problem: problemIn(source, { ...fault, path: ['level'], at: 'value' }) };
  const checked = LEVEL.safeParse(value);
  if (checked.success) return { level: checked.data.level };
  const [complaint] = explain(checked.error.issues, source);
  return { problem: complaint === undefined ? EMPTY(file) : problemIn(source, complaint) };
}

const LEVEL = drillSchema.pick({ level: true }).loose();

const EMPTY = ({ path }: SourceFile): Problem => ({
  path,
  line: 1,
  column: 1,
  what: 'it has no level',
  why: 'it cannot be told what it drills',
  fix: 'give it one',
});
