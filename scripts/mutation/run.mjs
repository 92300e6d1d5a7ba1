// Mutation testing of the judges: `npm run mutation`, or `npm run mutation -- --mutate src/drill/09-judge/claims.ts`. Exits
// with Stryker's code, which is non-zero below the threshold of stryker.config.json.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setPriority } from 'node:os';

const JUDGES = 'src/drill/09-judge';

setPriority(15);
const { status } = spawnSync('npx', ['stryker', 'run', ...process.argv.slice(2)], { stdio: 'inherit' });

const switchedOff = readdirSync(JUDGES)
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) =>
    readFileSync(`${JUDGES}/${file}`, 'utf8')
      .split('\n')
      .flatMap((line, index) => (line.includes('Stryker disable') ? [`${JUDGES}/${file}:${index + 1}`] : [])),
  );
console.log(`mutation score: ${scoreOf(JSON.parse(readFileSync('.mutation/mutation.json', 'utf8')))} %`);
console.log(
  `comments that switch it off: ${switchedOff.length}${switchedOff.map((where) => `\n  ${where}`).join('')}`,
);
process.exitCode = status ?? 1;

/** Killed and timed out of all that were valid; what no test reaches counts as survived. */
function scoreOf({ files }) {
  const all = Object.values(files).flatMap(({ mutants }) => mutants.map((mutant) => mutant.status));
  const detected = all.filter((word) => word === 'Killed' || word === 'Timeout').length;
  const undetected = all.filter((word) => word === 'Survived' || word === 'NoCoverage').length;
  return ((100 * detected) / (detected + undetected)).toFixed(2);
}
