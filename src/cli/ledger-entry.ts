import type { Entry } from '../drill/model/journal.ts';
import type { Journal } from '../drill/ports/world.ts';
import { canonicalText } from '../drill/proofs/canonical-text.ts';
import { beginningOf } from '../drill/proofs/proof-of.ts';
import { type CliError, messageOf, notRun } from './cli-error.ts';
import type { Effects, Ledger } from './effects.ts';

export type OpenedEntry = Extract<Entry, { kind: 'opened' }>;

/** A journal whose drill is on record in the ledger as soon as its beginning is on disk. */
export interface EnteredJournal extends Journal {
  /** Says in the ledger that nothing was triggered; best effort, for a drill that ends without a verdict. Never rejects. */
  withdraw(): Promise<void>;
}

/** What tells a journal from any other with the same drill id: its first record, as it reads on disk. */
export function openedDigest(opened: OpenedEntry, { sha256 }: Pick<Effects, 'sha256'>): string {
  return sha256(canonicalText(opened));
}

/** Does something with a ledger, which is made where there is none, and closes it. */
export async function withLedger<T>(
  file: string,
  effects: Effects,
  use: (ledger: Ledger) => T | Promise<T>,
): Promise<T> {
  const ledger = await effects.openLedger(file);
  try {
    return await use(ledger);
  } finally {
    ledger.close();
  }
}

/**
 * Enters a drill into the ledger, as running, the first time that its journal is synced: every act waits for that. So an end that is
 * not written leaves a drill without an end there, and never an older pass as the latest. `sync` rejects with a CliError (exit code 3)
 * where the ledger cannot be written.
 */
export function entering(
  journal: Journal,
  {
    file,
    entries,
    effects,
  }: { readonly file: string; readonly entries: () => readonly Entry[]; readonly effects: Effects },
): EnteredJournal {
  let entered: OpenedEntry | null = null;
  return {
    append: (body) => journal.append(body),
    sync: async () => {
      await journal.sync();
      if (entered !== null) return;
      const opened = entries().find((entry) => entry.kind === 'opened');
      if (opened === undefined) return;
      try {
        await withLedger(file, effects, (ledger) =>
          ledger.enter(beginningOf(opened, opened.wall), openedDigest(opened, effects)),
        );
      } catch (error) {
        throw refused(effects.files.shown(file), error);
      }
      entered = opened;
    },
    withdraw: async () => {
      const opened = entered;
      if (opened === null) return;
      const proof = { ...beginningOf(opened, effects.wall()), verdict: 'not-run' } as const;
      // Where it cannot be said, the drill has no end there: that shuts a gate, and opens none.
      await withLedger(file, effects, (ledger) => ledger.record(proof)).catch(() => undefined);
    },
  };
}

function refused(shown: string, error: unknown): CliError {
  return notRun(
    `the ledger ${shown} cannot be written, and a drill begins only once it is on record there`,
    messageOf(error),
    'nothing was triggered: end whatever holds that file, make room on its disk, or name another folder with --out DIR',
  );
}
