import { type CliError, usage } from './cli-error.ts';
import type { Effects, FileRead } from './effects.ts';

export interface ChosenFile {
  /** Absolute. */
  readonly path: string;
  /** As it is shown to the operator. */
  readonly shown: string;
  readonly text: string;
  readonly sha256: string;
}

/**
 * `--inventory`, else HALTDRILL_INVENTORY, else ./inventory.yaml. Never one of a parent folder: a drill of the
 * wrong fleet begins that way.
 */
export async function chooseInventory(option: string | undefined, effects: Effects): Promise<ChosenFile> {
  const fromEnv = effects.env('HALTDRILL_INVENTORY');
  const named = option ?? (fromEnv === '' ? undefined : fromEnv);
  const path = effects.files.resolve(named ?? 'inventory.yaml', effects.folder);
  const shown = effects.files.shown(path);
  const read = await effects.files.read(path);
  if (read.kind === 'text') return { path, shown, text: read.text, sha256: read.sha256 };
  if (read.kind === 'unreadable') throw unreadable(shown, read, 'name an inventory with --inventory FILE');
  const shipped = effects.files.resolve('inventory.yaml', effects.packageFolder);
  throw usage(
    `there is no ${shown}`,
    named === undefined
      ? 'haltdrill looks for inventory.yaml in the current folder only, never in a parent'
      : `${option === undefined ? 'HALTDRILL_INVENTORY' : '--inventory'} names a file that is not there`,
    `name one with --inventory FILE, or try the embedded lab: haltdrill drill --level 3 --inventory ${shipped}`,
  );
}

/** A file that the operator named. */
export async function chooseFile(path: string, what: string, effects: Effects): Promise<ChosenFile> {
  const absolute = effects.files.resolve(path, effects.folder);
  const shown = effects.files.shown(absolute);
  const read = await effects.files.read(absolute);
  if (read.kind === 'text') return { path: absolute, shown, text: read.text, sha256: read.sha256 };
  const wayOut = `check the path given with ${what}`;
  if (read.kind === 'unreadable') throw unreadable(shown, read, wayOut);
  throw usage(`${shown} cannot be read`, 'there is no such file', wayOut);
}

/** In the form of a fault of the file where it can be said where the fault is. */
function unreadable(
  shown: string,
  { why, at }: Extract<FileRead, { kind: 'unreadable' }>,
  wayOut: string,
): CliError {
  if (at === null) return usage(`${shown} cannot be read`, why, wayOut);
  const place = `${shown}:${at.line}:${at.column}`;
  return usage(`${place}: it ${why}`, 'nothing in the file can be read until it is', 'save it as UTF-8');
}

/** `--known-issues`, else known-issues.yaml beside the inventory if it is there, else none. */
export async function chooseKnownIssues(
  option: string | undefined,
  inventory: ChosenFile,
  effects: Effects,
): Promise<ChosenFile | null> {
  if (option !== undefined) return chooseFile(option, '--known-issues', effects);
  const path = effects.files.resolve('known-issues.yaml', effects.files.folderOf(inventory.path));
  const read = await effects.files.read(path);
  const shown = effects.files.shown(path);
  if (read.kind === 'missing') return null;
  if (read.kind === 'unreadable')
    throw unreadable(shown, read, 'mend it, or name another with --known-issues FILE');
  return { path, shown, text: read.text, sha256: read.sha256 };
}
