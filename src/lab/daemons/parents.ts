import { dirname, join } from 'node:path';
import { hostLayout } from '../layout.ts';
import { maxGapMs, withinMs } from '../variants/timing.ts';
import { waitUntil } from '../wait-until.ts';
import { type DaemonArguments, pidFileOf } from './daemon.ts';
import { forkTwice, helperOf, onTerm, spawnChild } from './offspring.ts';
import { isUp } from './other.ts';
import { runTrader } from './trader.ts';

/** Long enough for any sampling to see who is whose child, in ms, and short enough for the deadline. */
const lingerMs = 1.2 * maxGapMs;

/** A trader with a child that goes on without it. */
export function runWithChild(daemon: DaemonArguments): void {
  runTrader(daemon);
  spawnChild(helperOf(daemon, 'order-feed'));
}

/** A trader that, told to end, hands its work to a process which a shell between them leaves to pid 1. */
export function runForkingTwice(daemon: DaemonArguments): void {
  runTrader(daemon);
  onTerm(() => {
    void forkTwice(helperOf(daemon, 'order-feed'), lingerMs).then(() => process.exit(0));
  });
}

/** A trader whose helper was left to pid 1 when the trader began. */
export function runForkedBefore(daemon: DaemonArguments): void {
  runTrader(daemon);
  void forkTwice(helperOf(daemon, 'order-feed'));
}

/** A trader that, told to end, waits until hermes is down, starts it again, past its supervisor, and ends. */
export function runReviver(daemon: DaemonArguments): void {
  runTrader(daemon);
  const hermes = join(hostLayout(daemon.root).services, 'hermes');
  const down = (): boolean => !isUp(pidFileOf(daemon.root, 'hermes'));
  onTerm(() => {
    void waitUntil(down, withinMs, () => '')
      .then(() => forkTwice([process.execPath, hermes]))
      .finally(() => process.exit(0));
  });
}

/** A trader that, told to end, leaves a child behind which runs the program of another host's scribe. */
export function runLeavingNeighbour(daemon: DaemonArguments): void {
  runTrader(daemon);
  const neighbour = join(hostLayout(join(dirname(daemon.root), 'knox')).services, 'scribe');
  onTerm(() => {
    spawnChild([process.execPath, neighbour]);
    setTimeout(() => process.exit(0), lingerMs / 2);
  });
}
