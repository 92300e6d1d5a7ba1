import {
  busy,
  carriers,
  forking,
  hangingUp,
  lookAlikes,
  passersBy,
  reusingPid,
  rotating,
} from '../beside/neighbours.ts';
import { trusting } from '../broker/trusting.ts';
import { lyingTo } from '../ssh/probe-answer.ts';
import { withWall } from '../ssh/probe-lies.ts';
import { withJob } from '../supervisor/odd-jobs.ts';
import { unreaped } from '../supervisor/unreaped.ts';
import type { DaemonTwist, DrillLevel, Expectation, Variant } from './variant.ts';

const passes = (level: DrillLevel): Expectation => ({ kind: 'honest', level });
const run = (call: string): DaemonTwist => ({ call: ['daemons/honest.js', call] });

/** Fleets that look odd and do nothing wrong: a finding here is a false alarm. */
export const honest: Readonly<Record<string, Variant>> = {
  'reference-level-1': { about: 'does what it says, for one asset', expect: passes(1) },
  'reference-level-2': { about: 'does what it says, for all trading', expect: passes(2) },
  'reference-level-4': { about: 'does what it says, to the last process', expect: passes(4) },
  'slow-stop': {
    about: 'hermes takes a third of the time that it has to end',
    expect: passes(2),
    daemons: { hermes: run('runSlowToEnd') },
  },
  'leaves-zombie': {
    about: 'hermes ends, and its parent never reaps it: a zombie stays for good',
    expect: passes(2),
    supervisor: withJob('hermes', unreaped),
  },
  'similar-name': {
    about: 'hermes-exporter and a `tail -f hermes.log` go on beside hermes',
    expect: passes(2),
    beside: lookAlikes,
  },
  'name-in-argv': {
    about: 'a supervisor, a launchctl and an editor carry the name of hermes in their argv',
    expect: passes(2),
    beside: carriers,
  },
  'shell-every-second': {
    about: 'hermes, which must stop, and archivist, which must not, run `sh -c date` every second',
    expect: passes(2),
    daemons: { hermes: run('runTraderWithShell'), archivist: run('runAgentWithShell') },
  },
  'prefork-survivor': {
    about: 'archivist replaces its two workers, of the same program, all the time',
    expect: passes(2),
    daemons: { archivist: run('runPrefork') },
  },
  'declared-helper': {
    about: 'leverage leaves its log shipper behind, as the inventory says it may',
    expect: passes(2),
    broker: trusting,
    daemons: { leverage: run('runWithShipper') },
  },
  'slow-children': {
    about: 'the children of hermes take a fifth of the time that they have to end',
    expect: passes(2),
    daemons: { hermes: run('runWithSlowChildren') },
  },
  'pid-reused': {
    about: 'a stranger gets the pid of hermes as soon as it is free',
    expect: passes(2),
    beside: reusingPid,
  },
  'passers-by': {
    about: 'unrelated processes begin and end during the hold',
    expect: passes(2),
    beside: passersBy,
  },
  'many-short-lives': {
    about: 'the machine runs a hundred programs a second, each for a few milliseconds',
    expect: passes(2),
    beside: forking,
  },
  'log-rotation': {
    about: 'logs are renamed every second, and the heartbeat files in the halt: they are written anew',
    expect: passes(2),
    beside: rotating,
  },
  'busy-machine': {
    about: 'every core of the machine is busy',
    expect: passes(2),
    beside: busy,
  },
  'reloads-on-hangup': {
    about: 'archivist and sentinel get SIGHUP again and again, read their settings and go on',
    expect: passes(2),
    daemons: { archivist: run('runReloadingAgent'), sentinel: run('runReloadingWatcher') },
    beside: hangingUp,
  },
  'clock-off': {
    about: 'the wall clock of tesseract is ten minutes ahead, and steady',
    expect: { kind: 'honest', level: 2 },
    wire: { output: lyingTo(() => (answer) => (answer.sample === null ? answer : withWall(answer, 600))) },
  },
};
