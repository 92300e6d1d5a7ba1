import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { containerTransport } from './container.ts';
import { localTransport } from './local.ts';
import { runCommand } from './run-command.ts';
import { SshServer } from './ssh-server.fixture.ts';
import { type HostTransport, StrangeHostKey } from './transport.ts';
import { transportTo } from './transport-to.ts';

const LIMITS = { timeoutMs: 10_000, maxBytes: 4_096 };
const on = { host: 'knox' };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'container-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function engine(script: string): string {
  const path = join(folder, 'podman');
  writeFileSync(path, `#!/bin/sh\n${script}`);
  chmodSync(path, 0o755);
  return path;
}

/** What `podman exec -i hermes …` does, as far as a command can tell. */
const FAKE =
  '[ "$1 $2 $3" = "exec -i hermes" ] || { echo "Error: no container with name $3" >&2; exit 125; }\nshift 3\nexec "$@"\n';

describe('a container', () => {
  it('runs commands with their bytes and exit codes', async () => {
    const way = containerTransport(
      'box',
      { engine: engine(FAKE), container: 'hermes', on },
      localTransport(),
    );
    const connection = await way.open();
    expect(connection.hostKey).toBe(null);
    expect(await runCommand(connection, `printf '%s' "it's \\$HOME"; exit 4`, LIMITS)).toEqual({
      kind: 'present',
      value: { exitCode: 4, output: "it's $HOME" },
    });
    const cat = await connection.start('cat');
    const heard: Buffer[] = [];
    cat.output.on('data', (chunk: Buffer) => heard.push(chunk));
    const bytes = Buffer.from([0, 255, 10, 13, 27, 128]);
    cat.input.end(bytes);
    expect(await cat.ended).toEqual({ code: 0, reason: null });
    expect(Buffer.concat(heard)).toEqual(bytes);
    await connection.close();
  });

  it.each([
    [
      'is not there',
      FAKE.replace('hermes', 'other'),
      'exec did not run sh in it (exit status 125: Error: no container with name hermes)',
    ],
    ['answers nothing and succeeds', 'exit 0', 'exec did not run sh in it (exit status 0)'],
    ['is killed with its engine', 'kill -9 $$', 'did not answer (ended by SIGKILL)'],
  ])('that %s is a reason', async (_, script, why) => {
    const way = containerTransport(
      'box',
      { engine: engine(script), container: 'hermes', on },
      localTransport(),
    );
    const error = await way.open().catch((caught: Error) => caught);
    expect((error as Error).message).toMatch(/^box \(container hermes on knox\): [^\n]+$/);
    expect((error as Error).message).toContain(why);
  });

  it('whose engine is not installed names it', async () => {
    const way = containerTransport(
      'box',
      { engine: 'no-such-engine', container: 'hermes', on },
      localTransport(),
    );
    await expect(way.open()).rejects.toThrow('no-such-engine is not installed on its host; correct "engine"');
  });

  it('on a host with a strange key is not the host that is strange', async () => {
    const strange: HostTransport = {
      open: () => Promise.reject(new StrangeHostKey('knox: strange', 'SHA256:x')),
    };
    const way = containerTransport('box', { engine: engine(FAKE), container: 'hermes', on }, strange);
    const error = await way.open().catch((caught: Error) => caught);
    expect(error).not.toBeInstanceOf(StrangeHostKey);
    expect(error).toMatchObject({ message: 'box (container hermes on knox): knox: strange' });
  });

  it('over ssh is cut off with the connection, and never empty', async () => {
    const server = await SshServer.start();
    try {
      const way = transportTo({
        name: 'box',
        transport: {
          kind: 'container',
          engine: engine(FAKE),
          container: 'hermes',
          on: { host: 'tesseract', transport: server.transport },
        },
      });
      const connection = await way.open();
      expect(connection.hostKey).toMatch(/^SHA256:/);
      const running = runCommand(connection, 'echo begun; sleep 60', LIMITS);
      const late = await connection.start('echo begun; sleep 60');
      await new Promise((resolve) => late.output.once('data', resolve));
      server.cut();
      const lost = expect.stringContaining('connection was lost');
      expect(await running).toMatchObject({ kind: 'unreadable', reason: lost });
      expect(await late.ended).toMatchObject({ code: null, reason: lost });
      expect(await runCommand(connection, 'true', LIMITS)).toMatchObject({
        kind: 'unreadable',
        reason: lost,
      });
    } finally {
      await server.stop();
    }
  });
});
