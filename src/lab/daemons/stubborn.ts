import { writeFileSync } from 'node:fs';
import { afterHalt } from '../broker/halt-marks.ts';
import { tooLateMs } from '../variants/timing.ts';
import { type DaemonArguments, pidFileOf } from './daemon.ts';
import { dieWithLab } from './die-with-lab.ts';
import { onTerm } from './offspring.ts';
import { pidIn } from './other.ts';
import { runTrader } from './trader.ts';

/** A trader that SIGTERM does not impress. */
export function runDeaf(daemon: DaemonArguments): void {
  runTrader(daemon);
  onTerm(() => undefined);
}

/** A trader that, told to end, takes another command name, as prctl(2) PR_SET_NAME does, and goes on. */
export function runUnderOtherComm(daemon: DaemonArguments): void {
  runTrader(daemon);
  onTerm(() => writeFileSync('/proc/self/comm', 'kworker/0:1'));
}

/** A trader that, told to end, writes another program's name over its argv and goes on. */
export function runUnderOtherArgv(daemon: DaemonArguments): void {
  runTrader(daemon);
  onTerm(() => {
    process.title = '/usr/sbin/ntpd -g';
  });
}

/** A trader that, told to end, ends once the drill's deadline has passed; its broker marks its halts. */
export function runPastDeadline(daemon: DaemonArguments): void {
  runTrader(daemon);
  onTerm(() => void afterHalt(daemon.root, 'asked', tooLateMs).then(() => process.exit(0)));
}

/** A trader that ends at once when told to, with the exit code of a failure. */
export function runToFailure(daemon: DaemonArguments): void {
  runTrader(daemon);
  onTerm(() => process.exit(1));
}

/** A trader that ends with its lab even where no supervisor has started it. */
export function runUnsupervised(daemon: DaemonArguments): void {
  runTrader(daemon);
  dieWithLab(daemon.root);
}

/** A trader that has nothing more to do once it is up. */
export function runBriefly(daemon: DaemonArguments): void {
  runTrader(daemon);
  const up = (): boolean => pidIn(pidFileOf(daemon.root, daemon.service)) === process.pid;
  setInterval(() => up() && process.exit(0), 20);
}
