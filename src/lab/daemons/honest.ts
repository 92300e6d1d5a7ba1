import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hostLayout } from '../layout.ts';
import { startProgram } from '../start-program.ts';
import { holdMs, withinMs } from '../variants/timing.ts';
import { runAgent } from './agent.ts';
import { type DaemonArguments, declareReady } from './daemon.ts';
import { dieWithLab } from './die-with-lab.ts';
import { helperOf, onTerm, spawnChild } from './offspring.ts';
import { whenHalted } from './other.ts';
import { runTrader } from './trader.ts';
import { runWatcher } from './watcher.ts';

/** Daemons that look odd in a process table and obey. */

/** A trader that finishes what it is doing before it ends. */
export function runSlowToEnd(daemon: DaemonArguments): void {
  runTrader(daemon);
  onTerm(() => setTimeout(() => process.exit(0), 0.3 * withinMs));
}

function askTheTime(): void {
  setInterval(() => startProgram('sh', ['-c', 'date'], { stdio: 'ignore' }), 1000);
}

/** A trader and an agent that run a shell every second. */
export function runTraderWithShell(daemon: DaemonArguments): void {
  runTrader(daemon);
  askTheTime();
}

export function runAgentWithShell(daemon: DaemonArguments): void {
  runAgent(daemon);
  askTheTime();
}

/** An agent with two workers of the same program, each of which is replaced after a while. */
export function runPrefork(daemon: DaemonArguments): void {
  const [, script = '', role] = process.argv;
  if (role === 'worker') {
    dieWithLab(daemon.root);
    setTimeout(() => process.exit(0), holdMs / 5);
    return;
  }
  const workers = new Set<ChildProcess>();
  const hire = (): void => {
    const worker = startProgram(process.execPath, [script, 'worker'], { stdio: 'ignore' });
    workers.add(worker);
    worker.once('exit', () => {
      workers.delete(worker);
      hire();
    });
  };
  process.on('exit', () => workers.forEach((worker) => void worker.kill('SIGKILL')));
  runAgent(daemon);
  hire();
  setTimeout(hire, holdMs / 10);
}

/** A trader whose helper ships what is in its log, and is meant to go on doing so. */
export function runWithShipper(daemon: DaemonArguments): void {
  runTrader(daemon);
  spawnChild(helperOf(daemon, 'log-shipper', ['daemons/honest.js', 'runIdle']));
}

/** A program that does nothing for as long as its lab lives. */
export function runIdle({ root }: DaemonArguments): void {
  dieWithLab(root);
}

/** A trader with two children which take a little longer than it does to end. */
export function runWithSlowChildren(daemon: DaemonArguments): void {
  runTrader(daemon);
  const child = helperOf(daemon, 'settlement', ['daemons/honest.js', 'runSlowChild']);
  spawnChild(child);
  spawnChild(child);
}

export function runSlowChild({ root }: DaemonArguments): void {
  dieWithLab(root);
  onTerm(() => setTimeout(() => process.exit(0), 0.2 * withinMs));
}

/** An agent and a watcher that read their settings again on SIGHUP, as daemons do, and go on. */
export function runReloadingAgent(daemon: DaemonArguments): void {
  runAgent(daemon);
  reloadOnHangup();
}

export function runReloadingWatcher(daemon: DaemonArguments): void {
  runWatcher(daemon);
  reloadOnHangup();
}

function reloadOnHangup(): void {
  process.removeAllListeners('SIGHUP');
  process.on('SIGHUP', () => undefined);
}

/** An agent that shows what it does in its title, as many servers do, once the fleet is halted. */
export function runTitled(daemon: DaemonArguments): void {
  runAgent(daemon);
  let served = 0;
  whenHalted(dirname(daemon.root), () => {
    setInterval(() => {
      served += 1;
      process.title = `scribe: ${served} of 10 served`;
    }, holdMs / 8);
  });
}

/** An agent that its operator has stopped before anything else happens; started once more, it runs. */
export function runPaused(daemon: DaemonArguments): void {
  const file = join(hostLayout(daemon.root).run, 'paused');
  if (!existsSync(file)) {
    writeFileSync(file, '');
    declareReady(daemon);
    process.exit(0);
  }
  runAgent(daemon);
}

/** A trader with a worker of its own, which it replaces all the time, and takes with it. */
export function runWithWorker(daemon: DaemonArguments): void {
  const [, script = '', role] = process.argv;
  if (role === 'worker') {
    dieWithLab(daemon.root);
    setTimeout(() => process.exit(0), holdMs / 6);
    return;
  }
  let worker: ChildProcess;
  const hire = (): void => {
    worker = startProgram(process.execPath, [script, 'worker'], { stdio: 'ignore' });
    worker.once('exit', hire);
  };
  process.on('exit', () => void worker.kill('SIGKILL'));
  runTrader(daemon);
  hire();
}

/** A trader whose log shipper, which may stay behind, is a shell that sleeps between two looks at the log. */
export function runWithShellShipper(daemon: DaemonArguments): void {
  runTrader(daemon);
  const { root } = hostLayout(daemon.root);
  const file = join(root, 'opt/invictus/libexec/log-shipper');
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `#!/bin/sh\nwhile [ -e ${JSON.stringify(root)} ]; do sleep 60; done\n`, {
    mode: 0o700,
  });
  spawnChild(['/bin/sh', file]);
}
