import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installScript } from '../entry.ts';
import { requestJson } from '../http-client.ts';
import { hostLayout } from '../layout.ts';
import { startProgram } from '../start-program.ts';
import type { DaemonArguments, DaemonConfig } from './daemon.ts';
import { dieWithLab } from './die-with-lab.ts';

/** Time between two orders of a helper, in ms: several for each asset in any second. */
const everyMs = 60;

/** A trader's helper: a program with a name of its own that places orders for the account and heeds no signal. */
export function runHelper({ service, root }: DaemonArguments): void {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
  dieWithLab(root);
  const {
    assets,
    exchangeUrl,
    exchangeToken: token,
  } = JSON.parse(readFileSync(hostLayout(root).daemonConfig, 'utf8')) as DaemonConfig;
  let turn = 0;
  const trade = (): void => {
    const asset = assets[turn % assets.length] ?? '';
    const side = Math.floor(turn / assets.length) % 2 === 0 ? 'buy' : 'sell';
    turn += 1;
    const body = { asset, account: service, side, quantity: 1, type: 'market' };
    requestJson('POST', `${exchangeUrl}/v1/orders`, { body, token }).catch(() => undefined);
  };
  setInterval(trade, everyMs);
}

/** Installs the helper of a daemon under a name of its own on its host, and returns its command line. */
export function helperOf(
  daemon: DaemonArguments,
  name: string,
  [module, call]: readonly [module: string, call: string] = ['daemons/offspring.js', 'runHelper'],
): readonly string[] {
  const file = join(hostLayout(daemon.root).root, 'opt/invictus/libexec', name);
  return [process.execPath, installScript(file, { module, call, settings: daemon })];
}

/** Starts a child in a session of its own, which a signal to this process's group does not reach. */
export function spawnChild([file = '', ...args]: readonly string[]): void {
  startProgram(file, args, { detached: true, stdio: 'ignore' }).unref();
}

/**
 * Starts a grandchild whose parent, a shell in a session of its own, ends after `shellMs`: pid 1, or whoever reaps for it,
 * adopts it. Resolves once the shell is gone.
 */
export function forkTwice(program: readonly string[], shellMs = 0): Promise<void> {
  const shell = startProgram('sh', ['-c', `"$@" & sleep ${shellMs / 1000}`, 'sh', ...program], {
    detached: true,
    stdio: 'ignore',
  });
  return new Promise((resolve) => shell.once('exit', () => resolve()));
}

/** Replaces what this process does on SIGTERM. */
export function onTerm(act: () => void): void {
  process.removeAllListeners('SIGTERM');
  process.on('SIGTERM', act);
}
