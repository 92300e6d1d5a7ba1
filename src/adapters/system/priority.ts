import { getPriority, setPriority } from 'node:os';

/** A nice value; negative ones need CAP_SYS_NICE or a limit that allows it (setpriority(2)). */
const WATCHER = -10;

/**
 * Asks that this process, and what it starts from now on (a local probe among them), is run before others: a watcher that has
 * to wait for its turn on a busy machine sees gaps that are not there. Where that is refused, all stays as it is: gaps are
 * then found, and said to be gaps. On Linux it is this thread's priority that is raised, which is the one that samples.
 */
export function raisePriority(): void {
  try {
    if (getPriority() > WATCHER) setPriority(WATCHER);
  } catch {
    // EPERM or EACCES: an ordinary user.
  }
}
