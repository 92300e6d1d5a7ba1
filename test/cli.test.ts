import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openLedger } from '../src/adapters/ledger/proofs-db.ts';
import { proofOf } from '../src/drill/proofs/proof-of.ts';
import {
  BINARY,
  ownFolder,
  PACKAGE,
  processesIn,
  requireFreshBuild,
  run,
  start,
} from './support/haltdrill.ts';
import { passed } from './support/verdicts.ts';

beforeAll(requireFreshBuild);

const STACK = /^\s+at .*:\d+:\d+\)?$/m;
const INVENTORY_LINE = /^haltdrill: inventory .*, sha256 [0-9a-f]{64}$/m;

/** A folder with the shipped inventory and drills, to be spoilt. */
function fleetFolder(change: (inventory: string) => string = (text) => text): string {
  const folder = ownFolder();
  writeFileSync(
    join(folder, 'inventory.yaml'),
    change(readFileSync(join(PACKAGE, 'inventory.yaml'), 'utf8')),
  );
  cpSync(join(PACKAGE, 'drills'), join(folder, 'drills'), { recursive: true });
  return folder;
}

const live = (text: string): string => text.replace(/^provider:.*\n/m, '');

const VARIABLES = {
  KNOX_ROOT: '/opt/knox',
  TESSERACT_ROOT: '/opt/tesseract',
  TESSERACT_ADDRESS: '127.0.0.1',
  TESSERACT_PORT: '1',
  TESSERACT_USER: 'ops',
  TESSERACT_KEY: '/nonexistent/key',
  TESSERACT_KNOWN_HOSTS: '/nonexistent/known_hosts',
  PRINCIPAL_URL: 'http://127.0.0.1:9',
  PRINCIPAL_TOKEN: 'a-token-of-some-length',
  PRINCIPAL_SECOND_TOKEN: 'another-token-of-some-length',
  PRINCIPAL_CONFIG: '/opt/knox/etc/principal.json',
  EXCHANGE_URL: 'http://127.0.0.1:9',
};

describe('help and version', () => {
  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(await run(['--version'])).toEqual({ code: 0, signal: null, stdout: `${version}\n`, stderr: '' });
  });

  it('lists what there is, and nothing that is not', async () => {
    const { code, stdout, stderr } = await run(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect([...stdout.matchAll(/^ {2}([a-z]+) \[options\]/gm)].map((match) => match[1])).toEqual([
      'drill',
      'rejudge',
      'selftest',
      'status',
      'recover',
      'pin',
      'doctor',
      'init',
      'lab',
    ]);
    expect(stdout).toMatch(/^ {2}schedule {2,}have drills started/m);
  });

  it.each([
    [],
    ['drill'],
    ['status'],
    ['lab'],
    ['recover'],
    ['pin'],
    ['doctor'],
    ['init'],
    ['schedule', 'list'],
    ['schedule', 'install'],
  ])('gives two examples: %s', async (...command) => {
    const { code, stdout } = await run([...command, '--help']);
    expect(code).toBe(0);
    const examples = stdout.split('Examples:\n')[1]?.trimEnd().split('\n');
    expect(examples).toHaveLength(2);
    for (const line of examples ?? [])
      expect(line).toMatch(/^ {2}haltdrill (drill|status|lab|init|pin|doctor|recover|schedule)/);
  });

  it('answers nothing at all with its help on stderr and 64', async () => {
    const { code, stdout, stderr } = await run([]);
    expect([code, stdout]).toEqual([64, '']);
    expect(stderr).toMatch(/^Usage: haltdrill/);
  });
});

describe('bad usage is 64, in one line', () => {
  it.each([
    ['an unknown command', ['dril'], "unknown command 'dril'; did you mean drill?"],
    ['an unknown option', ['drill', '--levle', '3'], "unknown option '--levle'; did you mean --level?"],
    ['an option of no command', ['--foo'], "unknown option '--foo'; see `haltdrill --help`"],
    [
      'a level without its option, as npm leaves it',
      ['drill', '3'],
      'unexpected argument `3`; npm drops the names of options that stand before `--`; put `--` before the options: npm run drill -- --level 3',
    ],
    [
      'a stray word',
      ['status', 'now'],
      'unexpected argument `now`; `haltdrill status` takes options only; see `haltdrill status --help`',
    ],
    ...['x', '0', '-1', '1.5', '100', '1e1', ''].map((level): [string, string[], string] => [
      `the level ${JSON.stringify(level)}`,
      ['drill', `--level=${level}`],
      `option '--level <n>' argument '${level}' is invalid; it is a whole number from 1 to 99; see \`haltdrill --help\``,
    ]),
    [
      'an option in place of a reason, which would make a drill of a plan',
      ['drill', '--level', '1', '--skip-gate', '--plan'],
      "option '--skip-gate <reason>' argument '--plan' is invalid; it is another option; give --skip-gate its value, or take it away; see `haltdrill --help`",
    ],
    [
      'an option in place of a folder',
      ['drill', '--level', '1', '--out', '--plan'],
      "option '--out <dir>' argument '--plan' is invalid; it is another option; give --out its value, or take it away; see `haltdrill --help`",
    ],
    [
      'a missing value',
      ['drill', '--level'],
      "option '--level <n>' argument missing; see `haltdrill --help`",
    ],
  ])('%s', async (_, argv, message) => {
    expect(await run(argv)).toEqual({
      code: 64,
      signal: null,
      stdout: '',
      stderr: `haltdrill: ${message}\n`,
    });
  });

  it.each([
    [
      'no drill',
      ['drill'],
      /no drill is named; there are drills\/level-1\.yaml \(level 1\), .*; give --level N or --drill FILE$/m,
    ],
    [
      'a level that no drill has',
      ['drill', '--level', '9'],
      /no drill has level 9; there are drills\/level-1\.yaml/,
    ],
    [
      'level and drill at once',
      ['drill', '--level', '1', '--drill', 'drills/level-1.yaml'],
      /both --level and --drill are given/,
    ],
    [
      'a drill that is not there',
      ['drill', '--drill', 'nope.yaml'],
      /nope\.yaml cannot be read; there is no such file; check the path given with --drill/,
    ],
    ['a drill that is a folder', ['drill', '--drill', 'drills'], /drills cannot be read; is a folder/],
    [
      'known issues that are not there',
      ['drill', '--level', '1', '--known-issues', 'nope.yaml'],
      /check the path given with --known-issues/,
    ],
    [
      'a folder without a drill to recover',
      ['recover', '--out', 'nowhere'],
      /no drill has been reported in nowhere; there is no such folder, or it is empty; name the reports folder with --out DIR/,
    ],
    ['what is no name of a lab', ['drill', '--level', '1', '--lab', '../x', '--plan'], /is no name of a lab/],
    [
      'an inventory that is not there',
      ['drill', '--level', '1', '--inventory', 'nope.yaml'],
      /there is no nope\.yaml; --inventory names a file that is not there/,
    ],
  ])('%s', async (_, argv, message) => {
    const { code, stdout, stderr } = await run(argv);
    expect([code, stdout]).toEqual([64, '']);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(STACK);
  });

  it('is told what npm kept for itself, before anything is done', async () => {
    const env = {
      npm_lifecycle_event: 'drill',
      npm_config_strict: 'true',
      npm_config_known_issues: 'x.yaml',
    };
    expect(await run(['drill', '--level', '3'], { env })).toEqual({
      code: 64,
      signal: null,
      stdout: '',
      stderr:
        'haltdrill: npm kept --known-issues, --strict for itself; it passes on only what follows `--`; put `--` before the options: npm run drill -- --level 3\n',
    });
  });

  it.each([
    [['--level', '3'], '--level'],
    // To npm this is its own -p -l -a -n.
    [['--plan', '--', '--level', '3'], '--plan'],
    [
      [
        '--drill',
        'd',
        '--lab',
        'l',
        '--inventory',
        'i',
        '--known-issues',
        'k',
        '--out',
        'o',
        '--strict',
        '--',
        '--level',
        '3',
      ],
      '--drill, --lab, --inventory, --known-issues, --out, --strict',
    ],
  ])('is answered so through npm itself: npm run drill %s', (argv, kept) => {
    const { status, stderr } = spawnSync('npm', ['run', '-s', 'drill', ...argv], {
      cwd: PACKAGE,
      encoding: 'utf8',
    });
    expect(status).toBe(64);
    expect(stderr).toContain(`npm kept ${kept} for itself; `);
    expect(stderr).toContain('put `--` before the options: npm run drill -- --level 3');
  });
});

describe('the inventory', () => {
  it('is looked for in the current folder only, never in a parent', async () => {
    const folder = join(fleetFolder(), 'below');
    mkdirSync(folder);
    const { code, stderr } = await run(['drill', '--level', '1', '--plan'], { folder });
    expect(code).toBe(64);
    expect(stderr).toBe(
      `haltdrill: there is no inventory.yaml; haltdrill looks for inventory.yaml in the current folder only, never in a parent; name one with --inventory FILE, or try the embedded lab: haltdrill drill --level 3 --inventory ${join(PACKAGE, 'inventory.yaml')}\n`,
    );
  });

  it('comes from HALTDRILL_INVENTORY, and from --inventory before that, and is named first with its digest', async () => {
    const [a, b, elsewhere] = [fleetFolder(), fleetFolder((text) => `${text}\n# another\n`), ownFolder()];
    const env = { HALTDRILL_INVENTORY: join(a, 'inventory.yaml') };
    const first = await run(['drill', '--level', '1', '--plan'], { folder: elsewhere, env });
    const second = await run(['drill', '--level', '1', '--plan', '--inventory', join(b, 'inventory.yaml')], {
      folder: elsewhere,
      env,
    });
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(first.stderr).toContain(`haltdrill: inventory ${a}/inventory.yaml, sha256 `);
    expect(second.stderr).toContain(`haltdrill: inventory ${b}/inventory.yaml, sha256 `);
    const digest = execFileSync('sha256sum', [join(b, 'inventory.yaml')], { encoding: 'utf8' }).slice(0, 64);
    expect(second.stderr.split('\n')[0]).toContain(digest);
  });

  it('has every error told at once, by line and column, without a stack trace', async () => {
    const folder = fleetFolder((text) =>
      text.replace('transport: local', 'transport: locall').replace('known-hosts:', 'known-hostss:'),
    );
    const { code, stderr } = await run(['drill', '--level', '1', '--plan'], { folder });
    expect(code).toBe(64);
    const errors = stderr
      .trimEnd()
      .split('\n')
      .filter((line) => !INVENTORY_LINE.test(line));
    expect(errors.length).toBeGreaterThanOrEqual(2);
    for (const line of errors) expect(line).toMatch(/^haltdrill: inventory\.yaml:\d+:\d+: [^;]+; [^;]+; .+$/);
    expect(stderr).not.toMatch(STACK);
  });

  it('has a stack trace with --debug', async () => {
    const folder = fleetFolder(() => 'fleet: [');
    expect((await run(['drill', '--level', '1', '--plan'], { folder })).stderr).not.toMatch(STACK);
    expect((await run(['drill', '--level', '1', '--plan', '--debug'], { folder })).stderr).toMatch(STACK);
  });

  it('is refused where two drills have the level that was asked for', async () => {
    const folder = fleetFolder();
    cpSync(join(folder, 'drills/level-2.yaml'), join(folder, 'drills/other.yaml'));
    const { code, stderr } = await run(['drill', '--level', '2', '--plan'], { folder });
    expect(code).toBe(64);
    expect(stderr).toContain(
      '2 drills have level 2; drills/level-2.yaml, drills/other.yaml; give one of them with --drill FILE',
    );
  });
});

describe('a live fleet', () => {
  it('is refused with 3 where the level below is not proven, and nothing is written', async () => {
    const folder = fleetFolder(live);
    const { code, stdout, stderr } = await run(['drill', '--level', '2'], { folder, env: VARIABLES });
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(
      /^haltdrill: level 1, the level below, is not proven; level-1-halt-asset never ran there .*--skip-gate REASON/m,
    );
    expect(readdirSync(folder).sort()).toEqual(['drills', 'inventory.yaml']);
  });

  it('has its plan printed, also where a host cannot be asked what would start a target again', async () => {
    const { code, stdout } = await run(['drill', '--level', '2', '--plan'], {
      folder: fleetFolder(live),
      env: VARIABLES,
    });
    expect(code).toBe(0);
    expect(stdout).toContain('ssh ops@127.0.0.1:1');
    expect(stdout).toMatch(/^Foreseen\n {2}tesseract could not be asked: .+\.$/m);
    expect(stdout).not.toContain('LAB');
    expect(stdout).not.toContain(VARIABLES.PRINCIPAL_TOKEN);
  });

  it('is never given a lab', async () => {
    const { code, stderr } = await run(['drill', '--level', '2', '--lab', 'reference'], {
      folder: fleetFolder(live),
      env: VARIABLES,
    });
    expect(code).toBe(64);
    expect(stderr).toContain('--lab reference was given with inventory.yaml, which the lab does not provide');
  });

  it('needs its variables, and is told which', async () => {
    const { PRINCIPAL_TOKEN: _, ...rest } = VARIABLES;
    const { code, stderr } = await run(['drill', '--level', '2', '--plan'], {
      folder: fleetFolder(live),
      env: rest,
    });
    expect(code).toBe(64);
    expect(stderr).toContain('PRINCIPAL_TOKEN');
  });
});

describe('--plan', () => {
  it('prints what would be done, starts nothing and writes nothing', async () => {
    const folder = fleetFolder();
    const { code, stdout, stderr } = await run(['drill', '--level', '3', '--lab', 'as-found', '--plan'], {
      folder,
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^LAB \(as-found\): /);
    expect(stderr).toMatch(/^haltdrill: inventory .*\n$/);
    expect(readdirSync(folder).sort()).toEqual(['drills', 'inventory.yaml']);
  });

  it('prints data with --json', async () => {
    const { code, stdout } = await run(['drill', '--drill', 'drills/level-1.yaml', '--plan', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      drill: 'level-1-halt-asset',
      level: 1,
      environment: 'lab:reference',
    });
  });
});

describe('a drill that needs a confirmation phrase', () => {
  const PHRASE = 'CORRECT HORSE BATTERY';
  const refused =
    /^haltdrill: drills\/level-4\.yaml needs the operator's confirmation phrase, and nothing was started; (.*); give the phrase as the first line on stdin, or see what would be done with --plan$/m;

  it.each<[string, string | Uint8Array | undefined, string]>([
    ['without stdin', undefined, 'no line came on stdin'],
    ['with an empty stdin', '', 'no line came on stdin'],
    ['with an empty line', `\n${PHRASE}\n`, 'no line came on stdin'],
    ['with a line of spaces', `${' '.repeat(12)}\n`, 'no line came on stdin'],
    ['with a line that is too short', 'PASSWRD\n', 'no phrase has fewer than 8 characters'],
    ['with control characters', `${PHRASE}\u001b[2J\n`, 'the first line on stdin holds control characters'],
    ['with far too much', 'x'.repeat(300_000), 'the first line on stdin has more than 800 bytes'],
    ['with what is no text', Buffer.from([0xff, 0xfe, 0x0a]), 'the first line on stdin is not UTF-8 text'],
    [
      'with a line of the drill, which has a Windows line end',
      `destructive\r\n${PHRASE}`,
      'the drill itself holds what came on stdin',
    ],
    ['with one that has no line end', 'destructive', 'the drill itself holds what came on stdin'],
  ])('%s: exits 3 and touches nothing', async (_, stdin, why) => {
    const folder = ownFolder();
    const { code, stdout, stderr } = await run(
      ['drill', '--level', '4', '--json', '--out', join(folder, 'out')],
      { env: { TMPDIR: folder }, ...(stdin === undefined ? {} : { stdin }) },
    );
    expect([code, stdout]).toEqual([3, '']);
    expect(refused.exec(stderr)?.[1]).toBe(why);
    expect(stderr).not.toContain('starting the embedded lab');
    expect(stderr).not.toMatch(/HORSE|PASSWRD/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('can be interrupted while it waits for the phrase', async () => {
    const folder = ownFolder();
    const running = start(['drill', '--level', '4'], {
      folder: fleetFolder(),
      env: { TMPDIR: folder },
      stdin: null,
    });
    await running.said('reading it from stdin');
    running.child.kill('SIGINT');
    const { code, stderr } = await running.ended;
    expect(code).toBe(3);
    expect(stderr).toContain('interrupted by SIGINT; nothing was triggered');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('goes on with a phrase, which is in no argument and no message', async () => {
    const folder = ownFolder();
    const running = start(['drill', '--level', '4', '--out', join(folder, 'out')], {
      env: { TMPDIR: folder },
      stdin: `${PHRASE}\nmore\n`,
    });
    await running.said('starting the embedded lab');
    await expect.poll(() => processesIn(folder).length, { timeout: 15_000 }).toBeGreaterThan(0);
    expect(processesIn(folder).join()).not.toContain(PHRASE);
    running.child.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(3);
    expect(stdout + stderr).not.toContain(PHRASE);
    expect(processesIn(folder)).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not started on a live fleet, phrase or not', async () => {
    const folder = fleetFolder(live);
    const { code, stdout, stderr } = await run(['drill', '--level', '4'], {
      folder,
      env: VARIABLES,
      stdin: `${PHRASE}\n`,
    });
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/^haltdrill: level 4 has no window; on a live fleet it runs only inside one/m);
    expect(stderr).toMatch(/^haltdrill: level 3, the level below, is not proven/m);
    expect(stderr).not.toContain(PHRASE);
    expect(readdirSync(folder).sort()).toEqual(['drills', 'inventory.yaml']);
  });

  it('is planned without one', async () => {
    const { code, stdout } = await run(['drill', '--level', '4', '--plan']);
    expect(code).toBe(0);
    expect(stdout).toContain('The operator types a confirmation phrase');
    expect(stdout).toContain(`    1. on knox: \${KNOX_ROOT}/bin/principal resume `);
  });

  it('leaves stdin alone where none is needed', async () => {
    const folder = ownFolder();
    const running = start(['drill', '--level', '2'], { env: { TMPDIR: folder }, stdin: null });
    await running.said('starting the embedded lab');
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(3);
  });
});

describe('status', () => {
  it('says that nothing is there, and does not make a ledger by looking', async () => {
    const folder = ownFolder();
    const { code, stdout, stderr } = await run(['status'], { folder });
    expect(code).toBe(0);
    expect(stdout).toContain('nothing is proven');
    expect(stderr).toContain('there is no reports/ledger.db yet');
    expect(existsSync(join(folder, 'reports'))).toBe(false);
  });

  it('shows a lab apart from the fleet', async () => {
    const folder = ownFolder();
    const ledger = openLedger(join(folder, 'reports/ledger.db'));
    ledger.record(proofOf(passed));
    ledger.close();
    const { stdout } = await run(['status'], { folder });
    expect(stdout).toMatch(
      /^The fleet\n {2}nothing is proven: .*\n\nThe embedded lab .*\n.*\n {2}2 .*lab:reference.* 5 of 5 /,
    );
  });

  it('names a ledger that it cannot read', async () => {
    const folder = ownFolder();
    writeFileSync(
      join(folder, 'ledger.db'),
      'no database, but long enough to be looked at as if it were one'.repeat(20),
    );
    const { code, stdout, stderr } = await run(['status', '--out', folder]);
    expect([code, stdout]).toEqual([64, '']);
    expect(stderr).toContain('ledger.db cannot be read; ');
    expect(stderr).not.toMatch(STACK);
  });
});

describe('output', () => {
  const many = 3000;
  let folder = '';
  beforeAll(() => {
    folder = ownFolder();
    const ledger = openLedger(join(folder, 'ledger.db'));
    for (let n = 0; n < many; n += 1)
      ledger.record({ ...proofOf(passed), drillId: `${n}-${passed.drillId}` });
    ledger.close();
  });

  it('arrives whole through a pipe, however slowly it is read', async () => {
    const command = `"$0" "$1" status --json --out "$2" | (sleep 1; cat)`;
    const text = execFileSync('sh', ['-c', command, process.execPath, BINARY, folder], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    expect(text.length).toBeGreaterThan(1024 * 1024);
    expect(JSON.parse(text)).toHaveLength(many);
  });

  it('does not mind a reader that goes away', async () => {
    const child = spawn(process.execPath, [BINARY, 'status', '--json', '--out', folder], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    child.stderr.destroy();
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
  });

  it('that is lost to a full disk is not a success', () => {
    const full = spawn('sh', ['-c', '"$0" "$1" --help > /dev/full', process.execPath, BINARY], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    full.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    return new Promise<void>((resolve, reject) => {
      full.once('close', (code) => {
        try {
          expect(code).toBe(70);
          expect(stderr).toMatch(/^haltdrill: stdout cannot be written; ENOSPC/);
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
  });
});

describe('an error that nobody caught', () => {
  const boom = `process.on('newListener', (name) => { if (name === 'uncaughtException') setImmediate(() => { throw new Error('boom'); }); });`;
  const env = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(boom)}` };

  it('is 70 and one line', async () => {
    const { code, stderr } = await run(['status'], { folder: ownFolder(), env });
    expect(code).toBe(70);
    expect(stderr).toContain('haltdrill: internal error: boom\n');
    expect(stderr).not.toMatch(STACK);
  });

  it('has a stack trace with --debug', async () => {
    const { code, stderr } = await run(['status', '--debug'], { folder: ownFolder(), env });
    expect(code).toBe(70);
    expect(stderr).toMatch(STACK);
  });
});

describe('the lab', () => {
  it('that does not exist is 64, and those that do are named', async () => {
    const { code, stderr } = await run(['drill', '--level', '1', '--lab', 'nonesuch'], {
      env: { TMPDIR: ownFolder() },
    });
    expect(code).toBe(64);
    expect(stderr).toMatch(
      /the lab `nonesuch` did not start; there is no lab variant 'nonesuch'; the nearest is '[a-z0-9-]+'; `haltdrill lab --list` names them all/,
    );
  });

  it('is gone again where the journal cannot be written, and nothing was triggered', async () => {
    const folder = ownFolder();
    const { code, stdout, stderr } = await run(['drill', '--level', '1', '--out', '/dev/null/reports'], {
      env: { TMPDIR: folder },
    });
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/\/dev\/null is a device, not a folder; .*; name a folder/);
    expect(processesIn(folder)).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'is gone again after %s while it starts: 3',
    async (signal) => {
      const folder = ownFolder();
      const running = start(['drill', '--level', '1', '--out', join(folder, 'out')], {
        env: { TMPDIR: folder },
      });
      await running.said('starting the embedded lab');
      running.child.kill(signal);
      const { code, stderr } = await running.ended;
      expect(code).toBe(3);
      expect(stderr).toContain(`interrupted by ${signal}; nothing was triggered`);
      expect(processesIn(folder)).toEqual([]);
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it('runs in the foreground until it is told to end', async () => {
    const folder = ownFolder();
    const running = start(['lab', '--lab', 'as-found'], { env: { TMPDIR: folder } });
    await running.said('hermes');
    expect(processesIn(folder).length).toBeGreaterThan(10);
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(0);
    expect(processesIn(folder)).toEqual([]);
  });
});

describe('a second signal', () => {
  it.each([
    ['before the trigger', 'stage baseline begins', 3, 'nothing was triggered'],
    [
      'after the trigger',
      'stage observe begins',
      5,
      'the fleet may still be halted at level 2; the lab ends with this process',
    ],
  ])('%s ends it at once and says what is left', async (_, moment, code, words) => {
    const folder = ownFolder();
    const running = start(['drill', '--level', '2', '--out', join(folder, 'out')], {
      env: { TMPDIR: folder },
    });
    await running.said(moment);
    running.child.kill('SIGINT');
    await running.said('haltdrill: SIGINT; ending the drill and putting the fleet back');
    running.child.kill('SIGTERM');
    const ran = await running.ended;
    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain(`haltdrill: ended at once by a second SIGTERM; ${words}`);
    // The lab notices by itself that nobody holds it any more.
    await expect.poll(() => processesIn(folder), { timeout: 15_000 }).toEqual([]);
  });
});
