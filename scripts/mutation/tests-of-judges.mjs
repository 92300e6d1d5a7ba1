// Everything that a mutant of a judge has to get past: each golden verdict, and each test written by hand.
import { readdirSync } from 'node:fs';
import { goldens, linesOf } from '../../test/judge/goldens.ts';
import { tests } from './collected-tests.mjs';

/** Beside the judges, and in the room that their wider tests have. */
const FOLDERS = ['../../src/drill/09-judge/', '../../test/judge/'].map(
  (path) => new URL(path, import.meta.url),
);
/** The goldens, which stand here by themselves; the codes of the same cases, of which the goldens say more; and a stopwatch. */
const LEFT_OUT = ['golden.test.ts', 'codes.test.ts', 'growth.test.ts'];

const files = FOLDERS.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts') && !LEFT_OUT.includes(name))
    .map((name) => new URL(name, folder).href),
);
const byHand = [];
for (const file of files) {
  const from = tests.length;
  await import(file);
  byHand.push(
    ...tests
      .slice(from)
      .map(({ id, run }) => ({ id: `${file.slice(file.lastIndexOf('/') + 1)}: ${id}`, run })),
  );
}

export { byHand, goldens, linesOf };
