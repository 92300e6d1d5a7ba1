import { fillingOrders, freezingFor, freezingFrom } from '../beside/interference.ts';
import { stopAt } from '../broker/by-hand.ts';
import { markingHalt, sinceHaltMs } from '../broker/halt-marks.ts';
import { hostOf, targetOf } from '../broker/hosts.ts';
import { afterHalt, afterResume } from '../broker/moments.ts';
import { withStoppers } from '../broker/twists.ts';
import { reveals } from './reveals.ts';
import { holdMs, withinMs } from './timing.ts';
import type { BrokerTwist, DaemonTwist, Variant } from './variant.ts';

const returning = (call: string): DaemonTwist => ({ call: ['daemons/returning.js', call] });
const marking: BrokerTwist = { around: markingHalt };

/** Fleets that do not come back as they were, or of which something else than the targets does not. */
export const returnLiars: Readonly<Record<string, Variant>> = {
  'frozen-on-return': {
    about: 'hermes comes back from the halt, and is frozen as soon as its broker has seen it',
    expect: reveals('unrestored-service', { on: 'hermes', also: ['frozen-not-stopped'], leftOut: true }),
    broker: marking,
    daemons: { hermes: returning('runFrozen') },
  },
  'falls-on-return': {
    about: 'hermes comes back from the halt, falls over, and is brought back, again and again',
    expect: reveals('unrestored-service', { on: 'hermes', leftOut: true }),
    broker: marking,
    daemons: { hermes: returning('runFalling') },
  },
  'mute-on-return': {
    about: 'sentinel comes back from the shutdown, and its heartbeat never beats again',
    expect: reveals('unrestored-service', { level: 4, on: 'sentinel', leftOut: true }),
    broker: marking,
    daemons: { sentinel: returning('runMute') },
  },
  'survivor-frozen-for-a-while': {
    about: 'scribe, which goes on, is frozen when the fleet is halted, and goes on before the halt is lifted',
    expect: reveals('survivor-stale', { on: 'scribe' }),
    beside: freezingFor('scribe', 1.25 * holdMs),
  },
  'watcher-frozen-for-a-while': {
    about: 'sentinel is frozen when the fleet is halted, and goes on before the halt is lifted',
    expect: reveals('survivor-stale', { on: 'sentinel' }),
    beside: freezingFor('sentinel', 1.25 * holdMs),
  },
  'survivor-frozen-by-the-undo': {
    about: 'scribe, which went on through the halt, is frozen when that is lifted, and stays so',
    expect: reveals('survivor-stale', { on: 'scribe', also: ['unrestored-service'], leftOut: true }),
    broker: marking,
    beside: freezingFrom('scribe', 'lifting'),
  },
  'watcher-frozen-by-the-undo': {
    about: 'horus, which watched the halt, is frozen when that is lifted, and stays so',
    expect: reveals('survivor-stale', { on: 'horus', also: ['unrestored-service'], leftOut: true }),
    broker: marking,
    beside: freezingFrom('horus', 'lifting'),
  },
  'bystander-stopped': {
    about: 'halts one asset, and stops courier, which that drill does not speak of; nothing brings it back',
    expect: reveals('unrestored-service', {
      level: 1,
      on: 'courier',
      also: ['collateral-stop'],
      leftOut: true,
    }),
    broker: afterHalt((site) => {
      const courier = targetOf(site, 'courier');
      return hostOf(site, courier.host).stopper.stop(courier);
    }),
  },
  'starts-what-was-paused': {
    about: 'its resume starts courier, which its operator had stopped before the halt',
    expect: reveals('restored-differently', { level: 1, on: 'courier' }),
    daemons: { courier: { call: ['daemons/honest.js', 'runPaused'] } },
    broker: afterResume((site) => {
      const courier = targetOf(site, 'courier');
      return hostOf(site, courier.host).stopper.start(courier);
    }),
  },
  'goes-on-stopping': {
    about: 'says "stopped" of all at once, and stops them one by one, the last when the halt is being lifted',
    expect: reveals('successful-no-op', {
      on: 'leverage',
      also: ['late-stop', 'false-claim', 'order-after-halt', 'unrestored-service'],
    }),
    broker: {
      ...marking,
      ...withStoppers((_stopper, _host, site) => {
        const order = site.config.levels.find(({ level }) => level === 2)?.stops ?? [];
        return {
          stop: (target) => {
            const turn = 1 + order.indexOf(target.service);
            const askedMs = Date.now() - sinceHaltMs(site.root, 'asked');
            void stopAt(site, target, askedMs + turn * 0.55 * withinMs).catch(() => undefined);
            return Promise.resolve('stopped');
          },
        };
      }),
    },
  },
  'orders-fill-while-halted': {
    about: 'what rested at the exchange before the halt is filled while it stands: the positions grow',
    expect: reveals('position-grew'),
    beside: fillingOrders,
  },
};
