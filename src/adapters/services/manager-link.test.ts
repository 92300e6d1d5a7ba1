import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { present, type Reading, unreadable } from '../../drill/model/reading.ts';
import type { HostLink } from '../../drill/ports/world.ts';
import { RUNNING } from './launchctl.fixture.ts';
import { createManagerLink } from './manager-link.ts';
import { MISSING, TIMER, UNIT } from './systemctl.fixture.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'haltproof-manager-'));
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

async function read(manager: 'launchd' | 'systemd', managerCommand: string, names = labels) {
  const reading = await createManagerLink({ manager, managerCommand }, names, link)?.read([...labels.keys()]);
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
      hermes: { kind: 'present', value: { pid: 10526, runs: 3, disabled: true } },
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

describe('a host', () => {
  it('whose manager nobody can read has none', () => {
    for (const manager of ['none', 'pm2', 'supervisord'] as const)
      expect(createManagerLink({ manager, managerCommand: null }, labels, link)).toBeNull();
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
    expect(await read('launchd', tool('silent', 'exit 0'), only)).toMatchObject({
      hermes: { kind: 'unreadable' },
      shiva: { kind: 'absent' },
    });
  });
});
