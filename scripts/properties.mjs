import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';

// The property tests of the judges, with many runs and a fresh seed, which is printed: HALTDRILL_RUNS and HALTDRILL_SEED choose others.
const { HALTDRILL_RUNS = '3000', HALTDRILL_SEED = String(randomInt(2 ** 31)) } = process.env;
console.log(`${HALTDRILL_RUNS} runs of each property, HALTDRILL_SEED=${HALTDRILL_SEED}`);
const vitest = ['vitest', 'run', '--project', 'unit', '--testTimeout', '7200000', 'test/judge/properties'];
const { status } = spawnSync('npx', [...vitest, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, HALTDRILL_RUNS, HALTDRILL_SEED },
});
process.exitCode = status ?? 1;
