// Kills the runner of a live drill after every act that its journal records, before, under way and after, and after evidence records spread
// over it; then has the drill recovered, and looks without the runner whether the fleet is as it was.
// usage: node scripts/sweep/crash.mjs [--levels 1,2,3] [--evidence 50] [--jobs 3] [--slice I/N]; the last line is `recovered N/N`.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { leftovers } from '../leftovers.mjs';
import { drillArgv, drillFolder, haltdrill, startFleet } from './fleet.mjs';

const { values } = parseArgs({
  options: {
    levels: { type: 'string', default: '1,2,3' },
    evidence: { type: 'string', default: '50' },
    jobs: { type: 'string', default: '3' },
    slice: { type: 'string', default: '1/1' },
  },
});
const levels = values.levels.split(',').map(Number);
const [slice, slices] = values.slice.split('/').map(Number);
const own = mkdtempSync(join(tmpdir(), 'hd-crash-'));
const fleets = await Promise.all(
  Array.from({ length: Number(values.jobs) }, (_, job) => startFleet(own, `crash-${job + 1}`)),
);
const began = performance.now();
const failures = [];
let tried = 0;

try {
  const queue = await points();
  console.log(`${queue.length} points at which the runner is killed, ${fleets.length} fleets at a time`);
  await Promise.all(
    fleets.map(async (fleet) => {
      for (let point = queue.shift(); point !== undefined; point = queue.shift()) {
        const trouble = await tryPoint(fleet, point).catch((error) => [String(error)]);
        tried += 1;
        console.log(
          `${trouble.length === 0 ? 'recovered' : 'NOT RECOVERED'}  level ${point.level}, killed at ${point.at}${trouble.map((line) => `\n    ${line}`).join('')}`,
        );
        if (trouble.length > 0) failures.push(point);
      }
    }),
  );
} finally {
  await Promise.all(fleets.map((fleet) => fleet.stop()));
}
const left = leftovers([
  own,
  ...fleets.map(({ name }) => `haltdrill-probe ${name}`),
  ...fleets.map(({ name }) => `haltdrill-canary ${name}`),
]);
for (const line of left) console.log(`left running: ${line}`);
if (failures.length === 0 && left.length === 0) rmSync(own, { recursive: true, force: true });
else console.log(`kept in ${own}`);
console.log(`took ${Math.round((performance.now() - began) / 1000)} s`);
console.log(`recovered ${tried - failures.length}/${tried}`);
process.exitCode = failures.length === 0 && left.length === 0 && tried > 0 ? 0 : 1;

/** Every point, from one whole drill of each level. */
async function points() {
  const all = [];
  for (const level of levels) {
    const out = join(own, `whole-${level}`);
    const whole = await haltdrill(fleets[0], drillArgv(level, out));
    if (whole.code !== 0)
      throw new Error(
        `the drill of level ${level} by itself ended with ${whole.code}: ${whole.stderr.split('\n').slice(-3).join(' ')}`,
      );
    const journal = readFileSync(join(drillFolder(out), 'journal.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const acts = journal.filter(({ kind }) => kind === 'intent').length;
    for (let act = 1; act <= acts; act += 1)
      for (const moment of ['intent', 'under-way', 'outcome']) all.push({ level, at: `${moment} ${act}` });
    const records = Math.round(Number(values.evidence) / levels.length);
    for (let n = 1; n <= records; n += 1)
      all.push({ level, at: `record ${Math.max(2, Math.round((n * journal.length) / (records + 1)))}` });
  }
  return all.filter((_, index) => index % slices === slice - 1);
}

async function tryPoint(fleet, point) {
  const { out, ran } = await killedAt(fleet, point);
  if (ran.signal !== 'SIGKILL')
    return [
      `the runner ended with ${ran.code}, and was not killed: ${ran.stderr.split('\n').slice(-2).join(' ')}`,
    ];
  const recovered = await haltdrill(fleet, ['recover', '--out', out]);
  const folder = drillFolder(out);
  const trouble = await fleet.trouble();
  if (recovered.code !== 0)
    trouble.push(
      `recover ended with ${recovered.code}: ${recovered.stderr.trim().split('\n').at(-1)} ${recovered.stdout.split('\n')[0]}`,
    );
  for (const file of ['verdict.json', 'report.md'])
    if (!existsSync(join(folder, file))) trouble.push(`there is no ${file}`);
  if (trouble.length > 0) return trouble;
  const { fleet: state, verdict } = JSON.parse(readFileSync(join(folder, 'verdict.json'), 'utf8'));
  const told = verdict === 'not-run' ? state === 'untouched' || state === 'restored' : state === 'restored';
  if (!told) trouble.push(`the verdict is ${verdict}, and calls the fleet ${state}`);
  if (!/another took over|restored|untouched/.test(readFileSync(join(folder, 'report.md'), 'utf8')))
    trouble.push('the report does not tell what happened');
  if (trouble.length === 0) rmSync(out, { recursive: true, force: true });
  return trouble;
}

/**
 * A drill may refuse to begin (exit code 3), as where a busy machine shows a canary too late; and one with a shorter journal than the
 * drill that was counted ends before a late record (0). Neither is a death: it is begun again, for an earlier record.
 */
async function killedAt(fleet, point) {
  for (let begun = 1; ; begun += 1) {
    const out = join(own, `${fleet.name}-${point.level}-${point.at.replace(' ', '-')}-${begun}`);
    const ran = await haltdrill(fleet, drillArgv(point.level, out), {
      entry: 'scripts/sweep/die-after.mjs',
      env: { DIE_AT: point.at },
    });
    const tooLate = ran.code === 0 && point.at.startsWith('record ');
    if ((ran.code !== 3 && !tooLate) || begun === 3) return { out, ran };
    console.log(`not killed  level ${point.level}, at ${point.at}: ${ran.stdout.split('\n')[0]}`);
    // What is told of it afterwards is the record at which it was killed.
    if (tooLate) point.at = `record ${Math.round(Number(point.at.slice('record '.length)) * 0.8)}`;
  }
}
