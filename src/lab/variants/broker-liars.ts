import { assetLiars } from './broker/asset-liars.ts';
import { claimLiars } from './broker/claim-liars.ts';
import { holdLiars } from './broker/hold-liars.ts';
import { stopLiars } from './broker/stop-liars.ts';
import { undoLiars } from './broker/undo-liars.ts';
import type { Variant } from './variant.ts';

/** Brokers that act otherwise than they say: stops, claims, holds, resumes. */
export const brokerLiars: Readonly<Record<string, Variant>> = {
  ...stopLiars,
  ...claimLiars,
  ...assetLiars,
  ...holdLiars,
  ...undoLiars,
};
