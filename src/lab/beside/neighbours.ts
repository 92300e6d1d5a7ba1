import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pidFileOf } from '../daemons/daemon.ts';
import { pidIn, whenHalted } from '../daemons/other.ts';
import { installScript } from '../entry.ts';
import { startTicksOf } from '../proc-table.ts';
import { startProgram } from '../start-program.ts';
import { holdMs } from '../variants/timing.ts';
import type { LabSite } from '../variants/variant.ts';
import { waitUntil } from '../wait-until.ts';

/** Neighbours of the fleet on the machine that its hosts are: they are none of its services, whatever they look like. */

/** Starts a process that goes with this one, its children too; `as` is what it shows as argv[0]. */
export function neighbour([file = '', ...args]: readonly string[], as = file): ChildProcess {
  const child = startProgram(file, args, { stdio: 'ignore', argv0: as, detached: true });
  const end = (): void => void (child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'));
  process.on('exit', end);
  child.once('exit', () => process.off('exit', end));
  return child;
}

/** An exporter whose name begins with a service's, on its host, and somebody who reads the service's log. */
export async function lookAlikes({ lab }: LabSite): Promise<void> {
  const { root, services, log } = lab.tesseract;
  const entry = { module: 'daemons/honest.js', call: 'runIdle', settings: { service: '', root } };
  neighbour([process.execPath, installScript(join(services, 'hermes-exporter'), entry)]);
  neighbour(['tail', '-f', join(log, 'hermes.log')]);
}

/** A supervisor, a launchctl and an editor with the service in their argv. */
export async function carriers({ lab }: LabSite): Promise<void> {
  const { services, etc } = lab.tesseract;
  const hermes = join(services, 'hermes');
  const asleep = ['sh', '-c', 'sleep 86400; :'];
  neighbour([...asleep, 'launchd', 'com.invictus.hermes', hermes], 'launchd');
  neighbour([...asleep, 'print', 'system/com.invictus.hermes'], 'launchctl');
  neighbour([...asleep, join(etc, 'hermes.conf'), hermes], 'vi');
  neighbour(['tail', '-f', '-n', '0', join(etc, 'invictus.json'), `${hermes}.bak`], 'hermes');
}

/** Strangers that begin and end all the time, some of them for a second or two. */
export async function passersBy(): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    neighbour(['sleep', String((turn % 4) * 0.6 + 0.2)]);
    await pause(300);
  }
}

/** A machine on which many programs a second are run, each for a few milliseconds. */
export async function forking(): Promise<void> {
  const again = async (): Promise<never> => {
    for (;;) {
      await new Promise((resolve) => neighbour(['sh', '-c', ':; true']).once('exit', resolve));
      await pause(20);
    }
  };
  await Promise.all([again(), again(), again()]);
}

/** Every core of the machine busy. */
export async function busy(): Promise<void> {
  for (let core = 0; core < availableParallelism(); core++) neighbour(['sh', '-c', 'while :; do :; done']);
}

/** Renames the logs of both hosts once a second, and the heartbeats once, in the halt: nobody who writes them is asked. */
export async function rotating({ lab }: LabSite): Promise<void> {
  const rotate = (folder: string, what: RegExp, turn: number): void => {
    for (const name of readdirSync(folder).filter((one) => what.test(one))) {
      renameSync(join(folder, name), join(folder, `${name}.${turn % 3}`));
    }
  };
  whenHalted(lab.root, () => rotate(lab.knox.run, /\.heartbeat$/, 0));
  for (let turn = 0; ; turn += 1) {
    for (const { log } of [lab.knox, lab.tesseract]) rotate(log, /\.log$/, turn);
    await pause(1000);
  }
}

/** Has the two that know how to read their settings again do so, several times in a hold. */
export async function hangingUp({ lab }: LabSite): Promise<void> {
  whenHalted(lab.root, () => {
    setInterval(() => {
      for (const service of ['archivist', 'sentinel']) {
        const pid = pidIn(pidFileOf(lab.knox.root, service));
        if (pid !== null) process.kill(pid, 'SIGHUP');
      }
    }, holdMs / 8);
  });
}

/** The pid that the kernel gave last; the next one is the first free above it (proc(5)). Root alone may write it. */
const lastPid = '/proc/sys/kernel/ns_last_pid';

/** Gives hermes's pid, as soon as it is free, to a stranger who stays. Says so where this machine does not allow it. */
export async function reusingPid({ lab }: LabSite): Promise<void> {
  whenHalted(lab.root, (hermes) => {
    void takeOver(hermes).catch((error: unknown) => {
      process.stderr.write(`lab: pid ${hermes} could not be given to a stranger: ${String(error)}\n`);
    });
  });
}

async function takeOver(pid: number): Promise<void> {
  await waitUntil(
    () => !existsSync(`/proc/${pid}`),
    holdMs,
    () => 'it is still taken',
  );
  const before = readFileSync(lastPid, 'utf8');
  const tryOnce = (): boolean => {
    writeFileSync(lastPid, String(pid - 1));
    const child = neighbour(['sleep', '86400']);
    if (child.pid === pid) return true;
    child.kill('SIGKILL');
    return startTicksOf(pid) !== null;
  };
  await waitUntil(tryOnce, holdMs / 4, () => 'others were faster', 1);
  writeFileSync(lastPid, before);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
