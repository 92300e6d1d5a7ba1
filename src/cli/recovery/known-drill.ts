import type { Proof } from '../../drill/model/proof.ts';
import { messageOf } from '../cli-error.ts';
import type { Effects } from '../effects.ts';
import { type OpenedEntry, openedDigest, withLedger } from '../ledger-entry.ts';

/** What the ledger says of a drill whose journal was found. */
export type Known =
  /** It was entered there with this very first record; with the end that is on record, if there is one. */
  | { readonly isKnown: true; readonly verdict: Proof['verdict'] }
  | { readonly isKnown: false; readonly why: string };

/** Whether a drill is on record with this first record, which holds its nonce and plan: anybody can write a journal. Makes no ledger. */
export async function knownDrill(opened: OpenedEntry, reports: string, effects: Effects): Promise<Known> {
  const file = effects.files.resolve('ledger.db', reports);
  const shown = effects.files.shown(file);
  const unknown = (why: string): Known => ({ isKnown: false, why });
  if (!(await effects.files.list(reports)).includes('ledger.db')) return unknown(`there is no ${shown}`);
  const { drillId } = opened;
  try {
    return await withLedger(file, effects, (ledger) => {
      const digest = ledger.openedOf(drillId);
      const proof = ledger.list().find((one) => one.drillId === drillId);
      if (proof === undefined) return unknown(`${shown} knows no drill ${drillId}`);
      if (digest === null) return unknown(`${shown} has no beginning of ${drillId}`);
      return digest === openedDigest(opened, effects)
        ? { isKnown: true, verdict: proof.verdict }
        : unknown(`${shown} knows ${drillId} with another beginning than this journal's`);
    });
  } catch (error) {
    return unknown(`${shown} cannot be read (${messageOf(error)})`);
  }
}
