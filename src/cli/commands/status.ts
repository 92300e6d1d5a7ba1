import { jsonDocument } from '../../drill/10-report/verdict-json.ts';
import { statusTable } from '../../drill/proofs/status-table.ts';
import { CliError, messageOf } from '../cli-error.ts';
import type { Effects } from '../effects.ts';
import { withLedger } from '../ledger-entry.ts';
import { NOTHING_READ, refuseUntrustedReports } from '../trusted-folder.ts';

/** Prints the ledger; exit code 0 whatever it says, since nothing was asked of it. */
export async function status(options: { out?: string; json?: true }, effects: Effects): Promise<number> {
  const folder = effects.files.resolve(options.out ?? 'reports', effects.folder);
  await refuseUntrustedReports(folder, NOTHING_READ, effects);
  const file = effects.files.resolve('ledger.db', folder);
  const shown = effects.files.shown(file);
  // Asking must not make a ledger where there is none.
  const there = (await effects.files.list(folder)).includes('ledger.db');
  if (!there) {
    effects.err.write(
      `haltdrill: there is no ${shown} yet; a drill makes it, or name its folder with --out DIR\n`,
    );
  }
  const proofs = there ? await readProofs(file, shown, effects) : [];
  effects.out.write(options.json ? jsonDocument(proofs) : statusTable(proofs, effects.wall()));
  return 0;
}

async function readProofs(file: string, shown: string, effects: Effects) {
  try {
    return await withLedger(file, effects, (ledger) => ledger.list());
  } catch (error) {
    throw new CliError(
      64,
      `${shown} cannot be read; ${messageOf(error)}; name another folder with --out DIR`,
      {
        cause: error,
      },
    );
  }
}
