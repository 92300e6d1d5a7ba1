import type { MaintenanceWindow } from '../../drill/model/windows.ts';

/** One drill that a scheduler of the system is to start. */
export interface ScheduledDrill {
  /** Its stable name: lower-case letters, digits and "-". */
  readonly name: string;
  readonly level: number;
  readonly windows: readonly MaintenanceWindow[];
  /** The command, word by word; every path in it is absolute. */
  readonly argv: readonly string[];
  /** How long it may need to put the fleet back once it is told to stop, milliseconds. */
  readonly longestMs: number;
}

/** What is written for one target. */
export interface Units {
  readonly files: readonly { readonly name: string; readonly text: string }[];
  /** Commands that would activate them, for the operator to look at and run. `folder` is where the files lie, quoted for a shell. */
  readonly activate: (folder: string) => readonly string[];
}

/** Why a target cannot have this drill: it would have to be told something else than the inventory says. */
export class Inexpressible extends Error {}

/** What no unit file can hold in a path. */
export function refuseControls(argv: readonly string[]): void {
  const odd = argv.find((word) => /\p{Cc}/u.test(word));
  if (odd !== undefined) throw new Inexpressible(`the path ${JSON.stringify(odd)} holds control characters`);
}

/** One word for a POSIX shell. */
export function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
