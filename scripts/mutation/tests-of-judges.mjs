// Everything that a mutant of a judge has to get past: each golden verdict, and each test written by hand.
import { readdirSync } from 'node:fs';
import { goldens, linesOf } from '../../src/drill/09-judge/fixtures/goldens.ts';
import { tests } from './collected-tests.mjs';

const JUDGES = new URL('../../src/drill/09-judge/', import.meta.url);
/** The goldens, which stand here by themselves; the codes of the same cases, of which the goldens say more; and a stopwatch. */
const LEFT_OUT = ['golden.test.ts', 'codes.test.ts', 'growth.test.ts'];

const files = readdirSync(JUDGES).filter((name) => name.endsWith('.test.ts') && !LEFT_OUT.includes(name));
const byHand = [];
for (const file of files) {
  const from = tests.length;
  await import(new URL(file, JUDGES).href);
  byHand.push(...tests.slice(from).map(({ id, run }) => ({ id: `${file}: ${id}`, run })));
}

export { byHand, goldens, linesOf };
