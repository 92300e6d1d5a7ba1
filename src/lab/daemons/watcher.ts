import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostLayout } from '../layout.ts';
import { beginDaemon, type DaemonArguments, declareReady } from './daemon.ts';

const everyMs = 250;

/** A watcher: rewrites its heartbeat file, whole and at once (rename(2)), with a counter that only grows, by the timer returned. */
export function runWatcher(daemon: DaemonArguments): NodeJS.Timeout {
  beginDaemon(daemon);
  const file = heartbeatFileOf(daemon.root, daemon.service);
  let beat = 0;
  const write = (): void => {
    beat += 1;
    const { service } = daemon;
    const text = JSON.stringify({ service, pid: process.pid, beat, at: new Date().toISOString() });
    writeFileSync(`${file}.new`, `${text}\n`);
    renameSync(`${file}.new`, file);
  };
  write();
  declareReady(daemon);
  return setInterval(write, everyMs);
}

/** The heartbeat file of a watcher on the host at `root`. */
export function heartbeatFileOf(root: string, service: string): string {
  return join(hostLayout(root).run, `${service}.heartbeat`);
}
