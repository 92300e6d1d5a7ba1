import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Manager } from '../../drill/model/inventory.ts';
import { present, type Reading, unreadable } from '../../drill/model/reading.ts';
import type { HostLink } from '../../drill/ports/world.ts';
import { RUNNING } from './launchctl.fixture.ts';
import { createManagerLink, managedName } from './manager-link.ts';
import { APPS, JLIST } from './pm2.fixture.ts';
import { PM2_SCRIPT } from './pm2-script.ts';
import { SUPERVISOR_SCRIPT } from './supervisor-script.ts';
import { CONFIG, NOBODY, STATUS } from './supervisorctl.fixture.ts';
import { MISSING, TIMER, UNIT } from './systemctl.fixture.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'haltdrill-manager-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A command of that name on this machine, in sh. */
function tool(name: string, script: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o700);
  return file;
}

const link: Pick<HostLink, 'run'> = {
  run: ([file = '', ...args]) =>
    new Promise<Reading<{ exitCode: number; output: string }>>((resolve) => {
      execFile(file, args, (error, output) => {
        resolve(present({ exitCode: typeof error?.code === 'number' ? error.code : 0, output }));
      });
    }),
};
const labels = new Map([
  ['hermes', 'com.invictus.hermes'],
  ['shiva', 'com.invictus.shiva'],
]);

async function read(
  manager: Exclude<Manager, 'none'>,
  managerCommand: string,
  names = labels,
  managerConfig?: string,
  asked: readonly string[] = [...names.keys()],
) {
  const config = managerConfig === undefined ? {} : { managerConfig };
  const reading = await createManagerLink({ manager, managerCommand, ...config }, names, link)?.read(asked);
  if (reading?.kind !== 'present') throw new Error(JSON.stringify(reading));
  return Object.fromEntries(reading.value.map(({ service, reading: own }) => [service, own]));
}

describe('a launchd host', () => {
  it('is asked in the domain where the service is, as on macOS', async () => {
    const file = tool(
      'launchctl',
      `case "$*" in
        "print system/com.invictus.hermes") cat <<'END'\n${RUNNING}END
        ;;
        print-disabled*) printf 'disabled services = {\\n\\t\\t"com.invictus.hermes" => disabled\\n\\t}\\n' ;;
        "print com."*) exit 64 ;;
        *) echo 'Could not find service' >&2; exit 113 ;;
      esac`,
    );
    expect(await read('launchd', file)).toMatchObject({
      hermes: { kind: 'present', value: { pid: 10526, runs: 3, disabled: true, bites: [] } },
      shiva: { kind: 'absent' },
    });
  });

  it('is unreadable where launchctl is missing, broken, or prints what nobody knows', async () => {
    for (const file of [
      join(folder, 'none'),
      tool('broken', 'exit 1'),
      tool('odd', 'echo pid = 7'),
      tool('dies', 'echo "x = {"; kill -9 $$'),
    ])
      expect(await read('launchd', file)).toMatchObject({
        hermes: { kind: 'unreadable' },
        shiva: { kind: 'unreadable' },
      });
  });

  it('does not know a label that launchctl answers with nothing', async () => {
    expect(await read('launchd', tool('silent', 'exit 0'))).toMatchObject({ hermes: { kind: 'absent' } });
  });
});

describe('a systemd host', () => {
  it('is asked for the unit and for what triggers it', async () => {
    const file = tool(
      'systemctl',
      `for unit; do :; done
      case "$unit" in
        com.invictus.hermes) cat <<'END'\n${UNIT.replace('=active', '=inactive').replace('812', '0')}END
        ;;
        hermes.timer) cat <<'END'\n${TIMER}END
        ;;
        *) cat <<'END'\n${MISSING}END
        ;;
      esac`,
    );
    expect(await read('systemd', file)).toMatchObject({
      hermes: { kind: 'present', value: { pid: null, restarts: 2, revives: { by: 'hermes.timer' } } },
      shiva: { kind: 'absent' },
    });
  });

  it('is asked for units of the login’s own manager, triggers included', async () => {
    const file = tool(
      'systemctl-user',
      `[ "$1" = --user ] && [ -n "$XDG_RUNTIME_DIR" ] || { echo 'Id=x'; echo 'LoadState=not-found'; exit 0; }
      for unit; do :; done
      case "$unit" in
        hermes.service) cat <<'END'\n${UNIT}END
        ;;
        hermes.timer) cat <<'END'\n${TIMER}END
        ;;
        *) exit 1 ;;
      esac`,
    );
    const names = new Map([
      ['hermes', managedName({ label: 'hermes.service', scope: 'user' }) ?? ''],
      ['shiva', managedName({ label: 'hermes.service' }) ?? ''],
    ]);
    expect(await read('systemd', file, names)).toMatchObject({
      hermes: { kind: 'present', value: { pid: 812, revives: { by: 'hermes.timer' } } },
      shiva: { kind: 'absent' },
    });
  });

  it('tells how old the unit’s life is, by which its start limit counts', async () => {
    const limit = 'StartLimitBurst=5\nStartLimitIntervalUSec=10s\nExecMainStartTimestampMonotonic=1\n';
    const file = tool(
      'limited',
      `cat <<'END'\n${UNIT.replace('TriggeredBy=hermes.timer', 'TriggeredBy=')}${limit}END`,
    );
    // This machine has been up for longer than that.
    expect(await read('systemd', file)).toMatchObject({
      hermes: { kind: 'present', value: { startsLeft: 5, comesBack: true } },
    });
  });

  it('is unreadable where systemctl is missing or reaches no systemd', async () => {
    for (const file of [join(folder, 'none'), tool('failing', 'echo "Failed to connect to bus" >&2; exit 1')])
      expect(await read('systemd', file)).toMatchObject({ hermes: { kind: 'unreadable' } });
  });
});

describe('a supervisord host', () => {
  const names = new Map([
    ['hermes', 'hermes'],
    ['shiva', 'traders:alpha'],
    ['nobody', 'nobody'],
  ]);
  const ask = (file: string, config?: string) => read('supervisord', file, names, config);

  it('is asked once, with its own configuration and the files that this includes', async () => {
    const home = join(folder, 'etc it');
    mkdirSync(join(home, 'conf.d'), { recursive: true });
    const config = join(home, 'supervisord.conf');
    writeFileSync(config, '[unix_http_server]\npassword=s3same\n[include]\nfiles = conf.d/*.conf ; all\n');
    const environment = 'environment=TOKEN="s3same"\n';
    writeFileSync(join(home, 'conf.d', 'all.conf'), CONFIG.replaceAll('\n[', `\n${environment}[`));
    const file = tool(
      'supervisorctl',
      `[ "$1:$2:$3:$4" = "-c:${config}:status:" ] || exit 2\ncat <<'END'\n${STATUS}END\nexit 3`,
    );
    expect(await ask(file, config)).toMatchObject({
      hermes: { kind: 'present', value: { pid: 13680, comesBack: true, disabled: false } },
      shiva: { kind: 'present', value: { pid: 13684, comesBack: false } },
    });
    // Of the configuration, nothing comes that may hold a password.
    const whole = await link.run(['sh', '-c', SUPERVISOR_SCRIPT, 'x', file, config]);
    expect(whole.kind === 'present' && whole.value.output).toContain('|autorestart=true\n');
    expect(JSON.stringify(whole)).not.toMatch(/s3same|environment/);
  });

  it('is unreadable where supervisorctl is missing, fails, or speaks with nobody', async () => {
    for (const file of [
      join(folder, 'none'),
      tool('speechless', 'exit 0'),
      tool('nobody', `printf '%s' '${NOBODY}'; exit 4`),
      tool('half', `printf 'hermes RUNNING pid 7, uptime 0:00:01\\n'; exit 1`),
    ])
      expect(await ask(file)).toMatchObject({
        hermes: { kind: 'unreadable' },
        shiva: { kind: 'unreadable' },
      });
  });
});

describe('a pm2 host', () => {
  const names = new Map([
    ['hermes', 'hermes'],
    ['shiva', 'nobody'],
  ]);

  /** A folder such as pm2 has where its daemon runs: a socket that somebody serves, and a pid that lives. */
  async function withDaemon<T>(ask: (home: string) => Promise<T>): Promise<T> {
    const home = mkdtempSync(join(folder, 'pm2-'));
    writeFileSync(join(home, 'pm2.pid'), String(process.pid));
    writeFileSync(join(home, 'dump.pm2'), JSON.stringify([{ name: 'hermes', env: { TOKEN: 's3same' } }]));
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(home, 'rpc.sock'), resolve));
    try {
      return await ask(home);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  }

  it('is asked for its list, from which nothing else leaves the host', async () => {
    const apps = JSON.stringify(APPS.map((app) => ({ ...app, env: { TOKEN: 's3same' } })));
    const file = tool('pm2', `[ "$1" = jlist ] || exit 2\ncat <<'END'\n${apps}\nEND`);
    await withDaemon(async (home) => {
      expect(await read('pm2', file, names, home)).toMatchObject({
        hermes: { kind: 'present', value: { pid: null, restarts: 0, disabled: false } },
        shiva: { kind: 'absent' },
      });
      const whole = await link.run(['sh', '-c', PM2_SCRIPT, 'x', file, home]);
      expect(whole.kind === 'present' && whole.value.output).toContain('"name":"hermes"');
      expect(JSON.stringify(whole)).not.toContain('s3same');
    });
  });

  it('is unreadable where pm2 is missing or prints what nobody knows', async () => {
    await withDaemon(async (home) => {
      for (const file of [join(folder, 'none'), tool('odd', 'echo pm2 is out of date')])
        expect(await read('pm2', file, names, home)).toMatchObject({ hermes: { kind: 'unreadable' } });
    });
  });

  it('has no daemon started by the question', async () => {
    const asked = join(folder, 'asked');
    const file = tool('starts', `touch ${asked}; echo '${JLIST.trimEnd()}'`);
    expect(await read('pm2', file, names, folder)).toMatchObject({
      hermes: { kind: 'unreadable', reason: 'no daemon of pm2 runs for this login' },
    });
    expect(existsSync(asked)).toBe(false);
  });
});

describe('a host', () => {
  it('whose manager nobody can read has none', () => {
    expect(createManagerLink({ manager: 'none', managerCommand: null }, labels, link)).toBeNull();
  });

  it('that cannot be reached is unreadable, and so is an answer that is cut off', async () => {
    for (const answer of [unreadable('lost'), present({ exitCode: 0, output: 'label a\n|x = {\n' })]) {
      const manager = createManagerLink({ manager: 'launchd', managerCommand: null }, labels, {
        run: async () => answer,
      });
      expect(await manager?.read(['hermes'])).toMatchObject({ kind: 'unreadable' });
    }
  });

  it('says nothing of a service without label', async () => {
    const only = new Map([['shiva', 'com.invictus.shiva']]);
    expect(
      await read('launchd', tool('silent', 'exit 0'), only, undefined, [...labels.keys()]),
    ).toMatchObject({
      hermes: { kind: 'unreadable' },
      shiva: { kind: 'absent' },
    });
  });
});
