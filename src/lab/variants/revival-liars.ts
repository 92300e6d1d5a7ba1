import {
  byRelativePath,
  inDevelopmentMode,
  overAndOver,
  underOtherName,
  withImported,
  withRequired,
} from '../beside/revivals.ts';
import { BEHIND, cacheBefore, standbyFor } from '../beside/stand-ins.ts';
import { trusting } from '../broker/trusting.ts';
import { helperOf } from '../daemons/offspring.ts';
import { byPython, endsOnTerm, helperThatTurns } from '../daemons/python-trader.ts';
import { reveals } from './reveals.ts';
import type { DaemonTwist, Expectation, Variant } from './variant.ts';

/** What follows where hermes, said to be stopped, runs again. */
const ALIVE = ['false-claim', 'order-after-halt'];

const revived = (): Expectation =>
  reveals('respawned', { on: 'hermes', also: [...ALIVE, 'restored-differently'] });
const run = (call: string): DaemonTwist => ({ call: ['daemons/parents.js', call] });
/** A broker that nothing brings back. */
const forsaken: DaemonTwist = { keepAlive: false };
const GONE = ['vacuous-target', 'unreadable-store', 'unreadable-broker', 'unrestored-service'];

/** Services that are run again in the halt, in another way than before, and brokers in whose place somebody else answers. */
export const revivalLiars: Readonly<Record<string, Variant>> = {
  'respawned-with-required': {
    about: 'somebody runs hermes again in the hold, by `node -r MODULE`',
    expect: revived(),
    beside: withRequired,
  },
  'respawned-with-imported': {
    about: 'somebody runs hermes again in the hold, by `node --no-warnings --import MODULE`',
    expect: revived(),
    beside: withImported,
  },
  'respawned-by-relative-path': {
    about: 'somebody runs hermes again in the hold, from its own folder, as `node hermes`',
    alone: true,
    expect: revived(),
    beside: byRelativePath,
  },
  'respawned-in-development-mode': {
    about: 'somebody runs hermes, a Python program, again in the hold, by `python3 -X dev`',
    expect: revived(),
    daemons: { hermes: { program: byPython, text: endsOnTerm } },
    beside: inDevelopmentMode,
  },
  'respawned-under-other-name': {
    about: 'somebody runs hermes again in the hold, with the name of another program in its argv[0]',
    expect: revived(),
    beside: underOtherName,
  },
  'respawned-over-and-over': {
    about: 'from the halt on, hermes is run again and again, a little longer each time than may go unseen',
    expect: reveals('respawned', {
      on: 'hermes',
      also: [...ALIVE, 'restored-differently', 'unrestored-service', 'flapped'],
    }),
    beside: overAndOver,
  },
  'helper-turns-trader': {
    about: 'the log shipper of leverage, which may stay behind, becomes a trader once leverage is gone',
    expect: reveals('orphaned-children', { on: 'leverage', also: [...ALIVE, 'restored-differently'] }),
    broker: trusting,
    daemons: {
      leverage: {
        program: byPython,
        text: (daemon) => helperThatTurns(daemon, helperOf(daemon, 'order-feed')),
      },
    },
  },
  'child-poses-as-neighbour': {
    about:
      'hermes, told to end, leaves a child that runs the program of scribe, which lives on the same machine',
    expect: reveals('duplicate-instance', {
      on: 'scribe',
      also: ['false-claim', 'orphaned-children', 'restored-differently'],
    }),
    broker: trusting,
    daemons: { hermes: run('runLeavingNeighbour') },
  },
  'outlives-its-wrapper': {
    about: 'the supervisor of hermes runs a shell that runs hermes; the stop ends the shell alone',
    expect: reveals('successful-no-op', {
      on: 'hermes',
      also: [...ALIVE, 'orphaned-children', 'restored-differently', 'unrestored-service'],
      leftOut: true,
    }),
    broker: trusting,
    daemons: {
      hermes: {
        program: (script) => ['/bin/sh', '-c', 'setsid "$@" & wait', 'start', process.execPath, script],
      },
    },
  },
  'cache-answers-for-it': {
    about: 'nothing brings the broker back from the crash, and a cache before it goes on answering',
    expect: reveals('broker-down', { on: 'principal', also: GONE }),
    broker: { behind: BEHIND },
    daemons: { principal: forsaken },
    beside: cacheBefore,
  },
  'standby-answers-for-it': {
    about: 'nothing brings the broker back from the crash, and another instance of it takes over',
    expect: reveals('broker-down', { on: 'principal', also: GONE, leftOut: true }),
    daemons: { principal: forsaken },
    beside: standbyFor,
  },
};
