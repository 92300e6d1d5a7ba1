// Adds the counts of a vitest JSON report to the tally of .ci/run, and names what failed and what was skipped.
import { appendFileSync } from 'node:fs';
import { countsOf } from '../scripts/test-report.mjs';

const { counts, lines } = countsOf(process.argv[2]);
for (const line of lines) console.log(line);
appendFileSync(process.env.HALTDRILL_TALLY, `${counts.passed} ${counts.failed} ${counts.skipped}\n`);
