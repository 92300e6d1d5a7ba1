// Runs many clean drills on a machine that is kept busy, and counts: a clean drill must pass whatever else the machine does.
// usage: node scripts/soak.mjs [--drills 200] [--jobs 4] [--burners N]; exits 1 unless every drill was a bare pass.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { leftovers } from './leftovers.mjs';

const { values } = parseArgs({
  options: {
    drills: { type: 'string', default: '200' },
    jobs: { type: 'string', default: '4' },
    burners: { type: 'string', default: String(availableParallelism()) },
  },
});
const [drills, jobs, burners] = ['drills', 'jobs', 'burners'].map((name) => {
  if (!/^\d{1,5}$/.test(values[name])) throw new Error(`--${name} ${values[name]} is not a whole number`);
  return Number(values[name]);
});
if (drills === 0 || jobs === 0) throw new Error('a soak without drills proves nothing');

// Labs and reports go below a folder of our own: another lab on this machine is none of ours.
const own = mkdtempSync(join(tmpdir(), 'hd-soak-'));
const children = new Set();
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    interrupted = true;
    for (const child of children) child.kill('SIGINT');
  });

/** One clean drill, as an operator would run it; resolves with its exit code, its verdict and its last words. */
function drill(number) {
  const out = join(own, `drill-${number}`);
  const argv = [
    'drill',
    '--drill',
    'drills/selftest/level-2.yaml',
    '--lab',
    'reference',
    '--out',
    out,
    '--json',
  ];
  // In a session of its own: a terminal's Ctrl-C is for us, who pass it on once.
  const child = spawn(process.execPath, ['dist/main.js', ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: own },
    detached: true,
  });
  children.add(child);
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'])
    child[stream].setEncoding('utf8').on('data', (part) => {
      text[stream] += part;
    });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      children.delete(child);
      resolve({
        code: signal ?? code,
        verdict: parse(text.stdout),
        said: text.stderr.trimEnd().split('\n').at(-1),
        out,
      });
    });
  });
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const count = { clean: 0, alarms: 0, inconclusive: 0 };
let begun = 0;
let over = 0;

async function work() {
  while (begun < drills && !interrupted) {
    begun += 1;
    const number = begun;
    const { code, verdict, said, out } = await drill(number);
    if (interrupted) return;
    over += 1;
    if (code === 0 && verdict?.verdict === 'pass' && !verdict.qualified && verdict.findings.length === 0) {
      count.clean += 1;
      rmSync(out, { recursive: true, force: true });
    } else {
      // Not run, for a machine too busy, is no accusation, but no clean pass either.
      if (verdict?.verdict === 'inconclusive' || verdict?.verdict === 'not-run') count.inconclusive += 1;
      else count.alarms += 1;
      console.log(`drill ${number}: exit code ${code}: ${verdict?.headline ?? said}`);
      for (const finding of verdict?.findings ?? []) console.log(`    ${finding.code}: ${finding.message}`);
      console.log(`    kept in ${out}`);
    }
    if (over % 20 === 0) console.log(`… ${over} of ${drills}: ${line()}`);
  }
}

const line = () =>
  `${count.clean}/${over} clean passes, ${count.alarms} false alarms, ${count.inconclusive} inconclusive`;

// One busy loop a core, at normal priority, in threads, so that they end with this process however it ends.
const loops = Array.from({ length: burners }, () => new Worker('for (;;) Math.random();', { eval: true }));
const beganMs = performance.now();
await Promise.all(Array.from({ length: jobs }, work));
await Promise.all(loops.map((loop) => loop.terminate()));

const left = leftovers([`${own}/`]);
for (const process of left) console.log(`left behind: ${process}`);
console.log(
  `${line()} (${Math.round((performance.now() - beganMs) / 1000)} s, ${jobs} at a time, ${burners} burners)`,
);
if (interrupted) console.log('interrupted');
const clean = count.clean === drills && left.length === 0;
if (clean) rmSync(own, { recursive: true, force: true });
process.exitCode = clean ? 0 : 1;
