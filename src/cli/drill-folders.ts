import type { Entry } from '../drill/model/journal.ts';
import type { Effects } from './effects.ts';
import { parseVerdict } from './parse-verdict.ts';
import { distrustOfDrill } from './trusted-folder.ts';

/** A drill that began and of which nothing says that its fleet is as it was. */
export interface Unfinished {
  /** Absolute. */
  readonly folder: string;
  readonly shown: string;
  /** What is known of it, in words. */
  readonly why: string;
}

/**
 * Drills of live fleets below a reports folder that were interrupted, or ended with a fleet not proven restored. A lab ends with its
 * drill, so that there is nothing to bring back. One whose folder is not to be trusted is among them, unread; with `isTrusted` the operator
 * says that they are.
 */
export async function unfinishedDrills(
  reports: string,
  effects: Effects,
  isTrusted = false,
): Promise<Unfinished[]> {
  const found: Unfinished[] = [];
  for (const name of await effects.files.list(reports)) {
    const folder = effects.files.resolve(name, reports);
    const names = await effects.files.list(folder);
    if (!names.includes('journal.jsonl')) continue;
    const odd = await distrustOfDrill(folder, { isTrusted, mayBeLink: true }, effects);
    const why =
      odd !== null
        ? `${effects.files.shown(odd.at)} ${odd.what}`
        : names.includes('verdict.json')
          ? await unrestored(folder, effects)
          : await interrupted(folder, effects);
    if (why !== null) found.push({ folder, shown: effects.files.shown(folder), why });
  }
  return found;
}

async function unrestored(folder: string, effects: Effects): Promise<string | null> {
  const read = await effects.files.readOwn(effects.files.resolve('verdict.json', folder));
  const verdict = read.kind === 'text' ? parseVerdict(read.text) : null;
  if (verdict === null) return 'its verdict cannot be read';
  if (verdict.environment !== 'live' || verdict.fleet === 'restored' || verdict.fleet === 'untouched')
    return null;
  return `its fleet is ${verdict.fleet}`;
}

async function interrupted(folder: string, effects: Effects): Promise<string | null> {
  const read = await effects.readJournal(effects.files.resolve('journal.jsonl', folder));
  if (read.kind === 'missing') return null;
  if (read.kind !== 'entries') return `its journal cannot be read (${read.why})`;
  const { mayHaveActed } = await import('../drill/recover-drill.ts');
  // A runner that said itself why it ended, before it did anything, left nothing to bring back.
  const ended = read.entries.at(-1)?.kind === 'failed' && !mayHaveActed(read.entries);
  return isLive(read.entries) && !ended ? 'it was interrupted' : null;
}

// A journal without its first record began nothing.
function isLive(entries: readonly Entry[]): boolean {
  return entries.some((entry) => entry.kind === 'opened' && entry.plan.environment === 'live');
}
