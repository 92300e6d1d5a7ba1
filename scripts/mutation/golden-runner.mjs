// A test runner for Stryker: each test judges one golden journal, and passes while the whole verdict is what it was without
// a mutant. It runs in one process and keeps the journals, which makes a mutant cost milliseconds instead of the second that
// it takes to start vitest. That the verdicts without a mutant are the right ones is what golden.test.ts checks.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tsImport } from 'tsx/esm/api';

class GoldenRunner {
  #goldens = [];
  #journals = new Map();
  #expected = new Map();
  #stale = true;

  capabilities() {
    return { reloadEnvironment: true };
  }

  // Judged here, and not with the first mutant, since this takes longer than a mutant may.
  async init() {
    await this.#load();
    for (const { id, golden } of this.#goldens) {
      this.#journals.set(id, golden.journal());
      this.#expected.set(id, this.#linesOf(id, golden));
    }
  }

  async #load() {
    // Every import by tsx has its own copy of all modules, so that what they compute when loaded is computed anew.
    const file = pathToFileURL(resolve('src/drill/09-judge/fixtures/goldens.ts')).href;
    const { goldens, linesOf } = await tsImport(file, file);
    this.#goldens = goldens.map((golden) => ({ id: `${golden.file}: ${golden.name}`, golden }));
    this.linesOf = linesOf;
    this.#stale = false;
  }

  async dryRun() {
    const ns = namespace();
    // What was counted while the expected verdicts were made belongs to no test.
    ns.mutantCoverage = undefined;
    await this.#load();
    const tests = [];
    for (const { id, golden } of this.#goldens) {
      ns.currentTestId = id;
      const began = performance.now();
      const same = this.#linesOf(id, golden) === this.#expected.get(id);
      const timeSpentMs = performance.now() - began;
      tests.push({
        id,
        name: id,
        status: same ? 0 : 1,
        failureMessage: 'another verdict the second time',
        timeSpentMs,
      });
      ns.currentTestId = undefined;
    }
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
        await this.#load();
      } catch (error) {
        this.#stale = true;
        return killed('module', 0, error);
      }
    }
    this.#stale = isStatic;
    ns.activeMutant = activeMutant.id;
    let count = 0;
    try {
      for (const { id, golden } of this.#goldens) {
        if (testFilter !== undefined && !testFilter.includes(id)) continue;
        count += 1;
        let lines;
        try {
          lines = this.#linesOf(id, golden);
        } catch (error) {
          if (hitLimit !== undefined && ns.hitCount > hitLimit) return { status: 'timeout' };
          return killed(id, count, error);
        }
        if (lines === this.#expected.get(id)) continue;
        this.#first(id);
        return killed(id, count, 'another verdict');
      }
    } finally {
      ns.activeMutant = undefined;
    }
    return { status: 'survived', nrOfTests: count };
  }

  // What kills one mutant often kills its neighbours.
  #first(killer) {
    const index = this.#goldens.findIndex(({ id }) => id === killer);
    this.#goldens.unshift(...this.#goldens.splice(index, 1));
  }

  #linesOf(id, golden) {
    return this.linesOf(golden, this.#journals.get(id)).join('\n');
  }
}

function killed(id, nrOfTests, why) {
  return {
    status: 'killed',
    killedBy: [id],
    nrOfTests,
    failureMessage: why instanceof Error ? why.message : why,
  };
}

function namespace() {
  globalThis.__stryker__ ??= {};
  return globalThis.__stryker__;
}

export const strykerPlugins = [
  { kind: 'TestRunner', name: 'golden', factory: Object.assign(() => new GoldenRunner(), { inject: [] }) },
];
