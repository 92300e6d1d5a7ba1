/**
 * The import table of docs/design.md, row by row. Type-only imports count like any other.
 * A rule's name is its row; test/architecture.test.ts plants a violation of each and sees red.
 */

const tests = '[.]test[.]ts$';
const fixtures = '([.]fixture[.]ts$|/fixtures/)';
const testOnly = [tests, fixtures];
const npm = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg', 'npm-unknown'];

/** Modules under `from` import nothing of src/ but what `may` matches. */
const row = (name, from, may, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: testOnly },
  to: { path: '^src/', pathNot: may },
});

/** Modules under `from` import no npm package but those named. */
const packages = (name, from, named, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: testOnly },
  to: {
    dependencyTypes: npm,
    ...(named.length > 0 && { pathNot: `(^|/)node_modules/(@types/)?(${named.join('|')})/` }),
  },
});

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    row(
      'model-imports-nothing',
      '^src/drill/model/',
      ['^src/drill/model/'],
      'The words of the project depend on nothing.',
    ),
    row(
      'ports-import-model',
      '^src/drill/ports/',
      ['^src/drill/model/', '^src/drill/ports/'],
      'A port says what the drill needs, in the words of the model.',
    ),
    row(
      'stage-imports-model-and-ports',
      '^src/drill/(01|03|04|05|06|07|08)-[^/]+/',
      ['^src/drill/(model|ports)/', '^src/drill/$1-'],
      'A stage never reaches into another stage: what it hands on is in the journal.',
    ),
    row(
      'finished-data-imports-model',
      '^src/drill/(02-plan|09-judge|10-report|proofs)/',
      ['^src/drill/model/', '^src/drill/$1/'],
      'Plan, judges, reports and proofs map finished data: they reach the world through nothing, not even a port.',
    ),
    ...['evidence', 'proofs', 'judges', 'verdict'].map((floor, at, floors) => ({
      name: `judge-${floor}-looks-down`,
      comment:
        'A floor of the judge knows those below it by their faces, and none above: evidence, proofs, judges, verdict.',
      severity: 'error',
      from: { path: `^src/drill/09-judge/${floor}/`, pathNot: testOnly },
      to: {
        path: '^src/drill/09-judge/',
        pathNot: [
          `^src/drill/09-judge/${floor}/`,
          '^src/drill/09-judge/finding[.]ts$',
          ...floors.slice(0, at).map((below) => `^src/drill/09-judge/${below}/index[.]ts$`),
        ],
      },
    })),
    row(
      'run-drill-imports-drill',
      '^src/drill/[^/]+[.]ts$',
      ['^src/drill/'],
      'The sequence of the stages knows the drill and nothing else.',
    ),
    row(
      'adapter-imports-model-and-ports',
      '^src/adapters/(transports|triggers|ledger|windows|system|terminal)/',
      ['^src/drill/(model|ports)/', '^src/adapters/$1/', '^src/adapters/system/'],
      'An adapter implements a port. It knows no stage, and of other adapters only the common floor, system.',
    ),
    row(
      'adapter-reaches-hosts-through-transports',
      '^src/adapters/(services|processes|stores)/',
      ['^src/drill/(model|ports)/', '^src/adapters/($1|transports|system)/'],
      'Services, processes and stores reach a host through a transport.',
    ),
    row(
      'adapter-has-a-folder',
      '^src/adapters/(?!(services|processes|stores|transports|triggers|ledger|windows|system|terminal)/)',
      ['^src/drill/model/'],
      'A new kind of adapter needs its own row here.',
    ),
    row(
      'principal-imports-itself',
      '^src/principal/',
      ['^src/principal/'],
      'The reference kill switch shares no code with the runner, so that one bug cannot fool both.',
    ),
    row(
      'lab-imports-principal',
      '^src/lab/',
      ['^src/lab/', '^src/principal/'],
      "The lab re-assembles the broker's parts and shares no code with the runner.",
    ),
    row(
      'cli-imports-drill',
      '^src/cli/',
      ['^src/cli/', '^src/drill/'],
      'Commands are handed their effects by main.',
    ),
    row(
      'main-starts-the-lab-as-a-child',
      '^src/[^/]+[.]ts$',
      ['^src/(?!lab/)'],
      'The lab is a process of its own; nothing of it is loaded into the runner.',
    ),
    row(
      'folder-has-a-row',
      '^src/(?!drill/|adapters/|principal/|lab/|cli/|[^/]+[.]ts$)',
      [],
      'A new folder needs its own row here.',
    ),
    row(
      'drill-folder-has-a-row',
      '^src/drill/(?!model/|ports/|proofs/|(0[1-9]|10)-[^/]+/|[^/]+[.]ts$)',
      [],
      'A new folder of the drill needs its own row here.',
    ),

    {
      name: 'one-place-starts-programs',
      comment:
        'What is started inherits a short list, which one file each of runner, broker and lab decides. The bench is an operator who starts a broker.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: [
          ...testOnly,
          '^src/adapters/system/start-program[.]ts$',
          '^src/principal/stoppers/command[.]ts$',
          '^src/lab/start-program[.]ts$',
          '^src/principal/bench/',
        ],
      },
      to: {
        path: ['^(node:)?(child_process|cluster)$', '(^|/)node_modules/(execa|ps-list)/'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'drill-has-no-effects',
      comment: 'The drill reaches the world through its ports only: no module of Node.',
      severity: 'error',
      from: { path: '^src/drill/', pathNot: testOnly },
      to: { dependencyTypes: ['core'] },
    },
    packages(
      'load-packages',
      '^src/drill/01-load/',
      ['zod', 'yaml', 'fastest-levenshtein'],
      'Schemas, YAML and near misses; all three are pure.',
    ),
    packages('drill-packages', '^src/drill/(?!01-load/)', [], 'The drill needs no package.'),
    packages(
      'cli-packages',
      '^src/(cli/|[^/]+[.]ts$)',
      ['commander', 'log-update', 'fastest-levenshtein'],
      'Arguments and the live console.',
    ),
    packages(
      'transport-packages',
      '^src/adapters/transports/',
      ['node-ssh', 'ssh2'],
      'How a host is reached.',
    ),
    packages('process-packages', '^src/adapters/processes/', [], 'ps-list runs in a thread of its own.'),
    packages('database-packages', '^src/adapters/(stores|ledger)/', ['better-sqlite3'], 'SQLite files.'),
    packages(
      'window-packages',
      '^src/adapters/windows/',
      ['croner', 'luxon'],
      'When a cron expression comes true, and what day it is in a time zone.',
    ),
    packages('system-packages', '^src/adapters/system/', [], 'Node itself is enough for child processes.'),
    packages(
      'plain-adapter-packages',
      '^src/adapters/(?!(transports|processes|stores|ledger|windows|system)/)',
      [],
      'Node itself is enough here.',
    ),
    packages(
      'principal-packages',
      '^src/principal/',
      ['hono', '@hono/node-server', 'better-sqlite3', 'zod', 'yaml'],
      'HTTP, SQLite, configuration, and commands. No ssh library: the broker uses the OpenSSH client, the runner node-ssh.',
    ),
    packages(
      'lab-packages',
      '^src/lab/',
      ['ssh2', 'hono', '@hono/node-server', 'better-sqlite3', 'execa', 'fastest-levenshtein'],
      "The embedded fleet's servers and tools, and near misses of their names.",
    ),

    {
      name: 'no-cycles',
      comment: 'Modules that need each other are one module, or need a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A module that nothing imports and that imports nothing is forgotten.',
      severity: 'error',
      from: { orphan: true, pathNot: testOnly },
      to: {},
    },
    {
      name: 'nothing-imports-a-test',
      comment: 'Tests and their fixtures are for tests.',
      severity: 'error',
      from: { pathNot: testOnly },
      to: { path: testOnly },
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere would escape every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-undeclared-package',
      comment: 'What is not in package.json is there by accident.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-development-package-at-run-time',
      comment: 'An installed package has no devDependencies; types are gone by then.',
      severity: 'error',
      from: { path: '^src/', pathNot: testOnly },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
