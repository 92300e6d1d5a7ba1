import { listed, seconds } from '../wording.ts';
import { unrefusedSays } from './guard-words.ts';
import type { FindingKind } from './kind.ts';

const common = { severity: 'fail', group: 'effects', acceptable: true } as const;

/** What an independent system shows. */
export const effectsFindings = {
  'position-grew': {
    ...common,
    names: 'asset',
    title: 'A position grew while the halt stood',
    meaning:
      'At the exchange the position in an asset that had to fall silent was larger, or on the other side, at a later look than at an earlier one, while the halt stood and no new order was accepted. Differences of less than 1e-9, or of a billionth of the position, are rounding.',
    cause: 'Orders that rested at the exchange before the halt were not cancelled by it, and were filled.',
    fix: 'Have the level cancel what rests at the exchange, conditional and queued orders too, before it reports success.',
    says: {
      grew: (
        { asset },
        { was, is, afterMs }: { readonly was: number; readonly is: number; readonly afterMs: number },
      ) =>
        `The position in ${asset} grew from ${was} to ${is} ${seconds(afterMs)} after T0, while the halt stood and no new order was accepted.`,
    },
  },
  'position-not-flat': {
    ...common,
    names: 'asset',
    title: 'The position is not flat',
    meaning:
      'After the deadline the exchange still shows a position, or open orders, for an asset that had to be flattened.',
    cause: 'Orders are blocked before the position is closed, or rounding leaves a rest.',
    fix: 'Close the position, look at it, and only then report success.',
    says: {
      'not flat': (
        { asset },
        {
          afterMs,
          position,
          open,
        }: { readonly afterMs: number; readonly position: number; readonly open: number },
      ) => `${seconds(afterMs)} after T0 ${asset} stood at ${position} with ${open} open orders.`,
    },
  },
  'order-after-halt': {
    ...common,
    acceptable: false,
    title: 'An order was accepted after the halt',
    meaning: 'The count of accepted orders grew after the deadline.',
    cause: 'A queue that is still being drained, or a trader that still runs.',
    fix: 'Block at the exchange, not only at the trader.',
    says: {
      'after silence': (
        { asset },
        {
          silenceMs,
          accounts,
          afterMs,
        }: { readonly silenceMs: number; readonly accounts: readonly string[]; readonly afterMs: number },
      ) =>
        `After ${seconds(silenceMs)} of silence an order for ${asset} was accepted again, of ${listed(accounts)}, ${seconds(afterMs)} after T0.`,
      'after deadline': (
        { asset },
        {
          count,
          accounts,
          afterMs,
        }: { readonly count: number; readonly accounts: readonly string[]; readonly afterMs: number },
      ) =>
        `${count === 1 ? '1 order' : `${count} orders`} for ${asset} ${count === 1 ? 'was' : 'were'} accepted after the deadline, of ${listed(accounts)}; the first was seen ${seconds(afterMs)} after T0.`,
    },
  },
  'leaked-command': {
    ...common,
    acceptable: false,
    title: 'A message reached a halted agent',
    meaning: 'The broker routed a message to an agent after it was halted.',
    cause: 'Routing does not ask for the halt state.',
    fix: 'Gate routing by the halt state, in the same transaction.',
    says: unrefusedSays,
  },
} as const satisfies Record<string, FindingKind>;
