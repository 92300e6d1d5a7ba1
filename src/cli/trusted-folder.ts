import { CliError, messageOf, notRun } from './cli-error.ts';
import type { Distrust, Effects, TrustRequest } from './effects.ts';

/** What this program reads or writes in the report folder of a drill. */
const DRILL_FILES = ['journal.jsonl', 'verdict.json', 'epoch', 'epoch.new', 'fingerprint.key'];
/** What it opens in a reports folder itself, with what SQLite puts beside each. */
const SHARED_FILES = ['ledger.db', 'drill.lock'].flatMap((name) =>
  ['', '-wal', '-shm', '-journal'].map((end) => `${name}${end}`),
);

/** Says what speaks against the report folder of a drill, or null. It is not opened. */
export function distrustOfDrill(
  folder: string,
  trust: TrustRequest,
  effects: Effects,
): Promise<Distrust | null> {
  return effects.files.distrust(folder, DRILL_FILES, trust);
}

interface Refusal {
  /** With what the command ends. */
  readonly exitCode: 3 | 64;
  /** What else can be done where others may have written to it. */
  readonly orElse: string;
  /** The operator says that nobody else did. */
  readonly isTrusted: boolean;
}

/**
 * Goes on only where nobody but root and this account can have put anything into this reports folder: its files decide
 * what is run and what counts as proven. @throws CliError in one line; nothing was read or changed then.
 */
export async function refuseUntrustedReports(
  reports: string,
  refusal: Refusal,
  effects: Effects,
  mayBeLink = false,
): Promise<void> {
  const { isTrusted } = refusal;
  refuse(await effects.files.distrust(reports, SHARED_FILES, { isTrusted, mayBeLink }), refusal, effects);
}

/** Like `refuseUntrustedReports`, for the report folder of a drill. */
export async function refuseUntrustedDrill(
  folder: string,
  refusal: Refusal,
  effects: Effects,
): Promise<void> {
  const { isTrusted } = refusal;
  refuse(await distrustOfDrill(folder, { isTrusted, mayBeLink: false }, effects), refusal, effects);
}

function refuse(found: Distrust | null, { exitCode, orElse }: Refusal, effects: Effects): void {
  if (found === null) return;
  const { at, what, wayOut, isOthers } = found;
  const done = 'what is in there decides what is run and what is proven, so nothing was read, changed or run';
  const ways = isOthers ? `${wayOut}, or ${orElse}` : wayOut;
  throw new CliError(exitCode, `${effects.files.shown(at)} ${what}; ${done}; ${ways}`);
}

/** The refusal of a drill: nothing was triggered. */
export const NO_DRILL: Refusal = {
  exitCode: 3,
  orElse: 'name a folder of your own with --out DIR',
  isTrusted: false,
};

/** The refusal of a command that only reads. */
export const NOTHING_READ: Refusal = { exitCode: 64, orElse: 'name another folder', isTrusted: false };

/** The refusal of a recovery, which must stay possible for whoever knows the drill. */
export function noRecovery(isTrusted: boolean): Refusal {
  const orElse = 'give --trust-folder if you know that all in there is the work of somebody you trust';
  return { exitCode: 3, orElse, isTrusted };
}

/**
 * Makes a reports folder where there is none, and looks at it again: in `/tmp` somebody else may have been quicker. @throws CliError 3
 * where it cannot be made, or is not to be trusted.
 */
export async function makeTrustedReports(reports: string, effects: Effects): Promise<void> {
  await refuseUntrustedReports(reports, NO_DRILL, effects);
  try {
    await effects.files.makeFolder(reports);
  } catch (error) {
    const shown = effects.files.shown(reports);
    throw notRun(`the folder ${shown} cannot be made`, messageOf(error), 'name another with --out DIR');
  }
  await refuseUntrustedReports(reports, NO_DRILL, effects);
}
