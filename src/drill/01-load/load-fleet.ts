import type { z } from 'zod';
import type { Drill } from '../model/drill.ts';
import type { Inventory } from '../model/inventory.ts';
import type { KnownIssue } from '../model/known-issue.ts';
import { drillRules } from './drill-rules.ts';
import { type DrillFile, drillSchema } from './drill-schema.ts';
import { type Complaint, explain, problemIn } from './explain.ts';
import { inventoryRules } from './inventory-rules.ts';
import { type InventoryFile, inventorySchema } from './inventory-schema.ts';
import { type InventoryView, inventoryView } from './inventory-view.ts';
import { knownIssueRules } from './known-issue-rules.ts';
import { knownIssuesSchema } from './known-issues-schema.ts';
import { type Problem, sortProblems } from './problem.ts';
import { secretRules } from './secret-rules.ts';
import { toDrill, toInventory } from './to-model.ts';
import { expandVariables, type VariableOptions } from './variables.ts';
import { windowRules } from './window-rules.ts';
import { parseSource, type SourceFile } from './yaml-source.ts';

export type { SourceFile } from './yaml-source.ts';

export interface LoadOptions extends VariableOptions {
  /** Makes a path on this machine absolute: relative to the file that names it, `~` being the home folder. */
  readonly resolvePath: (path: string, relativeToFile: string) => string;
}

export type Loaded<T> =
  | ({ readonly ok: true } & T)
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Inventory, drill and known issues from their text: schema, then cross-rules, every problem of all three files at
 * once. Without a known-issues file there are no known issues.
 */
export function loadFleet(
  files: {
    readonly inventory: SourceFile;
    readonly drill: SourceFile;
    readonly knownIssues: SourceFile | null;
  },
  options: LoadOptions,
): Loaded<{ inventory: Inventory; drill: Drill; knownIssues: readonly KnownIssue[] }> {
  const inventory = readInventory(files.inventory, options);
  const drill = readDrill(files.drill, options, inventory.view);
  const issues =
    files.knownIssues === null ? null : readKnownIssues(files.knownIssues, options, inventory.view);
  const problems = [...inventory.problems, ...drill.problems, ...(issues?.problems ?? [])];
  if (problems.length > 0 || inventory.value === null || drill.value === null) {
    const order = [files.inventory, files.drill, files.knownIssues].flatMap((file) => file?.path ?? []);
    return { ok: false, problems: sortProblems(problems, order) };
  }
  return {
    ok: true,
    inventory: inventoryFrom(inventory.value, files.inventory, options),
    drill: toDrill(drill.value),
    knownIssues: issues?.value?.issues ?? [],
  };
}

/** An inventory by itself. */
export function loadInventory(file: SourceFile, options: LoadOptions): Loaded<{ inventory: Inventory }> {
  return finish(readInventory(file, options), file, (value) => ({
    inventory: inventoryFrom(value, file, options),
  }));
}

/** A drill by itself: its names are not held against any inventory. */
export function loadDrill(file: SourceFile, options: VariableOptions): Loaded<{ drill: Drill }> {
  return finish(readDrill(file, options, null), file, (value) => ({ drill: toDrill(value) }));
}

/** Known issues by themselves: their hosts and services are not held against any inventory. */
export function loadKnownIssues(
  file: SourceFile,
  options: VariableOptions,
): Loaded<{ knownIssues: readonly KnownIssue[] }> {
  return finish(readKnownIssues(file, options, null), file, (value) => ({ knownIssues: value.issues }));
}

interface ReadFile<T> {
  /** Null exactly where the schema found problems. */
  readonly value: T | null;
  readonly problems: readonly Problem[];
}

function finish<T, R>(read: ReadFile<T>, file: SourceFile, map: (value: T) => R): Loaded<R> {
  return read.problems.length > 0 || read.value === null
    ? { ok: false, problems: sortProblems(read.problems, [file.path]) }
    : { ok: true, ...map(read.value) };
}

function inventoryFrom(value: InventoryFile, file: SourceFile, options: LoadOptions): Inventory {
  return toInventory(value, (path) => options.resolvePath(path, file.path));
}

function readInventory(
  file: SourceFile,
  options: VariableOptions,
): ReadFile<InventoryFile> & { readonly view: InventoryView | null } {
  let view: InventoryView | null = null;
  const read = readFile(file, inventorySchema, options, (raw) => {
    view = inventoryView(raw);
    return [...inventoryRules(view), ...windowRules(raw), ...secretRules(raw)];
  });
  return { ...read, view };
}

function readDrill(
  file: SourceFile,
  options: VariableOptions,
  fleet: InventoryView | null,
): ReadFile<DrillFile> {
  return readFile(file, drillSchema, options, (raw) => [...drillRules(raw, fleet), ...windowRules(raw)]);
}

function readKnownIssues(file: SourceFile, options: VariableOptions, fleet: InventoryView | null) {
  return readFile(file, knownIssuesSchema, options, (raw) => knownIssueRules(raw, fleet));
}

function readFile<S extends z.ZodType>(
  file: SourceFile,
  schema: S,
  options: VariableOptions,
  rules: (raw: unknown) => readonly Complaint[],
): ReadFile<z.output<S>> {
  const parsed = parseSource(file);
  if ('problems' in parsed) return { value: null, problems: parsed.problems };
  const { source } = parsed;
  const { value: raw, faults } = expandVariables(source.value, options);
  // A value whose variable is missing says nothing about the rules; one complaint about it is enough.
  const missing = new Set(faults.flatMap((fault) => fault.paths.map((path) => JSON.stringify(path))));
  const checked = schema.safeParse(raw);
  const complaints: Complaint[] = [
    ...faults.map(({ path, what, why, fix }): Complaint => ({ path, at: 'value', what, why, fix })),
    ...[...(checked.success ? [] : explain(checked.error.issues, source)), ...rules(raw)].filter(
      (complaint) => !missing.has(JSON.stringify(complaint.path)),
    ),
  ];
  return {
    value: checked.success ? checked.data : null,
    problems: complaints.map((complaint) => problemIn(source, complaint)),
  };
}
