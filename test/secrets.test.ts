import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Verdict } from '../src/drill/model/verdict.ts';
import { leaks } from './support/coats.ts';
import {
  ownFolder,
  PACKAGE,
  processesIn,
  type Ran,
  requireFreshBuild,
  run,
  start,
} from './support/haltdrill.ts';

beforeAll(requireFreshBuild);

const PHRASE = 'SHUTDOWN INVICTUS';

/** What is planted from here, and by the lab that babbles (src/lab/broker/babbling.ts), by where it is planted. */
const PLANTED: Readonly<Record<string, string>> = {
  'a secret of the environment': 'env-s3cret/wörd-0451',
  'a secret in the inventory': 'written-s3cret "quoted" 0451',
  'a header of the resume': 'header-s3cret-0451',
  'a password in a start command': 'start-password-0451',
  'what a manual step says': 'said-s3cret-0451',
  'a password that the broker says': 'babbled-password-0451',
  'a private key that the broker says': 'YmFiYmxpbmctcHJpdmF0ZS1rZXktMDAwMQ0451babblinglineone',
  'its second line': 'YmFiYmxpbmctcHJpdmF0ZS1rZXktMDAwMg0451babblinglinetwo',
  "a password in a service's argv": 'argv-password-0451',
  "a secret in a service's argv": 'argv-key-0451',
};

/** The shipped inventory with secrets wherever one can hold some. */
function inventoryText(): string {
  const edit = (text: string, from: string, to: string): string => {
    if (!text.includes(from)) throw new Error(`the inventory has no ${from}`);
    return text.replace(from, () => to);
  };
  const start = ['/bin/sh', '-c', '"$0" start com.invictus.shiva', '${TESSERACT_ROOT}/bin/launchctl'];
  const words = [...start, 'mysql://shiva:start-password-0451@10.0.0.1/x', '${EXTRA_SECRET}'];
  const failing = ['/bin/sh', '-c', 'echo "said-s3cret-0451: $0" >&2; exit 3', '${EXTRA_SECRET}'];
  let text = readFileSync(join(PACKAGE, 'inventory.yaml'), 'utf8');
  text = edit(
    text,
    '    label: com.invictus.shiva\n',
    `    label: com.invictus.shiva\n    start: ${JSON.stringify(words)}\n`,
  );
  text = edit(
    text,
    '  manual-resume:\n',
    `  manual-resume:\n    - { host: tesseract, run: ${JSON.stringify(failing)} }\n`,
  );
  text = edit(
    text,
    'headers: { Second-Operator: Bearer $second }',
    'headers: { Second-Operator: Bearer $second, X-Api-Key: header-s3cret-0451 }',
  );
  const marked = ['${EXTRA_SECRET}', 'written-s3cret "quoted" 0451', 'said-s3cret-0451', 'argv-key-0451'];
  return `${text}\nsecrets: ${JSON.stringify(marked)}\n`;
}

interface Drilled extends Ran {
  readonly texts: ReadonlyMap<string, Buffer>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly verdict: Verdict;
  readonly out: string;
  readonly id: string;
}

/** A whole drill of the lab that babbles; everything that it wrote, printed, and had as an argument. */
async function drill(level: number, stdin?: string): Promise<Drilled> {
  const folder = ownFolder();
  writeFileSync(join(folder, 'inventory.yaml'), inventoryText());
  const file = join(PACKAGE, `drills/selftest/level-${level}.yaml`);
  const running = start(['drill', '--drill', file, '--lab', 'babbles', '--out', 'out'], {
    folder,
    env: { TMPDIR: folder, EXTRA_SECRET: PLANTED['a secret of the environment'] ?? '' },
    ...(stdin === undefined ? {} : { stdin }),
  });
  const seen = watchArguments(folder);
  let own: Record<string, string> = {};
  const reading = setInterval(() => {
    own = { ...own, ...labSecrets(folder) };
  }, 50);
  const ran = await running.ended;
  clearInterval(reading);
  const commandLines = seen.stop();
  expect(processesIn(folder)).toEqual([]);
  const out = join(folder, 'out');
  const texts = new Map([...filesBelow(out)].map((path) => [path.slice(out.length), readFileSync(path)]));
  texts.set('stdout', Buffer.from(ran.stdout));
  texts.set('stderr', Buffer.from(ran.stderr));
  texts.set('the arguments of processes', Buffer.from(commandLines.join('\n')));
  const [id = ''] = readdirSync(out).filter((name) => !name.startsWith('ledger.db'));
  const verdict = JSON.parse(readFileSync(join(out, id, 'verdict.json'), 'utf8')) as Verdict;
  expect(commandLines.some((line) => line.includes('dist/main.js'))).toBe(true);
  expect(Object.keys(own)).toEqual(
    expect.arrayContaining(['operator', 'second-operator', 'the key of the runner']),
  );
  return { ...ran, texts, secrets: { ...PLANTED, ...own }, verdict, out, id };
}

/** What the lab makes afresh each time, read where its own processes do. */
function labSecrets(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(folder).filter((one) => one.startsWith('haltdrill-lab-'))) {
    const root = join(folder, name);
    try {
      const config = readFileSync(join(root, 'knox/etc/principal.json'), 'utf8');
      const { tokens } = (JSON.parse(config) as { config: { tokens: { role: string; token: string }[] } })
        .config;
      for (const { role, token } of tokens) if (role !== 'agent') found[role] = token;
      const lines = readFileSync(join(root, 'keys/runner_ed25519'), 'utf8').split('\n');
      if (lines[2] !== undefined) found['the key of the runner'] = lines[2];
    } catch {
      // It is being built, or taken down.
    }
  }
  return found;
}

/** Command lines of the runner and of all that it starts but the lab, sampled until stopped. */
function watchArguments(folder: string): { stop(): string[] } {
  const seen = new Set<string>();
  const look = (): void => {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
        const ours = environment.includes(`TMPDIR=${folder}`);
        const lab = environment.some((one) => one.startsWith('HALTDRILL_LAB_ROOT='));
        const line = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
        if (ours && !lab && !line.includes('dist/lab/')) seen.add(line);
      } catch {
        // It ended, or is somebody else's.
      }
    }
  };
  const timer = setInterval(look, 40);
  return {
    stop: () => {
      clearInterval(timer);
      return [...seen];
    },
  };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

function expectForTheOwnerAlone({ out, id }: Drilled): void {
  expect(statSync(join(out, id)).mode & 0o777).toBe(0o700);
  for (const path of filesBelow(out)) expect(statSync(path).mode & 0o777, path).toBe(0o600);
  expect(readdirSync(join(out, id))).toEqual(
    expect.arrayContaining(['journal.jsonl', 'verdict.json', 'report.md', 'report.html', 'junit.xml']),
  );
}

describe('no secret is in anything that a drill writes, prints or starts', () => {
  it('at level 2, with a broker that repeats every token', async () => {
    const drilled = await drill(2);
    expect(leaks(drilled.secrets, drilled.texts)).toEqual([]);
    // The evidence is none the worse for it.
    expect(drilled.verdict).toMatchObject({ verdict: 'pass', fleet: 'restored', findings: [] });
    expect(drilled.code).toBe(0);
    // What was taken out had been there.
    const journal = drilled.texts.get(`/${drilled.id}/journal.jsonl`)?.toString() ?? '';
    expect(journal).toContain('postgres://app:[redacted]@10.0.0.1/x');
    expect(journal).toContain('--key=[redacted]');
    expect(journal).toContain('amqp://queue:[redacted]@');
    expect(journal).toMatch(/\\"authorization\\":\\"\[redacted\]/);
    expect(journal).toContain('mysql://shiva:[redacted]@');
    expectForTheOwnerAlone(drilled);
  });

  it('at level 4, with a phrase, and a manual step that fails and says why', async () => {
    const drilled = await drill(4, `${PHRASE}\n`);
    const secrets = { ...drilled.secrets, 'the phrase': PHRASE };
    expect(leaks(secrets, drilled.texts)).toEqual([]);
    expect(drilled.verdict).toMatchObject({ fleet: 'restored' });
    const journal = drilled.texts.get(`/${drilled.id}/journal.jsonl`)?.toString() ?? '';
    expect(journal).toContain('[redacted]: [redacted]');
    expect(journal).toMatch(/"command":\["\/bin\/sh","-c","echo \\"\[redacted\]: \$0\\"/);
    expectForTheOwnerAlone(drilled);
  });
});

describe('no secret is in a plan', () => {
  const plan = async (...more: string[]): Promise<Ran> => {
    const folder = ownFolder();
    writeFileSync(join(folder, 'inventory.yaml'), inventoryText());
    return run(['drill', '--drill', join(PACKAGE, 'drills/level-4.yaml'), '--plan', ...more], {
      folder,
      env: {
        EXTRA_SECRET: PLANTED['a secret of the environment'] ?? '',
        PRINCIPAL_TOKEN: 'token-of-the-plan',
        PRINCIPAL_SECOND_TOKEN: 'second-of-the-plan',
      },
    });
  };
  const secrets = { ...PLANTED, token: 'token-of-the-plan', second: 'second-of-the-plan' };

  it.each([['as text'], ['as JSON', '--json']])('%s', async (_, ...more) => {
    const { code, stdout, stderr } = await plan(...more);
    expect(code).toBe(0);
    expect(
      leaks(
        secrets,
        new Map([
          ['stdout', Buffer.from(stdout)],
          ['stderr', Buffer.from(stderr)],
        ]),
      ),
    ).toEqual([]);
    expect(stdout).toContain('mysql://shiva:[redacted]@10.0.0.1/x');
    expect(stdout.match(/\[redacted\]/g)?.length).toBeGreaterThanOrEqual(4);
    if (more.length > 0) expect(JSON.parse(stdout)).toMatchObject({ level: 4 });
  });
});

describe('no secret is in a message', () => {
  it.each([
    ['of a token that is too short', { PRINCIPAL_TOKEN: 'q7z' }, /"bearer" has fewer than 4 characters/],
    ['of a token with a blank', { PRINCIPAL_TOKEN: 'q7z q7z' }, /"bearer" is not a token/],
    ['of a marked secret that is too short', { EXTRA_SECRET: 'q7z' }, /item 1 of "secrets" has fewer than 4/],
  ])('%s, which is an error of configuration', async (_, env, message) => {
    const folder = ownFolder();
    writeFileSync(join(folder, 'inventory.yaml'), inventoryText());
    const ran = await run(['drill', '--drill', join(PACKAGE, 'drills/level-2.yaml')], {
      folder,
      env: { EXTRA_SECRET: 'long-enough', ...env },
    });
    expect(ran.code).toBe(64);
    expect(ran.stderr).toMatch(message);
    expect(ran.stdout + ran.stderr).not.toContain('q7z');
    expect(readdirSync(folder)).toEqual(['inventory.yaml']);
  });

  it('of a lab that does not start', async () => {
    const folder = ownFolder();
    writeFileSync(join(folder, 'inventory.yaml'), inventoryText());
    const ran = await run(
      ['drill', '--drill', join(PACKAGE, 'drills/level-2.yaml'), '--lab', 'long-enough-secret', '--debug'],
      { folder, env: { EXTRA_SECRET: 'long-enough-secret' } },
    );
    expect(ran.code).toBe(64);
    expect(ran.stderr).toContain("no lab variant '[redacted]'");
    expect(ran.stderr).not.toContain('long-enough-secret');
  });
});

describe('no secret is in an error that nobody caught', () => {
  it.each([['in a line'], ['with its stack', '--debug']])(
    '%s, nor what acts on a terminal',
    async (_, ...more) => {
      const folder = ownFolder();
      writeFileSync(join(folder, 'inventory.yaml'), inventoryText());
      const thrower = `process.on('SIGUSR2', () => { throw new Error('\\u001b[31mred long-enough-secret \\u202e'); })`;
      const running = start(['drill', '--drill', join(PACKAGE, 'drills/level-4.yaml'), ...more], {
        folder,
        stdin: null,
        env: {
          EXTRA_SECRET: 'long-enough-secret',
          NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(thrower)}`,
        },
      });
      await running.said('needs its confirmation phrase');
      running.child.kill('SIGUSR2');
      const ran = await running.ended;
      expect(ran.code).toBe(70);
      expect(ran.stderr).toMatch(/^haltdrill: internal error: .*red \[redacted\]/m);
      expect(ran.stderr).not.toContain('long-enough-secret');
      expect(ran.stderr.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}/u);
    },
  );
});

describe('the search itself', () => {
  const secret = 's3cret/wörd "0451"';
  const hidden: [string, string][] = [
    ['raw', secret],
    ['base64', Buffer.from(`{"a":"${secret}"}`).toString('base64')],
    ['base64 behind one more', Buffer.from(`x{"a":"${secret}"}`).toString('base64')],
    ['base64 behind two more', Buffer.from(`xy{"a":"${secret}"}`).toString('base64')],
    ['base64url', Buffer.from(`${secret}???>>>`).toString('base64url')],
    ['hex', Buffer.from(`a${secret}b`).toString('hex')],
    ['URL', encodeURIComponent(`?a=${secret}`)],
    ['JSON', JSON.stringify({ a: secret })],
    ['JSON in JSON', JSON.stringify(JSON.stringify({ a: secret }))],
  ];

  it.each(hidden)('finds one that was planted, in %s', (_, text) => {
    const texts = new Map([['a file', Buffer.from(`before ${text} after`)]]);
    expect(leaks({ planted: secret }, texts).length).toBeGreaterThan(0);
    expect(leaks({ other: 'another/wörd "0451"' }, texts)).toEqual([]);
  });
});
