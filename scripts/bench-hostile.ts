// Drills a fleet of two hosts with the built program, one of which turns hostile when the halt is triggered, and prints target and
// figure for each way in which it does: peak resident memory of the runner, the longest hold of its event loop while it samples, and how
// far apart the samples of the honest host are beside that of a drill in which both are calm. A missed target exits 1 only with
// --strict; a drill without a verdict always does.
// usage: npm run bench:hostile -- [--strict] [behaviour ...]; all of them where none is named.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Entry } from '../src/drill/model/journal.ts';
import { type Behaviour, TURNS } from '../test/hostile/hostile-host.ts';
import { startHostileFleet } from '../test/support/hostile-fleet.ts';

/** MB of memory; ms without a turn of the loop; how many times as far apart as with a calm host. */
const TARGET = { mb: 256, holdMs: 100, times: 2 } as const;
const BINARY = resolve('dist/main.js');
const MEASURING = resolve('scripts/loop-holds.mjs');

interface Figures {
  readonly code: number | null;
  readonly mb: number;
  readonly holdMs: number;
  /** Of the honest host, from the halt on. */
  readonly gapMs: number;
  readonly seconds: number;
}

function drill(behaviour: Behaviour): Figures {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'haltdrill-bench-'));
  const fleet = startHostileFleet(folder, behaviour);
  try {
    const figures = join(folder, 'figures.json');
    const began = performance.now();
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', MEASURING, BINARY, 'drill', '--level', '2', '--json'],
      {
        cwd: folder,
        encoding: 'utf8',
        env: {
          PATH: `${fleet.bin}:${process.env.PATH ?? ''}`,
          HOME: process.env.HOME ?? '/',
          HALTDRILL_BENCH: figures,
        },
        maxBuffer: 64 << 20,
      },
    );
    const seconds = (performance.now() - began) / 1000;
    if (!stdout.startsWith('{')) throw new Error(`${behaviour}: no verdict, exit code ${status}\n${stderr}`);
    const reports = join(folder, 'reports');
    const [report = ''] = readdirSync(reports).filter((name) => name.includes('level-2'));
    const journal = readFileSync(join(reports, report, 'journal.jsonl'), 'utf8')
      .trim()
      .split('\n');
    return { code: status, seconds, ...figuresOf(journal, JSON.parse(readFileSync(figures, 'utf8'))) };
  } finally {
    fleet.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

function figuresOf(
  journal: readonly string[],
  { holds, peakKib }: { readonly holds: readonly (readonly [number, number])[]; readonly peakKib: number },
): Pick<Figures, 'mb' | 'holdMs' | 'gapMs'> {
  const sent: number[] = [];
  let haltMs = Number.POSITIVE_INFINITY;
  let lastMs = 0;
  for (const line of journal) {
    const entry = JSON.parse(line) as Entry;
    if (entry.kind === 'stage' && entry.stage === 'trigger' && entry.event === 'begin') haltMs = entry.atMs;
    if (entry.kind !== 'sample') continue;
    lastMs = Math.max(lastMs, entry.sample.receivedMs);
    if (entry.sample.host === 'here' && entry.sample.sentMs > haltMs) sent.push(entry.sample.sentMs);
  }
  const gaps = sent.slice(1).map((ms, at) => ms - (sent[at] as number));
  const sampling = holds.filter(([atMs]) => atMs > haltMs && atMs < lastMs).map(([, ms]) => ms);
  return { mb: (peakKib * 1024) / 1e6, holdMs: Math.max(0, ...sampling), gapMs: p99(gaps) };
}

const p99 = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? Number.POSITIVE_INFINITY;

const words = process.argv.slice(2).filter((word) => word !== '--strict');
const asked = words.length === 0 ? TURNS : TURNS.filter((one) => words.includes(one));
const calm = drill('calm');
if (calm.code !== 0) throw new Error(`the drill of a calm fleet ended with exit code ${calm.code}`);
const atMost = Math.round(calm.gapMs * TARGET.times);
console.log(
  `targets: memory at most ${TARGET.mb} MB, loop held at most ${TARGET.holdMs} ms, samples of the honest host at most ${atMost} ms apart at p99, which is ${TARGET.times} times those of the calm drill`,
);
let missed = 0;
for (const behaviour of ['calm', ...asked] as const) {
  const { code, mb, holdMs, gapMs, seconds } = behaviour === 'calm' ? calm : drill(behaviour);
  const met = mb <= TARGET.mb && holdMs <= TARGET.holdMs && gapMs <= atMost;
  if (!met) missed += 1;
  const times = (gapMs / calm.gapMs).toFixed(1);
  console.log(
    `${met ? 'ok    ' : 'MISSED'}  ${behaviour.padEnd(14)} ${mb.toFixed(0).padStart(4)} MB  held ${holdMs.toFixed(0).padStart(4)} ms  apart ${gapMs.toFixed(0).padStart(4)} ms (${times} times)  exit code ${code} after ${seconds.toFixed(0)} s`,
  );
}
process.exitCode = process.argv.includes('--strict') && missed > 0 ? 1 : 0;
