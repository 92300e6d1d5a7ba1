// The judges and all their tests as one script, which can be run again and again in one process: each run has modules of its own,
// and leaves nothing behind once it is dropped.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { Script } from 'node:vm';
import { createRequire } from 'node:module';
import { build } from 'esbuild';

export const JUDGES = 'src/drill/09-judge';
/** Beside the judges, and in the room that their wider tests have. */
const TESTS = [JUDGES, 'test/judge'];
/**
 * The goldens, which stand here by themselves; the codes of the same cases, of which the goldens say more; a stopwatch; the list of
 * judges, whose test reads the sources; and the slice of the pairs, which takes longer than all other tests together.
 */
const LEFT_OUT = ['golden.test.ts', 'codes.test.ts', 'growth.test.ts', 'index.test.ts', 'slice.test.ts'];
/** Fleets that nobody thought of: a search of minutes, which has a run of its own. */
const PROPERTIES = join('test/judge/properties', sep);

/** Every file below a folder of `root`, as a path from there, in the order of their names. */
export function filesBelow(root, folder) {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .sort();
}

export function judgesBelow(root) {
  return filesBelow(root, JUDGES).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
}

function testsBelow(root) {
  return TESTS.flatMap((folder) => filesBelow(root, folder)).filter(
    (file) => file.endsWith('.test.ts') && !LEFT_OUT.includes(basename(file)) && !file.startsWith(PROPERTIES),
  );
}

/** All tests in the order of their files, each with the file that it is of; and what the goldens are made by. */
function entryOf(root) {
  const lines = testsBelow(root).map((file) => `at(${JSON.stringify(file)}); require('./${file}');`);
  return `const { goldens, linesOf } = require('./test/judge/goldens.ts');
const { tests, at } = require('./scripts/mutation/collected-tests.mjs');
${lines.join('\n')}
module.exports = { goldens, linesOf, byHand: tests };`;
}

/**
 * Compiles the program below `root`. `sourceOf` says what a judge's file holds (its path from `root`), or null: what is there.
 * Resolves with a function that runs it from the beginning and returns `{ goldens, linesOf, byHand }`.
 */
export async function compiled(root, sourceOf = () => null) {
  const judges = resolve(root, JUDGES) + sep;
  const { outputFiles } = await build({
    stdin: { contents: entryOf(root), resolveDir: root, loader: 'js' },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
    alias: { vitest: join(root, 'scripts/mutation/collected-tests.mjs') },
    plugins: [
      {
        name: 'judges',
        setup: ({ onLoad }) =>
          onLoad({ filter: /\.ts$/ }, ({ path }) => {
            const source = path.startsWith(judges) ? sourceOf(relative(root, path)) : null;
            return source === null ? undefined : { contents: source, loader: 'ts' };
          }),
      },
    ],
  });
  const script = new Script(`(function (module, require) {${outputFiles[0].text}\n})`);
  const require = createRequire(join(root, 'package.json'));
  return () => {
    const module = { exports: {} };
    script.runInThisContext()(module, require);
    return module.exports;
  };
}

/** Counting what is run takes as long as judging: the same source, which no longer counts. */
export function uncounted(source) {
  return source.replace(/^function (stryCov_\w+)\(\) \{$/m, '$& return;');
}

export function sourcesOf(root) {
  return new Map(judgesBelow(root).map((file) => [file, readFileSync(join(root, file), 'utf8')]));
}
