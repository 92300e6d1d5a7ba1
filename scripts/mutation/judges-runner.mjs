// A test runner for Stryker, in one process that keeps the journals: a mutant costs milliseconds instead of the second that it takes
// to start vitest. First each golden journal is judged, and passes while the whole verdict is what it was without a mutant
// (that those are the right verdicts is what golden.test.ts checks); then the judges' other tests run.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tsImport } from 'tsx/esm/api';

/** Leaves out every test whose name does not contain this, to see what a few of them kill. */
const ONLY = process.env.MUTATION_TESTS ?? '';

class JudgesRunner {
  /** `{ id, fails() }`: what differs or was thrown, or null; what killed last comes first. */
  #tests = [];
  #journals = new Map();
  #expected = new Map();
  #stale = true;
  /** The program with its mutants, which counts what is run only where that is asked for: counting takes as long as judging. */
  #uncounted = '';

  capabilities() {
    return { reloadEnvironment: true };
  }

  // Judged here, and not with the first mutant, since this takes longer than a mutant may.
  async init() {
    // Looked up here, and not when this file is loaded: only now is the sandbox with the mutants the current folder.
    this.#uncounted = uncounted(resolve('.'));
    const { goldens, linesOf } = await this.#load(this.#uncounted);
    for (const golden of goldens.filter((one) => idOf(one).includes(ONLY))) {
      const journal = golden.journal();
      this.#journals.set(idOf(golden), journal);
      this.#expected.set(idOf(golden), linesOf(golden, journal).join('\n'));
    }
  }

  async dispose() {
    rmSync(this.#uncounted, { recursive: true, force: true });
  }

  // Every import by tsx has its own copy of all modules, so that what they compute when loaded is computed anew.
  async #load(root) {
    const parentURL = pathToFileURL(join(root, 'scripts/mutation/tests-of-judges.mjs')).href;
    const suite = await tsImport(parentURL, {
      parentURL,
      tsconfig: join(root, 'scripts/mutation/tsconfig.json'),
    });
    const golden = suite.goldens.map((one) => ({
      id: idOf(one),
      fails: () =>
        suite.linesOf(one, this.#journals.get(idOf(one))).join('\n') === this.#expected.get(idOf(one))
          ? null
          : 'another verdict',
    }));
    const byHand = suite.byHand.map(({ id, run }) => ({ id, fails: () => run() ?? null }));
    this.#tests = [...golden, ...byHand].filter(({ id }) => id.includes(ONLY));
    this.#stale = false;
    return suite;
  }

  async dryRun() {
    const ns = namespace();
    await this.#load(resolve('.'));
    const tests = this.#tests.map(({ id, fails }) => {
      ns.currentTestId = id;
      const began = performance.now();
      const why = caught(fails);
      const timeSpentMs = performance.now() - began;
      ns.currentTestId = undefined;
      return {
        id,
        name: id,
        timeSpentMs,
        ...(why === null ? { status: 0 } : { status: 1, failureMessage: why }),
      };
    });
    this.#stale = true;
    return { status: 'complete', tests, mutantCoverage: ns.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, mutantActivation, reloadEnvironment, hitLimit }) {
    const ns = namespace();
    const isStatic = mutantActivation === 'static';
    ns.hitLimit = hitLimit;
    ns.hitCount = hitLimit === undefined ? undefined : 0;
    ns.activeMutant = isStatic ? activeMutant.id : undefined;
    if (isStatic || reloadEnvironment || this.#stale) {
      try {
        await this.#load(this.#uncounted);
      } catch (error) {
        this.#stale = true;
        return killed('module', 0, messageOf(error));
      }
    }
    this.#stale = isStatic;
    ns.activeMutant = activeMutant.id;
    const covering = testFilter === undefined ? null : new Set(testFilter);
    let count = 0;
    try {
      for (const { id, fails } of this.#tests) {
        if (covering !== null && !covering.has(id)) continue;
        count += 1;
        const why = caught(fails);
        if (hitLimit !== undefined && ns.hitCount > hitLimit) return { status: 'timeout' };
        if (why === null) continue;
        this.#first(id);
        return killed(id, count, why);
      }
    } finally {
      ns.activeMutant = undefined;
    }
    return { status: 'survived', nrOfTests: count };
  }

  // What kills one mutant often kills its neighbours.
  #first(killer) {
    const index = this.#tests.findIndex(({ id }) => id === killer);
    this.#tests.unshift(...this.#tests.splice(index, 1));
  }
}

function uncounted(sandbox) {
  const copy = mkdtempSync(join(sandbox, 'uncounted-'));
  for (const part of ['src', 'test', 'scripts', 'package.json', 'tsconfig.json'])
    cpSync(join(sandbox, part), join(copy, part), { recursive: true });
  symlinkSync(join(sandbox, 'node_modules'), join(copy, 'node_modules'));
  const judges = join(copy, 'src/drill/09-judge');
  for (const name of readdirSync(judges).filter((file) => file.endsWith('.ts'))) {
    const source = readFileSync(join(judges, name), 'utf8');
    writeFileSync(join(judges, name), source.replace(/^function (stryCov_\w+)\(\) \{$/m, '$& return;'));
  }
  return copy;
}

function idOf({ file, name }) {
  return `${file}: ${name}`;
}

function caught(fails) {
  try {
    return fails();
  } catch (error) {
    return messageOf(error);
  }
}

function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

function killed(id, nrOfTests, failureMessage) {
  return { status: 'killed', killedBy: [id], nrOfTests, failureMessage };
}

function namespace() {
  globalThis.__stryker__ ??= {};
  return globalThis.__stryker__;
}

export const strykerPlugins = [
  { kind: 'TestRunner', name: 'judges', factory: Object.assign(() => new JudgesRunner(), { inject: [] }) },
];
