import { asking, checking, glancing, leavingOrphans, pagers, wondering } from '../beside/onlookers.ts';
import { trusting } from '../broker/trusting.ts';
import type { DaemonTwist, Expectation, Variant } from './variant.ts';

const passes: Expectation = { kind: 'honest', level: 2 };
const run = (call: string): DaemonTwist => ({ call: ['daemons/honest.js', call] });

/** Fleets that somebody looks at, and services that look otherwise than they did: a finding here is a false alarm. */
export const honestOnlookers: Readonly<Record<string, Variant>> = {
  'pager-on-scripts': {
    about: 'a pager has the script of hermes open, and somebody follows that of scribe',
    expect: passes,
    beside: pagers,
  },
  'editor-in-the-hold': {
    about: 'somebody opens the script of hermes in an editor in the hold',
    expect: passes,
    beside: wondering,
  },
  'checksums-in-the-hold': {
    about: 'somebody takes checksums of the scripts of hermes and principal, over and over, from the halt on',
    expect: passes,
    beside: checking,
  },
  'glances-at-survivors': {
    about: 'from the halt on, scripts of survivors are looked at for half a second, again and again',
    expect: passes,
    beside: glancing,
  },
  'status-command': {
    about: 'from the halt on, somebody asks the broker for its status by its own program',
    expect: passes,
    daemons: { principal: { call: ['daemons/status-command.js', 'runBrokerOrStatus'] } },
    beside: asking,
  },
  'changes-its-title': {
    about: 'scribe, which goes on, writes what it does into its title once the fleet is halted',
    expect: passes,
    daemons: { scribe: run('runTitled') },
  },
  'declared-shell-helper': {
    about: 'leverage leaves its log shipper behind, as it may: a shell that sleeps between two looks',
    expect: passes,
    broker: trusting,
    daemons: { leverage: run('runWithShellShipper') },
  },
  'worker-replaced': {
    about: 'hermes replaces its worker, of the same program, all the time until it is told to end',
    expect: passes,
    daemons: { hermes: run('runWithWorker') },
  },
  'paused-bystander': {
    about: 'courier was stopped by its operator before the halt of one asset, and stays so',
    expect: { kind: 'honest', level: 1 },
    daemons: { courier: run('runPaused') },
  },
  'orphans-all-around': {
    about: 'the machine runs programs that leave children to pid 1, some in sessions of their own',
    expect: passes,
    beside: leavingOrphans,
  },
};
