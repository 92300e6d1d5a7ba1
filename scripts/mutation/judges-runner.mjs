// A test runner for Stryker, in one process that keeps the journals: a mutant costs milliseconds instead of the second that it takes
// to start vitest. Each golden journal is judged, and passes while the whole verdict is what it was without a mutant (that those are
// the right verdicts is what golden.test.ts checks); the judges' other tests are run as they stand. Of the program only the file
// of the mutant has mutants in it, since every other one of them would be asked for at every step.
import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { journalsOf } from './journals.mjs';
import { compiled, sourcesOf, uncounted } from './programs.mjs';

/** Leaves out every test whose name does not contain this, to see what a few of them kill. */
const ONLY = process.env.MUTATION_TESTS ?? '';

class JudgesRunner {
  /** The sandbox, in which each judge has all its mutants; only where Stryker makes the runner is it the current folder. */
  #root = resolve('.');
  /** What each judge's file holds without mutants, by its path. */
  #plain = sourcesOf(process.env.MUTATION_ORIGINALS ?? this.#root);
  /** Each golden whose journal no other one has, and what is said of it without a mutant. */
  #goldens = [];
  /** What is run: `{ id, file, fails() }` with what differs or was thrown, or null. Those that kill come first. */
  #tests = [];
  /** The file whose mutants the program has, and how it is started anew. */
  #mutated = null;
  #restart = null;
  #stale = true;

  capabilities() {
    return { reloadEnvironment: true };
  }

  // Judged here, and not with the first mutant, since this takes longer than a mutant may.
  async init() {
    const start = await compiled(this.#root, (file) => this.#plain.get(file) ?? null);
    const { goldens, linesOf } = start();
    const asked = journalsOf(goldens, (golden) => idOf(golden).includes(ONLY));
    this.#goldens = asked.map(({ golden, journal, at }) => {
      const began = performance.now();
      const expected = linesOf(golden, journal).join('\n');
      return { id: idOf(golden), at, journal, expected, ms: performance.now() - began };
    });
  }

  async dispose() {}

  #run(start) {
    const { goldens, linesOf, byHand } = start();
    const golden = this.#goldens.map(({ id, at, journal, expected, ms }) => ({
      id,
      ms,
      file: '',
      fails: () => (linesOf(goldens[at], journal).join('\n') === expected ? null : 'another verdict'),
    }));
    const others = byHand.map(({ id, file, run }) => ({
      id,
      ms: 0,
      file,
      fails: async () => (await run()) ?? null,
    }));
    // In the order of the run before, where there was one: what killed there kills here.
    const before = new Map(this.#tests.map(({ id }, index) => [id, index]));
    this.#tests = [...others, ...golden]
      .filter(({ id }) => id.includes(ONLY))
      .sort((a, b) => (before.get(a.id) ?? 0) - (before.get(b.id) ?? 0) || a.ms - b.ms);
    this.#stale = false;
  }

  async dryRun() {
    const ns = namespace();
    this.#run(await compiled(this.#root));
    const tests = [];
    for (const { id, file, fails } of this.#tests) {
      ns.currentTestId = id;
      const began = performance.now();
      const why = await caught(fails);
      const timeSpentMs = performance.now() - began;
      ns.currentTestId = undefined;
      tests.push({
        id,
        name: id,
        timeSpentMs,
        ...(file === '' ? {} : { fileName: join(this.#root, file) }),
        ...(why === null ? { status: 0 } : { status: 1, failureMessage: why }),
      });
    }
    this.#stale = true;
    return { status: 'complete', tests, mutantCoverage: ns.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, mutantActivation, reloadEnvironment, hitLimit }) {
    const ns = namespace();
    const isStatic = mutantActivation === 'static';
    ns.hitLimit = hitLimit;
    ns.hitCount = hitLimit === undefined ? undefined : 0;
    ns.activeMutant = undefined;
    // Its path is that of the project, or of the sandbox.
    const file = [...this.#plain.keys()].find((one) => activeMutant.fileName.endsWith(`/${one}`));
    if (file === undefined) throw new Error(`there is no judge ${activeMutant.fileName}`);
    const isOther = await this.#mutate(file);
    ns.activeMutant = isStatic ? activeMutant.id : undefined;
    if (isOther || isStatic || reloadEnvironment || this.#stale) {
      try {
        this.#run(this.#restart);
      } catch (error) {
        this.#stale = true;
        return killed('module', 0, messageOf(error));
      }
      if (isOther) this.#ownFirst(file);
    }
    this.#stale = isStatic;
    ns.activeMutant = activeMutant.id;
    const covering = testFilter === undefined ? null : new Set(testFilter);
    let count = 0;
    try {
      for (const { id, fails } of this.#tests) {
        if (covering !== null && !covering.has(id)) continue;
        count += 1;
        const why = await caught(fails);
        if (hitLimit !== undefined && ns.hitCount > hitLimit) return { status: 'timeout' };
        if (why === null) continue;
        this.#first((test) => test.id === id);
        return killed(id, count, why);
      }
    } finally {
      ns.activeMutant = undefined;
    }
    return { status: 'survived', nrOfTests: count };
  }

  /** Whether the program was another one before: that with the mutants of another file, or none. */
  async #mutate(file) {
    if (this.#mutated === file) return false;
    const mutants = uncounted(readFileSync(join(this.#root, file), 'utf8'));
    this.#restart = await compiled(this.#root, (one) =>
      one === file ? mutants : (this.#plain.get(one) ?? null),
    );
    this.#mutated = file;
    return true;
  }

  #ownFirst(file) {
    const own = basename(file).replace(/\.ts$/, '.test.ts');
    this.#first((test) => basename(test.file) === own);
  }

  // What kills one mutant often kills its neighbours.
  #first(isFirst) {
    this.#tests = [...this.#tests.filter(isFirst), ...this.#tests.filter((test) => !isFirst(test))];
  }
}

function idOf({ file, name }) {
  return `${file}: ${name}`;
}

async function caught(fails) {
  try {
    return await fails();
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
