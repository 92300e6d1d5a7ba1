import type { Stopper } from '../../../principal/parts.ts';
import { believingStopper } from '../../broker/believing-stopper.ts';
import { killPastManager, stopTooLate } from '../../broker/by-hand.ts';
import { markingHalt } from '../../broker/halt-marks.ts';
import { targetOf } from '../../broker/hosts.ts';
import { afterHalt } from '../../broker/moments.ts';
import { answeringHalts, stopping, together, withLevel, withStoppers } from '../../broker/twists.ts';
import type { BrokerTwist, Variant } from '../variant.ts';

/** As long as a reply that is ready may take to be on its way. */
const reply = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));
const sayStopped: Stopper['stop'] = () => Promise.resolve('stopped');

/** One more service on a level's list. */
function alsoStopping(level: number, service: string, except: BrokerTwist = {}): BrokerTwist {
  return {
    parts: (reference, site) =>
      together(
        withLevel(level, (plan) => ({ ...plan, stops: [...plan.stops, targetOf(site, service)] })),
        except,
      ).parts?.(reference, site) ?? {},
  };
}

/** Brokers that do not stop what they have to, or stop what they must not. */
export const stopLiars: Readonly<Record<string, Variant>> = {
  'stops-on-the-wrong-host': {
    about: 'runs every stop of level 2 on its own host, where launchctl knows no such label and succeeds',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'successful-no-op',
      on: 'hermes',
      also: ['wrong-host-stop', 'false-claim', 'order-after-halt'],
    },
    broker: {
      parts: ({ levels, stoppers }, { self, run, launchctl }) => ({
        levels: levels.map((plan) =>
          plan.level === 2
            ? { ...plan, stops: plan.stops.map((target) => ({ ...target, host: self.host })) }
            : plan,
        ),
        stoppers: new Map([...stoppers, [self.host, believingStopper(run, launchctl)]]),
      }),
    },
  },
  'acknowledges-and-never-acts': {
    about: 'says "stopped" of everything and touches nothing',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'successful-no-op',
      on: 'hermes',
      also: ['false-claim', 'order-after-halt'],
    },
    broker: withStoppers(() => ({ stop: sayStopped })),
  },
  'acts-on-all-but-one': {
    about: 'says "stopped" of hermes, and stops all the others',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'successful-no-op',
      on: 'hermes',
      also: ['false-claim', 'order-after-halt'],
    },
    broker: stopping('hermes', sayStopped),
  },
  'forgot-one': {
    about: 'has no hermes on the list of level 2, and says the halt is complete',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'successful-no-op',
      on: 'hermes',
      also: ['order-after-halt'],
    },
    broker: withLevel(2, (plan) => ({
      ...plan,
      stops: plan.stops.filter(({ service }) => service !== 'hermes'),
    })),
  },
  'admits-a-failed-stop': {
    about: 'cannot stop hermes, and says so',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'partial-stop',
      on: 'hermes',
      also: ['order-after-halt'],
    },
    broker: stopping('hermes', () => Promise.resolve('still-running')),
  },
  'already-halted': {
    about: 'takes the halt for a repeated one, and answers that it is done already',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'successful-no-op',
      on: 'hermes',
      also: ['unpersisted-halt', 'silent-downgrade', 'order-after-halt'],
    },
    broker: answeringHalts(async (request) => {
      const { level } = (await request.json()) as { readonly level: number };
      return Response.json({ level, outcome: 'already halted', complete: true, recorded: true, stops: [] });
    }),
  },
  'refuses-to-halt': {
    about: 'is too busy to halt anything, and says so',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'partial-stop',
      on: 'hermes',
      also: ['silent-downgrade', 'order-after-halt'],
    },
    broker: answeringHalts(() =>
      Promise.resolve(Response.json({ title: 'Not now', status: 503 }, { status: 503 })),
    ),
  },
  'kills-past-the-manager': {
    about: 'kills the processes, sees them gone, and their manager brings them back',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'respawned',
      on: 'hermes',
      also: ['false-claim', 'order-after-halt'],
    },
    broker: withStoppers((_stopper, _host, site) => ({
      stop: async ({ service }) => {
        await killPastManager(site, service);
        return 'stopped';
      },
    })),
  },
  'restarts-instead-of-stopping': {
    about: 'stops each service and starts it again, as `launchctl kickstart -k` does',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'respawned',
      on: 'hermes',
      also: ['false-claim', 'order-after-halt'],
    },
    broker: withStoppers((stopper) => ({
      stop: async (target, mode) => {
        const outcome = await stopper.stop(target, mode);
        await stopper.start(target, mode);
        return outcome;
      },
    })),
  },
  'halts-late': {
    about: 'stops everything, after the deadline, and answers then',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'late-stop',
      on: 'hermes',
      also: ['order-after-halt'],
    },
    broker: {
      around: markingHalt,
      ...withStoppers((_stopper, _host, site) => ({
        stop: async (target) => {
          await stopTooLate(site, target);
          return 'stopped';
        },
      })),
    },
  },
  'answers-at-once-and-halts-late': {
    about: 'says "stopped" at once, and stops everything after the deadline',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'late-stop',
      on: 'hermes',
      also: ['order-after-halt'],
    },
    broker: {
      around: markingHalt,
      ...withStoppers((_stopper, _host, site) => ({
        stop: (target) => {
          void stopTooLate(site, target);
          return Promise.resolve('stopped');
        },
      })),
    },
  },
  'stops-agents-too': {
    about: 'stops at level 2 what only level 3 may',
    expect: { kind: 'liar', level: 2, primary: 'collateral-stop', on: 'scribe' },
    broker: withLevel(2, (plan, all) => ({
      ...plan,
      stops: all.find(({ level }) => level === 3)?.stops ?? [],
    })),
  },
  'kills-a-watcher': {
    about: 'stops sentinel at level 2, which nothing brings back',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'collateral-stop',
      on: 'sentinel',
      also: ['survivor-stale', 'unrestored-service'],
    },
    daemons: { sentinel: { keepAlive: false } },
    broker: afterHalt(({ run, launchctl }) => run([launchctl, 'stop', 'com.invictus.sentinel'])),
  },
  'restarts-a-watcher': {
    about: 'stops sentinel at level 2, and its manager brings it back',
    expect: { kind: 'liar', level: 2, primary: 'survivor-restarted', on: 'sentinel' },
    broker: afterHalt(({ run, launchctl }) => run([launchctl, 'stop', 'com.invictus.sentinel'])),
  },
  'stops-itself': {
    about: 'has itself on the list of level 3, and goes down after its reply; it remembers the halt',
    // Told to halt again by two guards, it stops itself again.
    expect: { kind: 'liar', level: 3, primary: 'self-halt', on: 'principal', also: ['survivor-restarted'] },
    broker: {
      ...alsoStopping(3, 'principal', stopping('principal', sayStopped)),
      ...afterHalt(async ({ self, run, launchctl }) => {
        await reply();
        await run([launchctl, 'stop', self.label]);
      }),
    },
  },
  'stops-itself-over-and-over': {
    about: 'has itself on the list of level 3, stops itself in the middle, and again each time it comes back',
    expect: {
      kind: 'liar',
      level: 3,
      primary: 'self-halt',
      on: 'principal',
      also: [
        ...['broker-down', 'unreadable-broker', 'vacuous-target', 'late-stop'],
        ...['unrestored-service', 'incident-left-open', 'survivor-restarted', 'unlogged-halt'],
      ],
    },
    broker: alsoStopping(3, 'principal'),
  },
};
