import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostLayout } from '../layout.ts';

/** How a daemon is started: by a small script in its host's folder. */
export interface DaemonArguments {
  readonly service: string;
  /** Root folder of its host. */
  readonly root: string;
}

/** What the daemons of a host are told, in `etc/invictus.json`. */
export interface DaemonConfig {
  readonly exchangeUrl: string;
  readonly exchangeToken: string;
  readonly brokerUrl: string;
  readonly agentToken: string;
  readonly assets: readonly string[];
  readonly agents: readonly string[];
}

/** Reads the host's configuration and makes the process end at once, with 0, on SIGTERM and its like. */
export function beginDaemon(daemon: DaemonArguments): DaemonConfig {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => process.exit(0));
  return JSON.parse(readFileSync(hostLayout(daemon.root).daemonConfig, 'utf8')) as DaemonConfig;
}

/** Says that the daemon works: its pid file names this life. */
export function declareReady(daemon: DaemonArguments): void {
  writeFileSync(pidFileOf(daemon.root, daemon.service), `${process.pid}\n`);
}

/** The file in which a service of the host at `root` writes its pid once it works. */
export function pidFileOf(root: string, service: string): string {
  return join(hostLayout(root).run, `${service}.pid`);
}
