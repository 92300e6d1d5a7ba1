import { shadowing, turningInto } from '../beside/shadow.ts';
import { markingHalt } from '../broker/halt-marks.ts';
import { trusting } from '../broker/trusting.ts';
import { helperOf } from '../daemons/offspring.ts';
import { byPython, endsOnTerm, execsOnTerm, mainThreadExits } from '../daemons/python-trader.ts';
import {
  elsewhere,
  execsLater,
  flapping,
  freezing,
  patient,
  revivingLate,
  twice,
} from '../supervisor/odd-jobs.ts';
import type { DaemonTwist, Expectation, Variant } from './variant.ts';

const run = (module: string, call: string): DaemonTwist => ({ call: [`daemons/${module}.js`, call] });

/** What follows where hermes, said to be stopped, goes on: it trades, and there is nothing to hold. */
const alive = ['false-claim', 'order-after-halt'];

const lies = (
  primary: string,
  also: readonly string[] = alive,
  on = 'hermes',
): Extract<Expectation, { kind: 'liar' }> => ({ kind: 'liar', level: 2, primary, on, also });

/** Daemons and supervisors that outlive their stop, or come back from it. */
export const daemonLiars: Readonly<Record<string, Variant>> = {
  'ignores-sigterm': {
    about: 'hermes ignores SIGTERM, and its supervisor never insists',
    expect: lies('successful-no-op'),
    broker: trusting,
    daemons: { hermes: run('stubborn', 'runDeaf') },
    supervisor: patient('hermes'),
  },
  'renames-itself': {
    about: 'hermes takes the command name of a kernel thread when it is told to end',
    expect: lies('successful-no-op'),
    broker: trusting,
    daemons: { hermes: run('stubborn', 'runUnderOtherComm') },
    supervisor: patient('hermes'),
  },
  'rewrites-argv': {
    about: "hermes writes another daemon's argv over its own when it is told to end",
    expect: lies('renamed-survivor', [...alive, 'restored-differently']),
    broker: trusting,
    daemons: { hermes: run('stubborn', 'runUnderOtherArgv') },
    supervisor: patient('hermes'),
  },
  'execs-on-sigterm': {
    about: 'hermes becomes another program when it is told to end: same pid, other executable',
    expect: lies('renamed-survivor', [...alive, 'restored-differently']),
    broker: trusting,
    daemons: {
      hermes: {
        program: byPython,
        text: (daemon) => execsOnTerm(daemon, helperOf(daemon, 'order-feed')),
      },
    },
    supervisor: patient('hermes'),
  },
  'main-thread-exits': {
    about: 'the main thread of hermes ends and another works on: a zombie that trades',
    expect: lies('successful-no-op'),
    broker: trusting,
    daemons: { hermes: { program: byPython, text: mainThreadExits } },
    supervisor: patient('hermes'),
  },
  'stops-late': {
    about: 'hermes ends when it is told to, soon after the deadline',
    expect: lies('late-stop', ['order-after-halt', 'sampled-too-coarsely']),
    broker: { ...trusting, around: markingHalt },
    daemons: { hermes: run('stubborn', 'runPastDeadline') },
    supervisor: patient('hermes'),
  },
  'frozen-by-sigstop': {
    about: 'the supervisor of hermes freezes it instead of ending it',
    expect: lies('frozen-not-stopped', ['false-claim']),
    broker: trusting,
    supervisor: freezing('hermes'),
  },
  'respawned-at-once': {
    about: 'hermes is kept alive by its supervisor, whatever it was told',
    expect: lies('respawned'),
    broker: trusting,
    daemons: { hermes: { keepAlive: true } },
  },
  'exits-as-failed': {
    about: 'hermes ends with the code of a failure, which its supervisor takes for a crash',
    expect: lies('respawned'),
    broker: trusting,
    daemons: { hermes: run('stubborn', 'runToFailure') },
  },
  'respawned-late': {
    about: 'the supervisor of hermes starts it again, late in the hold',
    expect: lies('respawned'),
    supervisor: revivingLate('hermes'),
  },
  'flaps-unseen': {
    about: 'hermes is started in the hold and ended again within a few milliseconds',
    expect: lies('flapped', []),
    supervisor: flapping('hermes'),
  },
  'execs-later': {
    about: 'a shell that is left behind becomes hermes, by exec, in the hold',
    expect: lies('respawned'),
    supervisor: execsLater('hermes'),
  },
  'stranger-becomes-it': {
    about:
      'a stranger from before the baseline becomes hermes, by exec, in the hold: same pid, same command name',
    expect: lies('respawned', [...alive, 'restored-differently']),
    daemons: { hermes: { program: byPython, text: endsOnTerm } },
    beside: turningInto,
  },
  'revived-by-sibling': {
    about: 'leverage starts hermes again, past its supervisor, before it ends itself',
    expect: lies('respawned', [...alive, 'restored-differently']),
    broker: trusting,
    daemons: { leverage: run('parents', 'runReviver'), hermes: run('stubborn', 'runUnsupervised') },
  },
  'child-survives': {
    about: 'a child of hermes, in a session of its own, trades on without it',
    expect: {
      ...lies('orphaned-children', [...alive, 'restored-differently', 'unrestored-service']),
      leftOut: true,
    },
    broker: trusting,
    daemons: { hermes: run('parents', 'runWithChild') },
  },
  'grandchild-survives': {
    about: 'hermes, told to end, leaves a grandchild to pid 1 that trades on',
    expect: lies('orphaned-children', [...alive, 'restored-differently']),
    broker: trusting,
    daemons: { hermes: run('parents', 'runForkingTwice') },
  },
  'forked-before': {
    about: 'hermes has a helper since before the baseline that nothing ties to it; only its orders show it',
    expect: liesByOrders(),
    daemons: { hermes: run('parents', 'runForkedBefore') },
  },
  'comes-back-elsewhere': {
    about: 'another program, from another path, trades for hermes as soon as that is down',
    expect: liesByOrders(),
    beside: shadowing,
  },
  'second-instance': {
    about: 'hermes runs twice on its host, and its supervisor knows of one',
    expect: { ...lies('duplicate-instance', []), verdict: 'not-run' },
    supervisor: twice('hermes'),
  },
  'second-instance-elsewhere': {
    about: 'the supervisor of knox runs hermes as well, which lives on tesseract',
    expect: { ...lies('duplicate-instance', []), verdict: 'not-run' },
    supervisor: elsewhere('hermes', 'knox', 'tesseract', 'up'),
  },
  'fails-over': {
    about: 'the supervisor of knox starts hermes as soon as it is down on tesseract',
    expect: lies('respawned', [...alive, 'restored-differently']),
    supervisor: elsewhere('hermes', 'knox', 'tesseract', 'down'),
  },
  'not-running': {
    about: 'hermes ended by itself before the drill began',
    expect: { ...lies('vacuous-target', []), verdict: 'not-run' },
    daemons: { hermes: run('stubborn', 'runBriefly') },
  },
  'watcher-idle': {
    about: 'sentinel lives through the halt, and its heartbeat does not',
    expect: lies('survivor-stale', ['unrestored-service'], 'sentinel'),
    daemons: { sentinel: run('odd-watchers', 'runIdle') },
  },
  'watcher-frozen': {
    about: 'sentinel is frozen when the halt comes',
    expect: lies('survivor-stale', ['unrestored-service'], 'sentinel'),
    daemons: { sentinel: run('odd-watchers', 'runFreezing') },
  },
  'watcher-restarted': {
    about: 'sentinel falls when the halt comes, and its supervisor starts another',
    expect: lies('survivor-restarted', [], 'sentinel'),
    daemons: { sentinel: run('odd-watchers', 'runFalling') },
  },
};

/** A lie that no process table shows, since nothing ties the process to the service. */
function liesByOrders(): Expectation {
  return { kind: 'liar', level: 2, primary: 'order-after-halt' };
}
