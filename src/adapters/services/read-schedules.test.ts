import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../../../test/support/needs.ts';
import type { ManagedReading, ManagedService } from '../../drill/model/manager.ts';
import { absent, present, type Reading, unreadable } from '../../drill/model/reading.ts';
import { withSchedules } from './read-schedules.ts';

const never = { sleep: () => new Promise<void>(() => undefined) };
const atOnce = { sleep: () => Promise.resolve() };

const SERVICE: ManagedService = {
  pid: 1,
  runs: null,
  restarts: 0,
  invocation: null,
  keepAlive: null,
  comesBack: null,
  startsLeft: null,
  disabled: null,
  revives: null,
  bites: [],
};
const NAMES = new Map([
  ['hermes', ['/opt/bin/hermes', 'hermes.service']],
  ['shiva', ['/opt/bin/shiva']],
  ['apollo', ['/opt/bin/apollo', 'apollo\tsystemctl']],
]);

const manager = (over: Partial<ManagedService> = {}, reading?: Reading<readonly ManagedReading[]>) => ({
  read: async (services: readonly string[]) =>
    reading ?? present(services.map((service) => ({ service, reading: present({ ...SERVICE, ...over }) }))),
});

const answering = (output: string) => ({ run: async () => present({ exitCode: 0, output }) });

async function hermes(output: string) {
  const reading = await withSchedules(manager(), NAMES, answering(output), never).read(['hermes']);
  const one = reading.kind === 'present' ? reading.value[0] : undefined;
  expect(one?.reading).toEqual(present(SERVICE));
  return one?.scheduled;
}

describe('entries of cron and at', () => {
  it.each([
    ['*/5 * * * *', 300_000],
    ['7 * * * *', 3_600_000],
    ['0 9,17 * * *', 16 * 3_600_000],
    ['30 4 * * *', 24 * 3_600_000],
    ['0 4 * * 1', null],
    ['0 4 1 * *', null],
    ['70 * * * *', null],
    ['@hourly', 3_600_000],
    ['@daily', 24 * 3_600_000],
    ['@weekly', 7 * 24 * 3_600_000],
    ['@monthly', null],
    ['once', null],
  ])('at %s may start a service', async (schedule, withinMs) => {
    const by = `/etc/crontab (${schedule})`;
    expect(await hermes(`1|/etc/crontab|${schedule}\nend\n`)).toEqual({
      revives: { withinMs, by },
      bites: [{ kind: 'revived', how: `${by} names it, and may start it though it was stopped` }],
    });
  });

  it('at boot bite at a reboot only', async () => {
    expect(await hermes('2|crontab -l|@reboot\nend\n')).toEqual({
      revives: null,
      bites: [
        { kind: 'starts-at-boot', how: 'crontab -l (@reboot) names it, so that a reboot may undo the halt' },
      ],
    });
  });

  it('count for the service that they name, and the slowest of them', async () => {
    const output = '3|/etc/cron.d/a|* * * * *\n1|/etc/cron.d/b|* * * * *\n1|/etc/cron.d/c|0 * * * *\nend\n';
    const one = await hermes(output);
    expect(one?.revives).toEqual({ withinMs: 3_600_000, by: '/etc/cron.d/c (0 * * * *)' });
    expect(one?.bites).toHaveLength(2);
  });

  it.each(['end\n', '9|/etc/crontab|@daily\nend\n', 'x|y|z\n1|/etc/crontab\n1||@daily\nend\n'])(
    'are none in %j',
    async (output) => {
      await expect(hermes(output)).resolves.toEqual({ revives: null, bites: [] });
    },
  );

  it('are unknown where they were not read to their end', async () => {
    await expect(hermes('1|/etc/crontab|@daily\n')).resolves.toBeUndefined();
    const lost = { run: async () => unreadable('the ssh connection was lost') };
    await expect(withSchedules(manager(), NAMES, lost, never).read(['hermes'])).resolves.toEqual(
      present([{ service: 'hermes', reading: present(SERVICE) }]),
    );
    await expect(withSchedules(null, NAMES, lost, never).read(['hermes'])).resolves.toEqual(
      unreadable('its host has no service manager'),
    );
  });

  it('count also where the manager cannot be read, does not know the service, or is none', async () => {
    const daily = answering('1|/etc/crontab|@daily\nend\n');
    const scheduled = { revives: { withinMs: 24 * 3_600_000, by: '/etc/crontab (@daily)' } };
    const read = (from: ReturnType<typeof manager> | null) =>
      withSchedules(from, NAMES, daily, never).read(['hermes']);
    const silent = unreadable('systemctl ended with 1');
    for (const [from, reading] of [
      [manager({}, silent), silent],
      [manager({}, present([{ service: 'hermes', reading: absent }])), absent],
      [null, unreadable('its host has no service manager')],
    ] as const)
      await expect(read(from)).resolves.toMatchObject(present([{ service: 'hermes', reading, scheduled }]));
  });
});

it('are not waited for: what the manager counts is not lost over them', async () => {
  const hangs = { run: () => new Promise<never>(() => undefined) };
  await expect(
    withSchedules(manager({ restarts: 3 }), NAMES, hangs, atOnce).read(['hermes']),
  ).resolves.toEqual(present([{ service: 'hermes', reading: present({ ...SERVICE, restarts: 3 }) }]));
});

describe.each([
  ['sh', {}],
  ['bash', needs('bash')],
  ['busybox sh', needs('busybox')],
] as const)('%s on a host', (shell, need) => {
  let root: string;
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    if (path.startsWith('bin/')) chmodSync(join(root, path), 0o755);
  };
  const [file = '', ...before] = shell.split(' ');
  // The folder stands for the root of the host, and for where its commands are.
  const link = {
    run: ([, , script = '', zero = '', , ...names]: readonly string[]) =>
      new Promise<Reading<{ exitCode: number; output: string }>>((done) => {
        execFile(
          file,
          [...before, '-c', script, zero, root, ...names],
          { env: { PATH: `${root}/bin:${process.env.PATH}` } },
          (error, output) =>
            done(
              error !== null && (error as NodeJS.ErrnoException).code === 'ENOENT'
                ? unreadable('there is no such shell')
                : present({ exitCode: 0, output }),
            ),
        );
      }),
  };

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'haltdrill-cron-'));
    put(
      'etc/crontab',
      'SHELL=/opt/bin/hermes\n# 1 * * * * root /opt/bin/hermes\n*/5 * * * * root TOKEN=s3same /opt/bin/hermes --fast\n',
    );
    put('etc/cron.d/other', '0 3 * * * root /opt/bin/hermes-report /srv/opt/bin/hermes\n');
    put('etc/cron.d/restart', '@hourly root systemctl restart hermes.service; /opt/bin/shiva\n0 3 * *\n');
    put(
      'etc/cron.d/watch',
      '*/2 * * * * root echo apollo\n*/3 * * * * root systemctl start apollo-2 systemctl\n*/4 * * * * root pgrep apollo || /bin/systemctl start apollo\n',
    );
    put('etc/cron.daily/rotate', '#!/bin/sh\nexec "/opt/bin/shiva" --rotate\n');
    put('bin/crontab', '#!/bin/sh\necho "@reboot /opt/bin/shiva $(echo *)"\n');
    put('bin/atq', '#!/bin/sh\nprintf "12\\tThu Nov 26 10:00:00 2026 a root\\nnothing\\n"\n');
    put('bin/at', '#!/bin/sh\n[ "$1 $2" = "-c 12" ] && printf "umask 22\\n/opt/bin/apollo\\n"\n');
    put('bin/id', '#!/bin/sh\necho nobody-at-all\n');
  });
  afterAll(() => rmSync(root, { recursive: true }));

  it('tells schedules of entries that name a service, and nothing else of them', need, async () => {
    let output = '';
    const told = {
      run: async (argv: readonly string[]) => {
        const said = await link.run(argv);
        if (said.kind === 'present') output = said.value.output;
        return said;
      },
    };
    const reading = await withSchedules(manager(), NAMES, told, never).read(['hermes', 'shiva', 'apollo']);
    expect(output.split('\n').sort()).toEqual(
      [
        '',
        '1|/etc/crontab|*/5 * * * *',
        '2|/etc/cron.d/restart|@hourly',
        '3|/etc/cron.d/restart|@hourly',
        '3|/etc/cron.daily/rotate|@daily',
        '3|crontab -l|@reboot',
        '4|at|once',
        '5|/etc/cron.d/watch|*/4 * * * *',
        'end',
      ].sort(),
    );
    expect(reading.kind === 'present' && reading.value.map((one) => one.scheduled)).toMatchObject([
      { revives: { withinMs: 3_600_000 } },
      { revives: { withinMs: 24 * 3_600_000 } },
      { revives: { withinMs: null, by: 'at (once)' } },
    ]);
  });
});
