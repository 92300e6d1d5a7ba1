import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/**
 * What a vitest report in JSON counts, and a line for each that failed and for each reason for which tests of a file were skipped.
 * @param {string} path
 * @returns {{ counts: { passed: number, failed: number, skipped: number }, lines: string[] }}
 */
export function countsOf(path) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const lines = [];
  for (const { name, status, assertionResults } of JSON.parse(readFileSync(path, 'utf8')).testResults) {
    const file = relative(process.cwd(), name);
    const reasons = new Map();
    for (const test of assertionResults) {
      const word = test.status === 'passed' || test.status === 'failed' ? test.status : 'skipped';
      counts[word] += 1;
      if (word === 'failed') lines.push(`FAILED: ${file}: ${test.fullName}`);
      if (word !== 'skipped') continue;
      const reason = test.meta?.note ?? `what ${JSON.stringify(test.title)} asks for is not here`;
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    // One that could not even be loaded has no tests.
    if (status === 'failed' && !assertionResults.some((test) => test.status === 'failed')) {
      counts.failed += 1;
      lines.push(`FAILED: ${file}`);
    }
    for (const [reason, count] of reasons)
      lines.push(`skipped: ${file}${count === 1 ? '' : ` (${count} tests)`}: ${reason}`);
  }
  return { counts, lines };
}
