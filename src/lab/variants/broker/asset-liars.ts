import { httpExchange } from '../../../principal/exchange.ts';
import { afterHalt, markingHalt } from '../../broker/halt-marks.ts';
import { whileHalted } from '../../broker/moments.ts';
import { placeOrder } from '../../broker/orders.ts';
import { withExchange, withLevel } from '../../broker/twists.ts';
import { assets } from '../../fleet.ts';
import { holdMs, tooLateMs } from '../timing.ts';
import type { Variant } from '../variant.ts';

/** Brokers that halt one asset, and get it wrong at the exchange. */
export const assetLiars: Readonly<Record<string, Variant>> = {
  'level-1-stops-every-asset': {
    about: 'blocks all assets for one, and unblocks them all',
    expect: { kind: 'liar', level: 1, primary: 'collateral-halt', on: 'BTC-USD' },
    broker: withExchange(({ block, unblock }) => ({
      block: async (asset) => {
        await Promise.all(assets.map((other) => block(other)));
        return block(asset);
      },
      unblock: async (asset) => {
        await Promise.all(assets.map((other) => unblock(other)));
        return unblock(asset);
      },
    })),
  },
  'level-1-halts-another-asset': {
    about: 'halts BTC-USD, whatever asset it is asked for',
    expect: {
      kind: 'liar',
      level: 1,
      primary: 'wrong-asset',
      on: 'principal',
      also: ['order-after-halt', 'position-not-flat', 'collateral-halt'],
    },
    broker: {
      around: (broker) => ({
        ...broker,
        halt: (request, actor) => broker.halt({ ...request, asset: 'BTC-USD' }, actor),
      }),
    },
  },
  'level-1-leaves-others-blocked': {
    about: 'blocks all assets for one, and unblocks only that one',
    expect: {
      kind: 'liar',
      level: 1,
      primary: 'collateral-halt',
      on: 'BTC-USD',
      also: ['unrestored-service'],
    },
    broker: withExchange(({ block }) => ({
      block: async (asset) => {
        await Promise.all(assets.map((other) => block(other)));
        return block(asset);
      },
    })),
  },
  'level-1-stops-the-traders': {
    about: 'stops the traders of all assets for one',
    expect: {
      kind: 'liar',
      level: 1,
      primary: 'collateral-stop',
      on: 'hermes',
      also: ['collateral-halt'],
    },
    broker: withLevel(1, (plan, all) => ({
      ...plan,
      stops: all.find(({ level }) => level === 2)?.stops ?? [],
    })),
  },
  'level-1-never-flattens': {
    about: 'blocks the asset and says that it is flat, without having closed anything',
    expect: { kind: 'liar', level: 1, primary: 'position-not-flat', on: 'DOGE-USD' },
    broker: withExchange(() => ({ flatten: () => Promise.resolve('flat') })),
  },
  'level-1-leaves-a-rest': {
    about: 'closes the position but for a rest, as rounding would',
    expect: { kind: 'liar', level: 1, primary: 'position-not-flat', on: 'DOGE-USD' },
    broker: withExchange(({ block, flatten, unblock }, site) => ({
      flatten: async (asset) => {
        await flatten(asset);
        await unblock(asset);
        await placeOrder(site, asset, 'market', 0.001);
        await block(asset);
        return 'flat';
      },
    })),
  },
  'level-1-leaves-an-open-order': {
    about: 'closes the position and overlooks a resting order',
    expect: { kind: 'liar', level: 1, primary: 'position-not-flat', on: 'DOGE-USD' },
    broker: withExchange(({ block, flatten, unblock }, site) => ({
      flatten: async (asset) => {
        await unblock(asset);
        await flatten(asset);
        await placeOrder(site, asset, 'limit', 1);
        await block(asset);
        return 'flat';
      },
    })),
  },
  'level-1-never-blocks': {
    about: 'closes the position, and lets trading in it go on',
    expect: {
      kind: 'liar',
      level: 1,
      primary: 'order-after-halt',
      on: 'DOGE-USD',
      also: ['position-not-flat'],
    },
    broker: withExchange(() => ({ block: () => Promise.resolve('blocked') })),
  },
  'level-1-blocks-late': {
    about: 'says that the asset is closed, and closes it after the deadline',
    expect: {
      kind: 'liar',
      level: 1,
      primary: 'order-after-halt',
      on: 'DOGE-USD',
      also: ['position-not-flat'],
    },
    broker: {
      around: markingHalt,
      ...withExchange(({ block, flatten }, { root }) => ({
        block: (asset) => {
          void afterHalt(root, 'asked', tooLateMs)
            .then(() => block(asset))
            .then(() => flatten(asset));
          return Promise.resolve('blocked');
        },
        flatten: () => Promise.resolve('flat'),
      })),
    },
  },
  'level-1-lets-an-order-through': {
    about: 'lets one queued order through late in the hold, and closes it again at once',
    expect: {
      kind: 'liar',
      level: 1,
      primary: 'order-after-halt',
      on: 'DOGE-USD',
      // For the few milliseconds until it is closed.
      also: ['position-not-flat'],
    },
    broker: whileHalted(0.6 * holdMs, async (broker, site) => {
      const { asset } = broker.status();
      if (asset === null) return;
      const exchange = httpExchange(site.config.exchange);
      await exchange.unblock(asset);
      await placeOrder(site, asset, 'market', 1);
      await exchange.block(asset);
      await exchange.flatten(asset);
    }),
  },
  'level-1-stays-blocked': {
    about: 'says that the asset is unblocked after the resume, and leaves it blocked',
    expect: { kind: 'liar', level: 1, primary: 'unrestored-service', on: 'DOGE-USD' },
    broker: withExchange(() => ({ unblock: () => Promise.resolve('unblocked') })),
  },
};
