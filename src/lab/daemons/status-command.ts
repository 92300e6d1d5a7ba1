import { runBroker } from '../broker/main.ts';
import { holdMs } from '../variants/timing.ts';
import type { DaemonArguments } from './daemon.ts';

/** A broker whose program is also its status command, which takes a while to answer. */
export function runBrokerOrStatus(daemon: DaemonArguments): void {
  if (process.argv[2] === 'status') setTimeout(() => process.exit(0), holdMs / 8);
  else void runBroker(daemon);
}
