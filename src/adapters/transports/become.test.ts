import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needs } from '../../../test/support/needs.ts';
import { becomeRoot } from './become.ts';
import { localTransport } from './local.ts';
import { runCommand } from './run-command.ts';
import type { Connection } from './transport.ts';

const LIMITS = { timeoutMs: 10_000, maxBytes: 4_096 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'become-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** This machine, with only these programs in its PATH beside env and sh. */
async function machine(programs: Record<string, string>): Promise<Connection> {
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}`);
    chmodSync(join(folder, name), 0o755);
  }
  for (const name of ['env', 'sh']) symlinkSync(`/usr/bin/${name}`, join(folder, name));
  const local = await localTransport().open();
  return { ...local, start: (command) => local.start(`PATH='${folder}'; export PATH; ${command}`) };
}

describe('sudo', () => {
  it('runs what is started, as one word and never asking', async () => {
    const root = await becomeRoot(
      await machine({ sudo: '[ "$1 $2" = "-n --" ] || exit 9; shift 2; exec "$@"', id: 'echo 0' }),
    );
    expect(await runCommand(root, `printf '%s|' "it's" '$HOME'; exit 3`, LIMITS)).toEqual({
      kind: 'present',
      value: { exitCode: 3, output: "it's|$HOME|" },
    });
  });

  it.each([
    ['is missing', {}, 'sudo is not installed there'],
    [
      'asks for a password',
      { sudo: 'echo "sudo: a password is required" >&2; exit 1' },
      'sudo asks for a password there; allow sh without one (NOPASSWD in sudoers), or take "become" away',
    ],
    [
      'wants a terminal',
      { sudo: 'echo "sudo: sorry, you must have a tty to run sudo" >&2; exit 1' },
      'sudo refuses there (exit status 1: sudo: sorry, you must have a tty to run sudo)',
    ],
    [
      'makes somebody else of us',
      { sudo: 'shift 2; exec "$@"', id: 'echo 1000' },
      'sudo does not make root of this user (id -u says "1000")',
    ],
    ['does nothing and succeeds', { sudo: 'exit 0' }, 'sudo does not make root of this user (id -u says "")'],
    ['is killed', { sudo: 'kill -9 $$' }, 'sudo did not answer (ended by SIGKILL)'],
  ])('that %s is a reason', async (_, programs, why) => {
    await expect(becomeRoot(await machine(programs as Record<string, string>))).rejects.toThrow(why);
  });

  // The real one, which .ci/run installs, as a user whom no sudoers file knows.
  it('that is really there makes root, and refuses nobody', needs('sudo', 'setpriv', 'root'), async () => {
    const local = await localTransport().open();
    const root = await becomeRoot(local);
    expect(await runCommand(root, 'id -u', LIMITS)).toMatchObject({ value: { output: '0\n' } });
    mkdirSync(join(folder, 'open'), { mode: 0o755 });
    const nobody: Connection = {
      ...local,
      start: (command) =>
        local.start(
          `exec setpriv --reuid=65534 --regid=65534 --clear-groups sh -c '${command.replaceAll("'", `'\\''`)}'`,
        ),
    };
    await expect(becomeRoot(nobody)).rejects.toThrow('sudo asks for a password there');
  });
});
