import { type ChildProcess, spawn } from 'node:child_process';
import { holdMs, withinMs } from '../variants/timing.ts';
import { runAgent } from './agent.ts';
import type { DaemonArguments } from './daemon.ts';
import { dieWithLab } from './die-with-lab.ts';
import { helperOf, onTerm, spawnChild } from './offspring.ts';
import { runTrader } from './trader.ts';
import { runWatcher } from './watcher.ts';

/** Daemons that look odd in a process table and obey. */

/** A trader that finishes what it is doing before it ends. */
export function runSlowToEnd(daemon: DaemonArguments): void {
  runTrader(daemon);
  onTerm(() => setTimeout(() => process.exit(0), 0.3 * withinMs));
}

function askTheTime(): void {
  setInterval(() => spawn('sh', ['-c', 'date'], { stdio: 'ignore' }), 1000);
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
    const worker = spawn(process.execPath, [script, 'worker'], { stdio: 'ignore' });
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
