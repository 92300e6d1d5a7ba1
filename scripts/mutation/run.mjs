// Mutation testing of the judges: `npm run mutation`, or `npm run mutation -- --mutate src/drill/09-judge/judges/claims.ts`. Exits
// with Stryker's code, which is non-zero below the threshold of stryker.config.json.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { filesBelow, JUDGES, sourcesOf } from './programs.mjs';

const KEPT = '.mutation/incremental.json';
const SEAL = '.mutation/seal';
const REPORT = '.mutation/mutation.json';

setPriority(15);
forgetWhatOtherTestsSaid();
rmSync(REPORT, { force: true });
const began = Date.now();
const { status } = spawnSync('npx', ['stryker', 'run', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, MUTATION_ORIGINALS: process.cwd() },
});

const switchedOff = [...sourcesOf('.')].flatMap(([file, source]) =>
  source
    .split('\n')
    .flatMap((line, index) => (line.includes('Stryker disable') ? [`${file}:${index + 1}`] : [])),
);
console.log(
  `comments that switch it off: ${switchedOff.length}${switchedOff.map((at) => `\n  ${at}`).join('')}`,
);
console.log(existsSync(REPORT) ? scoreOf(JSON.parse(readFileSync(REPORT, 'utf8'))) : 'mutation score: none');
process.exitCode = status ?? 1;

/** Killed and timed out of all that were valid; what no test reaches counts as survived. */
function scoreOf({ files }) {
  const all = Object.values(files).flatMap(({ mutants }) => mutants.map((mutant) => mutant.status));
  const count = (...words) => all.filter((word) => words.includes(word)).length;
  const detected = count('Killed', 'Timeout');
  const valid = detected + count('Survived', 'NoCoverage');
  const minutes = ((Date.now() - began) / 60_000).toFixed(1);
  return `mutation score: ${((100 * detected) / valid).toFixed(2)} % (${detected} of ${valid} in ${minutes} minutes)`;
}

/** What is kept of an earlier run goes by the names of tests, not by what they say: it is worth something for the same tests alone. */
function forgetWhatOtherTestsSaid() {
  const hash = createHash('sha256');
  const tests = filesBelow('.', JUDGES).filter((file) => file.endsWith('.test.ts'));
  const others = ['test/judge', 'scripts/mutation', 'src/drill/model'].flatMap((folder) =>
    filesBelow('.', folder),
  );
  for (const file of [...tests, ...others, 'stryker.config.json'])
    if (statSync(file).isFile()) hash.update(`${file}\0`).update(readFileSync(file));
  hash.update(process.env.MUTATION_TESTS ?? '');
  const seal = hash.digest('hex');
  if (existsSync(SEAL) && readFileSync(SEAL, 'utf8') === seal) return;
  rmSync(KEPT, { force: true });
  mkdirSync('.mutation', { recursive: true });
  writeFileSync(SEAL, seal);
}
