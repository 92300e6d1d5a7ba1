// Adds the counts of a vitest JSON report to the tally of .ci/run, and names what was skipped.
import { appendFileSync, readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const tests = report.testResults.flatMap((file) => file.assertionResults);
const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed');
for (const test of skipped) {
  const reason = test.meta?.note ?? 'its condition, which its title or its file names, does not hold here';
  console.log(`skipped: ${test.fullName}: ${reason}`);
}
const count = (status) => tests.filter((test) => test.status === status).length;
const tally = `${count('passed')} ${count('failed')} ${skipped.length}`;
appendFileSync(process.env.HALTDRILL_TALLY, `${tally}\n`);
