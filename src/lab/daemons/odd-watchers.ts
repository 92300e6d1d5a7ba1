import { dirname } from 'node:path';
import type { DaemonArguments } from './daemon.ts';
import { whenHalted } from './other.ts';
import { runWatcher } from './watcher.ts';

/** A watcher that goes on living after a halt, and does nothing any more. */
export function runIdle(daemon: DaemonArguments): void {
  const timer = runWatcher(daemon);
  whenHalted(dirname(daemon.root), () => {
    clearInterval(timer);
    // Somebody who is there.
    setInterval(() => undefined, 1000);
  });
}

/** A watcher that falls over at a halt. */
export function runFalling(daemon: DaemonArguments): void {
  runWatcher(daemon);
  whenHalted(dirname(daemon.root), () => process.exit(1));
}

/** A watcher that is frozen at a halt. */
export function runFreezing(daemon: DaemonArguments): void {
  runWatcher(daemon);
  whenHalted(dirname(daemon.root), () => process.kill(process.pid, 'SIGSTOP'));
}
