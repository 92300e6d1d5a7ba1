// Runs the drills that the README promises, on the embedded lab, and holds each against what it must show.
// usage: node scripts/expected-drills.mjs [--repeat N] [--only WORD] [--jobs 2]; one line a drill; exits 1 if any differs.
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { leftovers } from './leftovers.mjs';

const { values } = parseArgs({
  options: {
    repeat: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    jobs: { type: 'string', default: '2' },
  },
});
// Labs and reports go below a folder of our own: another lab on this machine is none of ours.
const own = mkdtempSync(join(tmpdir(), 'hd-'));
const accepted = ['--known-issues', 'examples/known-issues.as-found.yaml'];
const phrase = 'SHUTDOWN INVICTUS';
const traders = ['foresight', 'shiva', 'hermes', 'leverage'];

/** Each case: argv of `drill`, the exit code, and what verdict and report must say. */
const CASES = [
  ...[1, 2, 3].map((level) => ({
    name: `level ${level}, reference`,
    argv: ['--level', `${level}`],
    exit: 0,
    shows: ({ verdict }) => [
      ['the verdict is pass', verdict.verdict === 'pass' && !verdict.qualified],
      ['no finding', verdict.findings.length === 0],
      ['the headline says lab', verdict.headline.startsWith('LAB (reference): PASS')],
      ['the environment says lab', verdict.environment === 'lab:reference'],
      ['every target proven', proven(verdict) === [0, 4, 8][level - 1]],
      ['the fleet is restored', verdict.fleet === 'restored'],
      ['the broker was killed and came back', verdict.broker.crash.done === true],
    ],
  })),
  {
    name: 'level 4, reference',
    argv: ['--level', '4'],
    stdin: `${phrase}\n`,
    exit: 0,
    shows: ({ verdict, out }) => [
      ['the verdict is pass', verdict.verdict === 'pass' && !verdict.qualified],
      ['no finding', verdict.findings.length === 0],
      ['the headline says lab', verdict.headline.startsWith('LAB (reference): PASS')],
      ['11 of 11 targets proven', proven(verdict) === 11 && verdict.coverage.targets.declared === 11],
      ['the fleet is restored', verdict.fleet === 'restored'],
      ...filesBelow(out).map((file) => [
        `${file} does not hold the phrase`,
        !readFileSync(join(out, file)).includes(phrase),
      ]),
    ],
  },
  {
    name: 'level 4, without the phrase',
    argv: ['--level', '4'],
    exit: 3,
    refused: true,
    shows: ({ stderr, out }) => [
      ['it says what is missing', /confirmation phrase, and nothing was started/.test(stderr)],
      ['nothing is written', filesBelow(out).length === 0],
    ],
  },
  {
    name: 'level 2, as found',
    argv: ['--level', '2', '--lab', 'as-found'],
    exit: 1,
    shows: ({ verdict, report }) => [
      ['the verdict is fail', verdict.verdict === 'fail'],
      ...traders.map((service) => [
        `successful-no-op for ${service} on tesseract`,
        has(verdict, 'successful-no-op', 'tesseract', service),
      ]),
      ['nothing proven', proven(verdict) === 0],
      ['the report says that knox acknowledged', /acknowledged[^\n]*\bknox\b/.test(report)],
      ['the fleet is restored', verdict.fleet === 'restored'],
    ],
  },
  {
    name: 'level 3, as found',
    argv: ['--level', '3', '--lab', 'as-found'],
    exit: 1,
    shows: ({ verdict, report }) => [
      ['the verdict is fail', verdict.verdict === 'fail'],
      ['amnesia-restart', has(verdict, 'amnesia-restart', 'knox', 'principal')],
      ['self-halt', has(verdict, 'self-halt', 'knox', 'principal')],
      ['the report names both', /amnesia-restart/.test(report) && /self-halt/.test(report)],
      ['the fleet is restored', verdict.fleet === 'restored'],
    ],
  },
  {
    name: 'level 2, as found, accepted',
    argv: ['--level', '2', '--lab', 'as-found', ...accepted],
    exit: 0,
    shows: ({ verdict, report }) => [
      ...qualified(verdict, report, 4),
      ['nothing proven', proven(verdict) === 0],
    ],
  },
  {
    name: 'level 3, as found, accepted',
    argv: ['--level', '3', '--lab', 'as-found', ...accepted],
    exit: 0,
    shows: ({ verdict, report }) => qualified(verdict, report, 3),
  },
  ...[2, 3].map((level) => ({
    name: `level ${level}, as found, accepted, strict`,
    argv: ['--level', `${level}`, '--lab', 'as-found', ...accepted, '--strict'],
    exit: 1,
    shows: ({ verdict }) => [['still qualified', verdict.qualified === true]],
  })),
  {
    name: 'level 2, interrupted before the trigger',
    argv: ['--level', '2'],
    interruptAt: (journal) => /"kind":"stage","stage":"baseline","event":"begin"/.test(journal),
    exit: 3,
    shows: ({ verdict }) => [['the fleet is untouched', verdict.fleet === 'untouched']],
  },
  ...[
    ['after the trigger', /"kind":"outcome"[^\n]*"act":"trigger"/],
    ['while held', /"kind":"stage","stage":"hold","event":"begin"/],
    ['while resuming', /"kind":"intent"[^\n]*"act":"resume"/],
  ].map(([when, seen]) => ({
    name: `level 2, interrupted ${when}`,
    argv: ['--level', '2'],
    interruptAt: (journal) => seen.test(journal),
    exit: 4,
    shows: ({ verdict }) => [
      ['the verdict is aborted', verdict.verdict === 'aborted'],
      ['the fleet is restored', verdict.fleet === 'restored'],
    ],
  })),
];

/** Every file below a folder, journal and ledger among them, relative to it. */
const filesBelow = (folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
const proven = (verdict) => verdict.coverage.targets.proven;
const has = (verdict, code, host, service) =>
  verdict.findings.some((f) => f.code === code && f.host === host && f.service === service);

function qualified(verdict, report, number) {
  const ids = verdict.footnotes.filter((note) => note.findings > 0).map((note) => note.id);
  return [
    ['the verdict is a qualified pass', verdict.verdict === 'pass' && verdict.qualified],
    ['the headline says so', /PASS with \d+ known issues?/.test(verdict.headline)],
    [`it leans on ${number} known issues`, ids.length === number],
    ...ids.map((id) => [
      `${id} is a footnote in headline and report`,
      verdict.headline.includes(`[^${id}]`) && report.includes(`\n[^${id}]:`),
    ]),
  ];
}

/** One drill as `npm run -s drill -- … --json`; interrupted, it is the binary, since npm itself dies by the signal. */
async function run({ argv, interruptAt, stdin }, place, out) {
  const words = ['drill', ...argv, '--json', '--out', out];
  const [command, args] = interruptAt
    ? [process.execPath, ['dist/main.js', ...words]]
    : ['npm', ['run', '-s', 'drill', '--', ...words.slice(1)]];
  const child = spawn(command, args, {
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: place },
  });
  child.stdin?.on('error', () => {}).end(stdin);
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'])
    child[stream].setEncoding('utf8').on('data', (chunk) => {
      text[stream] += chunk;
    });
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (code, signal) => resolve(signal ?? code));
  });
  let over = false;
  void ended.finally(() => {
    over = true;
  });
  if (interruptAt) {
    while (!over && !interruptAt(read(out, 'journal.jsonl'))) await delay(20);
    child.kill('SIGINT');
  }
  return { exit: await ended, ...text };
}

/** A file of the one report folder below `out`, or '' while there is none. */
function read(out, name) {
  const folder = readdirSync(out, { withFileTypes: true }).find((entry) => entry.isDirectory());
  const file = folder === undefined ? '' : join(out, folder.name, name);
  return file !== '' && existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** What differs from what must be shown; empty: all is as promised. */
async function differences(wanted, place) {
  const out = join(place, 'reports');
  mkdirSync(out);
  const ran = await run(wanted, place, out);
  const wrong = [];
  if (ran.exit !== wanted.exit) wrong.push(`exit code ${ran.exit}, not ${wanted.exit}`);
  if (wanted.refused) {
    if (ran.stdout !== '') wrong.push('something is on stdout');
    for (const [what, holds] of wanted.shows({ stderr: ran.stderr, out }))
      if (!holds) wrong.push(`not so: ${what}`);
  } else
    try {
      const verdict = JSON.parse(ran.stdout);
      if (JSON.stringify(verdict) !== JSON.stringify(JSON.parse(read(out, 'verdict.json'))))
        wrong.push('stdout is not verdict.json');
      const report = read(out, 'report.md');
      for (const [what, holds] of wanted.shows({ verdict, report, out }))
        if (!holds) wrong.push(`not so: ${what}`);
      if (wrong.length > 0) wrong.push(`headline: ${verdict.headline}`);
      for (const left of leftovers([verdict.drillId])) wrong.push(`left behind: ${left}`);
    } catch (error) {
      wrong.push(`no verdict on stdout: ${error.message}`);
    }
  for (const left of leftovers([`${place}/`])) wrong.push(`left behind: ${left}`);
  if (wrong.length > 0) wrong.push(...ran.stderr.trimEnd().split('\n').slice(-15));
  return wrong;
}

let failed = 0;
let passed = 0;
const chosen = CASES.filter(({ name }) => name.includes(values.only));
const waiting = Array.from({ length: Number(values.repeat) }, () => chosen).flat();

/** One after the other, each in a folder of its own: a drill beside it is no leftover of it. */
async function lane() {
  for (let wanted = waiting.shift(); wanted !== undefined; wanted = waiting.shift()) {
    const place = mkdtempSync(join(own, 'drill-'));
    const began = performance.now();
    const wrong = await differences(wanted, place);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(`${wrong.length === 0 ? 'ok' : 'NOT OK'}  ${wanted.name} (${seconds} s)`);
    for (const line of wrong) console.log(`        ${line}`);
    if (wrong.length === 0) rmSync(place, { recursive: true, force: true });
    else console.log(`        kept in ${place}`);
    if (wrong.length === 0) passed += 1;
    else failed += 1;
  }
}
await Promise.all(Array.from({ length: Number(values.jobs) }, lane));
if (process.env.HALTDRILL_TALLY) appendFileSync(process.env.HALTDRILL_TALLY, `${passed} ${failed} 0\n`);
if (failed === 0) rmSync(own, { recursive: true, force: true });
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
