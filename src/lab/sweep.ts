import { lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { labLayout, labPrefix, rootVariable } from './layout.ts';
import { argvOf, bootId, findProcesses, type LabProcess, startTicksOf } from './proc-table.ts';
import { waitUntil } from './wait-until.ts';

/** What a running lab leaves in its folder so that a later one can tell whether it is still alive. */
export interface LabRecord {
  readonly root: string;
  readonly pid: number;
  readonly startTicks: number;
  readonly bootId: string;
  readonly script: string;
}

/** The record of this very process as the lab main of `root`. */
export function ownRecord(root: string): LabRecord {
  const startTicks = startTicksOf(process.pid);
  if (startTicks === null) throw new Error('the lab needs a readable /proc');
  return { root, pid: process.pid, startTicks, bootId: bootId(), script: scriptOf(process.pid) };
}

/** The processes of the lab at `root`: those that were started with its marker, or run a script in its folder. */
export function processesOf(root: string, sinceTicks: number): LabProcess[] {
  const marker = `${rootVariable}=${root}`;
  const folder = `${root}/`;
  return findProcesses(
    sinceTicks,
    (argv, environment) => environment.includes(marker) || (argv[1]?.startsWith(folder) ?? false),
  );
}

/**
 * Ends every process of the lab at `root` with SIGKILL and waits until none is left.
 * Pids are read again with their start time just before each signal, so that a reused pid is left alone.
 * @throws Error when some are still there after `limitMs` milliseconds.
 */
export async function killProcessesOf(root: string, sinceTicks: number, limitMs = 3000): Promise<void> {
  let left: LabProcess[] = [];
  await waitUntil(
    () => {
      left = processesOf(root, sinceTicks);
      for (const { pid, startTicks } of left) {
        if (startTicksOf(pid) === startTicks) kill(pid);
      }
      return left.length === 0;
    },
    limitMs,
    () => `these processes of ${root} cannot be ended: ${left.map(({ pid }) => pid).join(', ')}`,
  );
}

/**
 * Ends what labs that were killed left behind in `parent`, and removes their folders.
 * A lab whose main process still lives is left alone, and so are folders of other users.
 * @returns the roots that were removed.
 */
export async function sweepDeadLabs(parent: string): Promise<string[]> {
  const removed: string[] = [];
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(labPrefix)) continue;
    const root = join(parent, name);
    try {
      if (await sweep(root)) removed.push(root);
    } catch (error) {
      // Another lab that starts at this moment may have been first.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      process.stderr.write(`lab: could not clean up ${root}: ${(error as Error).message}\n`);
    }
  }
  return removed;
}

async function sweep(root: string): Promise<boolean> {
  const info = lstatSync(root);
  if (!info.isDirectory() || info.uid !== process.getuid?.()) return false;
  const record = readRecord(root);
  if (record === null) {
    // A lab writes its record at once: a folder without one is either a second old or was abandoned.
    if (Date.now() - info.mtimeMs < 60_000) return false;
  } else if (record.root !== root || isAlive(record)) {
    return false;
  } else if (record.bootId === bootId()) {
    await killProcessesOf(root, record.startTicks);
  }
  rmSync(root, { recursive: true, force: true });
  return true;
}

function isAlive(record: LabRecord): boolean {
  return (
    record.bootId === bootId() &&
    startTicksOf(record.pid) === record.startTicks &&
    scriptOf(record.pid) === record.script
  );
}

/** The script that a process runs, as its command line has it: a path there may be relative. */
function scriptOf(pid: number): string {
  return argvOf(pid)[1] ?? '';
}

function readRecord(root: string): LabRecord | null {
  try {
    const record = JSON.parse(readFileSync(labLayout(root).record, 'utf8')) as Partial<LabRecord>;
    const { pid, startTicks, script } = record;
    if (typeof record.root !== 'string' || typeof record.bootId !== 'string') return null;
    if (typeof pid !== 'number' || typeof startTicks !== 'number' || typeof script !== 'string') return null;
    return { root: record.root, pid, startTicks, bootId: record.bootId, script };
  } catch {
    return null;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone meanwhile; the next look decides.
  }
}
