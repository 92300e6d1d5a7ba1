// `npm test`: everything that needs nothing but what the README asks for. The checks and the unit tests (`npm run check`, part by
// part, so that one failure does not hide the next), then the tests of whole programs in test/. What is skipped is named with
// its reason; the last line is `N passed, N failed, N skipped`, which counts parts and tests. Exits 1 on any failure.
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countsOf } from './test-report.mjs';

/** Whole commands that drill fleet after fleet, each for minutes. */
const NIGHTLY = [
  'test/hostile-hosts.test.ts',
  'test/rejudge.test.ts',
  'test/selftest.test.ts',
  'test/selftest-busy.test.ts',
];

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
const checks = scripts.check.split(' && ').map((part) => part.replace('npm run -s ', ''));
const all = readdirSync('test')
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => `test/${name}`);
const reports = mkdtempSync(join(tmpdir(), 'haltdrill-reports-'));
const total = { passed: 0, failed: 0, skipped: 0 };
const remarks = [];

for (const script of checks) run(script);
run('test:wide', ...all.filter((file) => !NIGHTLY.includes(file)));
for (const file of NIGHTLY) {
  total.skipped += 1;
  remarks.push(`skipped: ${file}: it drills fleet after fleet, for minutes; npm run nightly has it`);
}
rmSync(reports, { recursive: true });

console.log('');
for (const remark of remarks) console.log(remark);
const { passed, failed, skipped } = total;
if (process.env.HALTDRILL_TALLY !== undefined)
  appendFileSync(process.env.HALTDRILL_TALLY, `${passed} ${failed} ${skipped}\n`);
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;

/** A script of package.json, shown as it runs, and counted: it, and the tests in it where it has any. */
function run(script, ...args) {
  console.log(`\n=== ${script}`);
  const began = Date.now();
  const report = join(reports, `${script.replace(':', '-')}.json`);
  const { status } = spawnSync('npm', ['run', '-s', script, '--', ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, HALTDRILL_TEST_REPORT: report },
  });
  const seconds = ((Date.now() - began) / 1000).toFixed(0);
  console.log(`--- ${script}: ${status === 0 ? 'passed' : `FAILED (exit ${status})`} in ${seconds} s`);
  total[status === 0 ? 'passed' : 'failed'] += 1;
  if (status !== 0) remarks.push(`FAILED: ${script}`);
  if (!existsSync(report)) return;
  const { counts, lines } = countsOf(report);
  for (const word of Object.keys(total)) total[word] += counts[word];
  remarks.push(...lines);
}
