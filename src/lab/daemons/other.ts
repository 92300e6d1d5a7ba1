import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTicksOf } from '../proc-table.ts';
import { pidFileOf } from './daemon.ts';

/** The pid that a daemon last wrote, or null where it has written none. */
export function pidIn(file: string): number | null {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

/** Whether the daemon that wrote this pid file is alive. */
export function isUp(file: string): boolean {
  const pid = pidIn(file);
  return pid !== null && startTicksOf(pid) !== null;
}

/**
 * Looks, each time it is called, whether hermes on tesseract, after it has been up, is gone, and returns the pid that it had: that
 * is how a bystander knows of a halt. A watcher that starts in a halt finds hermes down, and that is none.
 */
export function haltWatch(labRoot: string): () => number | null {
  const file = pidFileOf(join(labRoot, 'tesseract'), 'hermes');
  let last: number | null = null;
  return () => {
    if (!isUp(file)) return last;
    last = pidIn(file);
    return null;
  };
}

/** Calls `act` once, at the first halt. */
export function whenHalted(labRoot: string, act: (hermes: number) => void): void {
  const look = haltWatch(labRoot);
  const timer = setInterval(() => {
    const hermes = look();
    if (hermes === null) return;
    clearInterval(timer);
    act(hermes);
  }, 20);
}
