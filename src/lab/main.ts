import { fstatSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { labLayout, labPrefix } from './layout.ts';
import { howToLookAt } from './look-at.ts';
import { waitUntilReady } from './ready.ts';
import { type Fleet, startFleet } from './start-fleet.ts';
import { killProcessesOf, ownRecord, processesOf, sweepDeadLabs } from './sweep.ts';
import { variantNamed, variants } from './variants/variants.ts';
import { waitUntil } from './wait-until.ts';

/** How long the fleet has to end by itself before what is left is killed, in ms. */
const farewellMs = 1000;

interface Options {
  readonly variant: string;
  /** For a person at a terminal: how to look at the lab, in place of one line of JSON. */
  readonly watch: boolean;
  /** Starts nothing; prints what there is to start. */
  readonly catalogue: boolean;
}

/**
 * `main.js --variant NAME [--watch]`: starts the fleet, says on stdout that it is ready, and ends, with every process
 * and file of it gone, on SIGTERM, SIGINT, SIGHUP, or when stdin closes. Exit code 0 then, and 1 when it could not start.
 * With `--catalogue` it only prints which variants there are, as one line of JSON.
 */
async function main(): Promise<number> {
  const ended = endOfLab();
  let watch = false;
  try {
    const options = readOptions();
    watch = options.watch;
    if (options.catalogue) {
      process.stdout.write(`${JSON.stringify(catalogue())}\n`);
      return 0;
    }
    followStdin(watch, ended.now);
    process.stdout.on('error', ended.now);
    await run(options, ended);
    return 0;
  } catch (error) {
    const { message } = error as Error;
    if (watch) process.stderr.write(`lab: ${message}\n`);
    else process.stdout.write(`${JSON.stringify({ ready: false, error: message })}\n`);
    return 1;
  }
}

/** Every variant by name, with what it is, at which seams it is twisted, and what a drill of it must show. */
function catalogue(): unknown {
  return Object.entries(variants).map(([name, { about, expect, alone = false, ...seams }]) => ({
    name,
    about,
    seams: Object.keys(seams),
    alone,
    expect,
  }));
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      variant: { type: 'string', default: 'reference' },
      watch: { type: 'boolean', default: false },
      catalogue: { type: 'boolean', default: false },
    },
  });
  variantNamed(values.variant);
  if (process.platform !== 'linux') throw new Error('the embedded lab needs Linux: it reads /proc');
  return values;
}

async function run({ variant, watch }: Options, ended: EndOfLab): Promise<void> {
  const parent = realpathSync(tmpdir());
  const lab = labLayout(mkdtempSync(join(parent, labPrefix)));
  const record = ownRecord(lab.root);
  writeFileSync(lab.record, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  let fleet: Fleet | null = null;
  try {
    const swept = sweepDeadLabs(parent);
    fleet = await startFleet(lab, variant);
    await swept;
    await Promise.race([waitUntilReady(lab, fleet), ended.asked]);
    if (ended.isAsked()) return;
    process.stdout.write(
      watch
        ? howToLookAt(lab, fleet, variant, variantNamed(variant).about)
        : `${JSON.stringify({ ready: true, variant, root: lab.root, pid: process.pid, env: fleet.env })}\n`,
    );
    await Promise.race([ended.asked, deathOfChild(fleet)]);
  } finally {
    for (const child of fleet?.children.values() ?? []) child.stdin?.destroy();
    const gone = (): boolean => processesOf(lab.root, record.startTicks).length === 0;
    await waitUntil(gone, farewellMs, () => 'some are slow', 50).catch(() => undefined);
    await killProcessesOf(lab.root, record.startTicks);
    rmSync(lab.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A lab without one of its hosts, or its exchange, is none: its end is an error. */
function deathOfChild({ children }: Fleet): Promise<never> {
  return new Promise((_resolve, reject) => {
    for (const [name, child] of children) {
      child.once('exit', () => reject(new Error(`${name} ended while the lab ran`)));
    }
  });
}

interface EndOfLab {
  /** Resolves once somebody wants the lab to end. */
  readonly asked: Promise<void>;
  readonly isAsked: () => boolean;
  readonly now: () => void;
}

function endOfLab(): EndOfLab {
  let isAsked = false;
  let resolve = (): void => undefined;
  const asked = new Promise<void>((resolveAsked) => {
    resolve = resolveAsked;
  });
  const now = (): void => {
    isAsked = true;
    resolve();
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, now);
  return { asked, isAsked: () => isAsked, now };
}

/** A terminal, or /dev/null, does not say by its end that a watched lab should go; a pipe does. */
function followStdin(watch: boolean, end: () => void): void {
  const stdin = fstatSync(0);
  if (watch && !stdin.isFIFO() && !stdin.isSocket()) return;
  process.stdin.on('end', end);
  process.stdin.on('error', end);
  process.stdin.resume();
}

process.exitCode = await main();
// Whatever still holds the event loop (an open stdin, say) must not hold the process.
process.stdin.destroy();
