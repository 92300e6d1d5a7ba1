// Stands for vitest where its test files are only to be collected: what they describe becomes a list of functions that can be
// called again and again in one process. No more of vitest than the judges' tests use. The assertions are vitest's own.
import { chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend } from '@vitest/expect';

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

export const expect = chai.expect;

/** Every test collected so far: `id` is unique, `file` is where it stands, `run` throws where it fails. */
export const tests = [];

const groups = [];
let here = '';

/** The tests that come next are of this file. */
export function at(file) {
  here = file;
}

export function describe(name, body) {
  groups.push(name);
  body();
  groups.pop();
}

export function it(name, run) {
  const number = tests.filter(({ file }) => file === here).length;
  tests.push({ file: here, id: `${here}: ${[...groups, name, number].join(' > ')}`, run });
}

describe.each = each(describe);
it.each = each(it);

function each(declare) {
  return (rows) => (name, body) => {
    for (const row of rows) declare(name, () => (Array.isArray(row) ? body(...row) : body(row)));
  };
}
