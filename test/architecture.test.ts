import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/**
 * The checkers are checked: a violation of every rule is planted in a copy of the project, and each must
 * be reported by the very command that CI runs. A checker that looked at nothing would fail here.
 */
const project = fileURLToPath(new URL('..', import.meta.url));
let copy = '';

const plant = (file: string, text: string) => {
  mkdirSync(dirname(join(copy, file)), { recursive: true });
  writeFileSync(join(copy, file), text);
};

/** Runs a script of package.json in the copy: the very words that CI runs. */
const script = (name: string, ...more: string[]) =>
  spawnSync('npm', ['run', '-s', name, '--', ...more], {
    cwd: copy,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    env: { ...process.env, NO_COLOR: '1' },
  });

const verdict = "import type { Verdict } from '../model/verdict.ts';\nexport type Planted = Verdict;\n";
const imports = (from: string) => `import * as planted from '${from}';\nexport const it = planted;\n`;
const type = (name: string, from: string) =>
  `import type { ${name} } from '${from}';\nexport type It = ${name};\n`;

/** rule, planted file, its text */
const LAYERS: readonly (readonly [string, string, string])[] = [
  ['model-imports-nothing', 'src/drill/model/planted.ts', type('World', '../ports/world.ts')],
  ['ports-import-model', 'src/drill/ports/planted.ts', imports('../09-judge/planted.ts')],
  ['stage-imports-model-and-ports', 'src/drill/05-trigger/planted.ts', imports('../09-judge/planted.ts')],
  ['finished-data-imports-model', 'src/drill/09-judge/planted.ts', type('World', '../ports/world.ts')],
  ...(
    [
      ['evidence', '../proofs/index.ts'],
      ['proofs', '../judges/index.ts'],
      ['judges', '../verdict/index.ts'],
      ['verdict', '../proofs/planted-deep.ts'],
    ] as const
  ).map(
    ([floor, from]) =>
      [`judge-${floor}-looks-down`, `src/drill/09-judge/${floor}/planted.ts`, imports(from)] as const,
  ),
  ['finished-data-imports-model', 'src/drill/proofs/planted.ts', imports('../10-report/planted-well.ts')],
  ['run-drill-imports-drill', 'src/drill/planted.ts', imports('../principal/planted.ts')],
  ['adapter-imports-model-and-ports', 'src/adapters/ledger/planted.ts', imports('../stores/planted.ts')],
  [
    'adapter-reaches-hosts-through-transports',
    'src/adapters/stores/planted.ts',
    imports('../ledger/planted.ts'),
  ],
  ['principal-imports-itself', 'src/principal/planted.ts', type('Entry', '../drill/model/journal.ts')],
  ['lab-imports-principal', 'src/lab/planted.ts', imports('../drill/model/match.ts')],
  ['cli-imports-drill', 'src/cli/planted.ts', imports('../adapters/system/planted.ts')],
  ['main-starts-the-lab-as-a-child', 'src/planted.ts', imports('./lab/planted.ts')],
  ['folder-has-a-row', 'src/elsewhere/planted.ts', imports('../drill/model/match.ts')],
  ['drill-folder-has-a-row', 'src/drill/elsewhere/planted.ts', imports('../model/match.ts')],
  ['drill-has-no-effects', 'src/drill/06-observe/planted.ts', imports('node:fs')],
  ['one-place-starts-programs', 'src/adapters/transports/planted-start.ts', imports('node:child_process')],
  ['one-place-starts-programs', 'src/principal/planted-start.ts', imports('execa')],
  [
    'one-place-starts-programs',
    'src/lab/planted-lazily.ts',
    "export const it = () => import('node:child_process');\n",
  ],
  [
    'drill-has-no-effects',
    'src/drill/06-observe/planted-lazily.ts',
    "export const it = () => import('node:net');\n",
  ],
  ['load-packages', 'src/drill/01-load/planted.ts', imports('execa')],
  ['drill-packages', 'src/drill/02-plan/planted.ts', imports('zod')],
  ['cli-packages', 'src/cli/planted-package.ts', imports('better-sqlite3')],
  ['transport-packages', 'src/adapters/transports/planted.ts', imports('yaml')],
  ['process-packages', 'src/adapters/processes/planted.ts', imports('execa')],
  ['database-packages', 'src/adapters/stores/planted-package.ts', imports('execa')],
  ['system-packages', 'src/adapters/system/planted.ts', imports('better-sqlite3')],
  ['window-packages', 'src/adapters/windows/planted.ts', imports('execa')],
  ['plain-adapter-packages', 'src/adapters/triggers/planted.ts', imports('hono')],
  ['principal-packages', 'src/principal/planted-package.ts', imports('node-ssh')],
  ['lab-packages', 'src/lab/planted-package.ts', imports('node-ssh')],
  ['no-cycles', 'src/drill/08-resume/planted-and-back.ts', imports('./planted-first.ts')],
  ['no-orphans', 'src/drill/08-resume/planted-alone.ts', 'export const it = 1;\n'],
  ['nothing-imports-a-test', 'src/drill/08-resume/planted-test.ts', imports('./planted.test.ts')],
  ['resolvable', 'src/drill/08-resume/planted-nowhere.ts', imports('./nowhere.ts')],
  ['no-development-package-at-run-time', 'src/lab/planted-tool.ts', imports('fast-check')],
];

/** What the lint rules of the drill deny: the expression, and words of the message. */
const IMPURE: readonly (readonly [string, string, RegExp])[] = [
  ['src/drill/03-baseline/planted-date.ts', 'export const it = Date.now();\n', /global variable Date/],
  [
    'src/drill/03-baseline/planted-timer.ts',
    'setTimeout(() => undefined, 5);\n',
    /global variable setTimeout/,
  ],
  ['src/drill/03-baseline/planted-fetch.ts', "export const it = fetch('/');\n", /global variable fetch/],
  [
    'src/drill/03-baseline/planted-process.ts',
    'export const it = process.argv;\n',
    /global variable process/,
  ],
  ['src/drill/03-baseline/planted-random.ts', 'export const it = Math.random();\n', /drill is pure/],
  [
    'src/drill/03-baseline/planted-deadline.ts',
    'export const it = AbortSignal.timeout(5);\n',
    /drill is pure/,
  ],
  ['src/drill/09-judge/planted-date.ts', 'export const it = Date.now();\n', /global variable Date/],
  ['src/drill/09-judge/planted-async.ts', 'export async function it() {\n  return 1;\n}\n', /synchronous/],
  [
    'src/drill/10-report/planted-await.ts',
    'export const it = async (x: unknown) => await x;\n',
    /synchronous/,
  ],
];

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'haltdrill-architecture-'));
  for (const part of [
    'src',
    '.ci',
    'biome.json',
    '.dependency-cruiser.mjs',
    'package.json',
    'tsconfig.json',
    '.gitignore',
  ])
    cpSync(join(project, part), join(copy, part), { recursive: true });
  symlinkSync(join(project, 'node_modules'), join(copy, 'node_modules'));
  spawnSync('git', ['init', '-q'], { cwd: copy });
  for (const [, file, text] of LAYERS) plant(file, text);
  for (const [file, text] of IMPURE) plant(file, text);
  plant('src/drill/08-resume/planted-first.ts', imports('./planted-and-back.ts'));
  plant('src/drill/08-resume/planted.test.ts', 'export const it = 1;\n');
  plant('src/drill/10-report/planted-well.ts', verdict);
  plant('src/drill/09-judge/proofs/planted-deep.ts', 'export const deep = 1;\n');
  plant('src/drill/10-report/planted.test.ts', imports('node:fs'));
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe('the import table', () => {
  const violations = new Set<string>();
  let exitCode: number | null = null;

  beforeAll(() => {
    const run = script('architecture');
    exitCode = run.status;
    for (const [, rule, from] of run.stdout.matchAll(/^\s*error ([\w-]+): (\S+)/gm))
      violations.add(`${rule} ${from}`);
  });

  it('ends with an exit code that says so', () => expect(exitCode).not.toBe(0));

  it.each(LAYERS)('%s: %s', (rule, file) => expect([...violations]).toContain(`${rule} ${file}`));

  it('lets a module that keeps to its row alone, and a test use what it needs', () => {
    const wronged = [...violations].filter((v) => /10-report\/planted(-well|\.test)\.ts$/.test(v));
    expect(wronged).toEqual([]);
  });

  it('has a planted violation for every rule', async () => {
    const config = (await import(join(project, '.dependency-cruiser.mjs'))) as {
      default: { forbidden: { name: string }[] };
    };
    const planted = new Set(LAYERS.map(([rule]) => rule));
    const unplanted = config.default.forbidden.map((r) => r.name).filter((name) => !planted.has(name));
    // Neither can be planted without another file tree: a stray adapter folder, and a package that nobody declared.
    expect(unplanted).toEqual(['adapter-has-a-folder', 'no-undeclared-package']);
  });
});

describe('the purity of the drill', () => {
  let output = '';
  let exitCode: number | null = null;

  beforeAll(() => {
    const run = script('lint', '--max-diagnostics=none', '--reporter=github');
    exitCode = run.status;
    output = run.stdout;
  });

  it('ends with an exit code that says so', () => expect(exitCode).not.toBe(0));

  it.each(IMPURE)('%s', (file, _text, message) => {
    const said = output.split('\n').filter((line) => line.includes(`/${file},`));
    expect(said.some((line) => message.test(line))).toBe(true);
  });
});
