import type { z } from 'zod';
import { nearest, suggestion } from './near-miss.ts';
import { type Note, readNote } from './note.ts';
import { type Problem, quoted } from './problem.ts';
import type { At, Path, Source } from './yaml-source.ts';

export type Complaint = Pick<Problem, 'what' | 'why' | 'fix'> & { readonly path: Path; readonly at: At };

/** A complaint with its place. */
export function problemIn(source: Source, complaint: Complaint): Problem {
  const { what, why, fix } = complaint;
  return { path: source.file.path, ...source.locate(complaint.path, complaint.at), what, why, fix };
}

/** The issues that a schema found, in the words of its notes. Values are quoted as the file has them, variables unresolved. */
export function explain(issues: readonly z.core.$ZodIssue[], source: Source): Complaint[] {
  // A misspelt key also makes the right one missing: one cause, one complaint.
  const meant = new Set(issues.flatMap((issue) => misspelt(issue)));
  return issues
    .flatMap((issue) => complaintsOf(issue, source.value))
    .filter((c) => !meant.has(keyOf(c.path)));
}

function misspelt(issue: z.core.$ZodIssue): string[] {
  if (issue.code !== 'unrecognized_keys') return [];
  const known = readNote(issue.message).keys ?? [];
  return issue.keys.flatMap((key) => {
    const near = nearest(key, known);
    return near === null ? [] : [keyOf([...issue.path, near])];
  });
}

const keyOf = (path: Path): string => JSON.stringify(path);

function complaintsOf(issue: z.core.$ZodIssue, root: unknown): Complaint[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    const { expected, keys = [] } = readNote(issue.message);
    return issue.keys.map((key) => ({
      path: [...path, key],
      at: 'key',
      what: `unknown key ${quoted(key)}`,
      why: `${expected} has no such key`,
      fix: suggestion(key, keys),
    }));
  }
  if (issue.code === 'invalid_key') {
    const { expected, fix } = readNote(issue.issues[0]?.message ?? '');
    const key = String(path.at(-1));
    return [{ path, at: 'key', what: `${quoted(key)} cannot be a name`, why: `it must be ${expected}`, fix }];
  }
  return [refusal(path, valueAt(root, path), readNote(issue.message), optionsOf(issue))];
}

/** Where a value may be a secret that was written in the wrong form: none is quoted. */
const SECRET_SECTIONS: Path = ['auth', 'headers', 'secrets'];

function refusal(path: Path, value: unknown, n: Note, options: readonly string[]): Complaint {
  const why = `it must be ${n.expected}`;
  const subject = subjectOf(path);
  if (value === undefined) return { path, at: 'value', what: `${subject} is missing`, why, fix: 'add it' };
  if (value === null) return { path, at: 'key', what: `${subject} has no value`, why, fix: n.fix };
  const hidden = path.some((step) => SECRET_SECTIONS.includes(step));
  const what = n.what ?? (hidden ? `${subject} is something else` : `${subject} is ${shown(value)}`);
  const near = typeof value === 'string' && !hidden ? nearest(value, options) : null;
  return { path, at: 'value', what, why, fix: near === null ? n.fix : `did you mean ${quoted(near)}?` };
}

function optionsOf(issue: z.core.$ZodIssue): string[] {
  const options =
    issue.code === 'invalid_value'
      ? issue.values
      : issue.code === 'invalid_union' && 'options' in issue
        ? (issue.options ?? [])
        : [];
  return options.filter((option) => typeof option === 'string');
}

/** `"within"`, or `item 3 of "stops"`. */
function subjectOf(path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return 'the file';
  if (typeof last !== 'number') return quoted(String(last));
  const owner = path.at(-2);
  return owner === undefined || typeof owner === 'number'
    ? `item ${last + 1}`
    : `item ${last + 1} of ${quoted(String(owner))}`;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'empty' : quoted(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : String(value);
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (node, step) =>
      typeof node === 'object' && node !== null && Object.hasOwn(node, step)
        ? (node as Record<PropertyKey, unknown>)[step]
        : undefined,
    root,
  );
}
