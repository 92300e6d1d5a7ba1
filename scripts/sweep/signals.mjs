// Interrupts a live drill at random moments after its trigger, by SIGINT to the runner's own process, and looks without it whether the fleet is back.
// usage: node scripts/sweep/signals.mjs [--times 50] [--jobs 3] [--seed N]; the last line is `restored N/N`.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { leftovers } from '../leftovers.mjs';
import { drillArgv, drillFolder, haltdrill, startFleet } from './fleet.mjs';

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '50' },
    jobs: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
  },
});
/** From the trigger to the undo of a self-test drill, at the least: the hold. */
const SPAN_MS = 5000;
let state = Number(values.seed);
// A linear congruential generator: the same seed, the same moments.
const random = () => {
  state = (state * 1103515245 + 12345) % 2 ** 31;
  return state / 2 ** 31;
};
const own = mkdtempSync(join(tmpdir(), 'hd-signals-'));
const fleets = await Promise.all(
  Array.from({ length: Number(values.jobs) }, (_, job) => startFleet(own, `signals-${job + 1}`)),
);
const queue = Array.from({ length: Number(values.times) }, (_, n) => ({
  n,
  level: 1 + (n % 3),
  afterMs: Math.round(random() * SPAN_MS),
}));
console.log(`seed ${values.seed}: ${queue.length} moments, ${fleets.length} fleets at a time`);
const total = queue.length;
const failures = [];
try {
  await Promise.all(
    fleets.map(async (fleet) => {
      for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
        const trouble = await interrupt(fleet, one).catch((error) => [String(error)]);
        console.log(
          `${trouble.length === 0 ? 'restored' : 'NOT RESTORED'}  level ${one.level}, ${one.afterMs} ms after the trigger${trouble.map((line) => `\n    ${line}`).join('')}`,
        );
        if (trouble.length > 0) failures.push(one);
      }
    }),
  );
} finally {
  await Promise.all(fleets.map((fleet) => fleet.stop()));
}
const left = leftovers([
  own,
  ...fleets.flatMap(({ name }) => [`haltdrill-probe ${name}`, `haltdrill-canary ${name}`]),
]);
for (const line of left) console.log(`left running: ${line}`);
if (failures.length === 0 && left.length === 0) rmSync(own, { recursive: true, force: true });
else console.log(`kept in ${own}`);
console.log(`restored ${total - failures.length}/${total}`);
process.exitCode = failures.length === 0 && left.length === 0 ? 0 : 1;

async function interrupt(fleet, { n, level, afterMs }) {
  const out = join(own, `${n}`);
  let timer;
  const ran = await haltdrill(fleet, drillArgv(level, out), {
    started: (child, { stderr }) => {
      if (timer === undefined && stderr.includes('stage trigger begins'))
        timer = setTimeout(() => child.kill('SIGINT'), afterMs);
    },
  });
  clearTimeout(timer);
  const trouble = await fleet.trouble();
  if (ran.code !== 4)
    trouble.push(`it ended with ${ran.code ?? ran.signal}, not 4: ${ran.stderr.trim().split('\n').at(-1)}`);
  const verdict = JSON.parse(readFileSync(join(drillFolder(out), 'verdict.json'), 'utf8'));
  if (verdict.verdict !== 'aborted' || verdict.fleet !== 'restored')
    trouble.push(`the verdict is ${verdict.verdict}, the fleet ${verdict.fleet}`);
  const probes = leftovers([verdict.drillId]);
  if (probes.length > 0) trouble.push(`left running: ${probes.join(', ')}`);
  if (trouble.length === 0) rmSync(out, { recursive: true, force: true });
  return trouble;
}
