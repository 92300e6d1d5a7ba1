import { sinceHaltMs } from '../broker/halt-marks.ts';
import { maxGapMs } from '../variants/timing.ts';
import type { DaemonArguments } from './daemon.ts';
import { declareReady } from './daemon.ts';
import { runTrader } from './trader.ts';
import { runWatcher } from './watcher.ts';

/** Daemons that are in order until a halt of a broker that marks its halts, and not when they are started again. */

const hasReturned = ({ root }: DaemonArguments): boolean => sinceHaltMs(root, 'asked') >= 0;

/** A trader that, back from a halt, is frozen as soon as its broker has seen it back. */
export function runFrozen(daemon: DaemonArguments): void {
  runTrader(daemon);
  if (!hasReturned(daemon)) return;
  const look = (): void => {
    if (sinceHaltMs(daemon.root, 'lifted') >= 0) process.kill(process.pid, 'SIGSTOP');
  };
  setInterval(look, 10);
}

/** A trader that, back from a halt, falls over again and again. */
export function runFalling(daemon: DaemonArguments): void {
  runTrader(daemon);
  if (hasReturned(daemon)) setTimeout(() => process.exit(1), maxGapMs / 4);
}

/** A watcher that, back from a halt, is there and watches nothing. */
export function runMute(daemon: DaemonArguments): void {
  if (!hasReturned(daemon)) {
    runWatcher(daemon);
    return;
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => process.exit(0));
  declareReady(daemon);
  setInterval(() => undefined, 1000);
}
