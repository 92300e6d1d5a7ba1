import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHostLink } from '../src/adapters/processes/host-link.ts';
import { systemClock } from '../src/adapters/system/clock.ts';
import type { Host, SshTransport } from '../src/drill/model/inventory.ts';
import type { HostLink } from '../src/drill/ports/world.ts';
import { needs } from './support/needs.ts';
import { SshLab } from './support/openssh.ts';

/** What a shell, a terminal or a decoder might take for more than text. None holds a NUL, which no argument can. */
const TEXTS = [
  '',
  ' ',
  '-n',
  '--',
  "it's",
  "'",
  "''\\''",
  '"double"',
  'back\\slash\\',
  '\\n \\t \\0',
  '$(touch pwned)',
  '`touch pwned`',
  '$HOME ${HOME} $$ $? $@ $*',
  '~ ~root *.ts ? [a-z] {a,b}',
  '; touch pwned',
  '&& touch pwned #',
  '| touch pwned > pwned',
  '!! !$ !touch',
  '%s %n %1$s',
  'two\nlines\n',
  '\r\n\t\v\f',
  '\u001b[31mred\u001b[0m \u001b]0;title\u0007',
  '\u009b31m',
  '\u202eright to left',
  'Zoë 東京 😀 e\u0301',
  '\ufffd \ufeff',
  'a=b c=d',
  'x'.repeat(5_000),
  '$\'\\x41\' $"x" <(id) >&2',
];

describe('text over a real shell and real ssh', needs('sshd', 'login'), () => {
  let lab: SshLab;
  let to: SshTransport;
  let bin: string;
  const links: HostLink[] = [];
  beforeAll(async () => {
    lab = new SshLab();
    const key = lab.key('user');
    // A login shell of the account reads the command first; then `sh`, where there is one more.
    bin = join(lab.folder, 'bin');
    mkdirSync(bin);
    const server = await lab.sshd('a', [key], `SetEnv "PATH=${bin}:${process.env.PATH}"`);
    to = {
      kind: 'ssh',
      address: '127.0.0.1',
      port: server.port,
      user: lab.user,
      identityFile: key,
      passphrase: null,
      knownHostsFile: lab.write('known', server.known()),
      configFile: 'none',
    };
    program('fake-engine', 'shift 3\nexec "$@"\n');
    program(
      'sudo',
      `[ "$1" = -n ] && [ "$2" = -- ] || exit 9\nshift 2\n: > '${join(bin, 'sudo-ran')}'\nexec "$@"\n`,
    );
    // The text of `id` is all that is asked of root; whoever runs this test may be anybody.
    program('id', 'echo 0\n');
  });
  afterAll(async () => {
    await Promise.all(links.map((link) => link.close()));
    await lab.close();
  });
  const program = (name: string, script: string): string => {
    const path = join(bin, name);
    writeFileSync(path, `#!/bin/sh\n${script}`);
    chmodSync(path, 0o755);
    return path;
  };

  const opened = async (
    change: Partial<Host> = {},
    heartbeats: { readonly service: string; readonly file: string }[] = [],
  ): Promise<HostLink> => {
    const host: Host = {
      name: 'tesseract',
      transport: to,
      become: null,
      manager: 'none',
      managerCommand: null,
      ...change,
    };
    const link = createHostLink(host, { drillId: 'd-text', fleet: 'f', heartbeats, clock: systemClock });
    links.push(link);
    expect(await link.open()).toMatchObject({ kind: 'present' });
    return link;
  };
  const container = (): Partial<Host> => ({
    transport: {
      kind: 'container',
      engine: join(bin, 'fake-engine'),
      container: 'c1',
      on: { host: 'tesseract', transport: to },
    },
  });
  const untouched = (): void => {
    const home = execFileSync('sh', ['-c', 'cd; pwd'], { encoding: 'utf8' }).trim();
    for (const folder of [home, lab.folder, bin]) expect(readdirSync(folder)).not.toContain('pwned');
  };

  it.each(['ssh', 'a container over ssh'])('arguments arrive as they were given, over %s', async (way) => {
    const link = await opened(way === 'ssh' ? {} : container());
    const answer = await link.run(['printf', '%s\\0', ...TEXTS]);
    if (answer.kind !== 'present') throw new Error(JSON.stringify(answer));
    expect(answer.value.output.split('\0')).toEqual([...TEXTS, '']);
    untouched();
  });

  it('every text by itself is the name and the path of a program', async () => {
    const link = await opened();
    const names = TEXTS.filter((text) => !text.includes('/') && text !== '' && Buffer.byteLength(text) < 200);
    for (const [index, name] of names.entries()) {
      const path = program(name, `echo ${index} "$#"\n`);
      expect(await link.run([path, name]), JSON.stringify(name)).toEqual({
        kind: 'present',
        value: { exitCode: 0, output: `${index} 1\n` },
      });
    }
    untouched();
  });

  it.each(['ssh', 'sudo', 'a container over ssh'])(
    'paths of heartbeats are files of that name, over %s',
    async (way) => {
      const names = TEXTS.filter(
        (text) => !text.includes('/') && text !== '' && Buffer.byteLength(text) < 200,
      );
      mkdirSync(join(lab.folder, way));
      const beats = names.map((name, index) => {
        const file = join(lab.folder, way, name);
        writeFileSync(file, `beat ${index}`);
        return { service: `s${index}`, file };
      });
      const change: Partial<Host> = way === 'sudo' ? { become: 'sudo' } : way === 'ssh' ? {} : container();
      const link = await opened(change, beats);
      const sample = await link.sample({ nonce: 'n1', mode: 'full', watch: [], detail: [] });
      if (sample.kind !== 'present') throw new Error(JSON.stringify(sample).slice(0, 400));
      expect(Object.values(sample.value.heartbeats)).toEqual(
        names.map((_, index) => ({ kind: 'present', value: `beat ${index}` })),
      );
      expect(readdirSync(bin).includes('sudo-ran')).toBe(way === 'sudo');
      rmSync(join(bin, 'sudo-ran'), { force: true });
      untouched();
    },
  );

  it(
    'what a process calls itself is read as bytes, also those that are no UTF-8',
    needs('perl'),
    async () => {
      // Its argv[0] and argument: bytes that no string of ours could hold, an escape sequence, a line end, a command.
      const script = `exec perl -e '$0 = "x"; exec { "sleep" } "\\xff\\xfe\\e[31m\\n\\$(touch pwned)", "600"'`;
      const child = spawn('/bin/sh', ['-c', script], { stdio: 'ignore', cwd: lab.folder });
      try {
        const pid = child.pid as number;
        while (!readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith('\u00ff')) {
          expect(child.exitCode).toBe(null);
          await new Promise((resolve) => setImmediate(resolve));
        }
        const link = await opened();
        const sample = await link.sample({ nonce: 'n2', mode: 'list', watch: [pid], detail: [pid] });
        if (sample.kind !== 'present') throw new Error(JSON.stringify(sample).slice(0, 400));
        expect(sample.value.rows).toMatchObject([{ pid }]);
        expect(sample.value.details).toMatchObject([
          { pid, argv: { kind: 'present', value: ['\ufffd\ufffd\u001b[31m\n$(touch pwned)', '600'] } },
        ]);
      } finally {
        child.kill('SIGKILL');
      }
      untouched();
    },
  );

  it('what a command prints that is no UTF-8 is marked, and cuts nothing off', async () => {
    const link = await opened();
    expect(await link.run(['printf', 'a\\377b\\033[31m\\n'])).toEqual({
      kind: 'present',
      value: { exitCode: 0, output: 'a\ufffdb\u001b[31m\n' },
    });
  });

  it('what cannot be an argument is refused, and nothing is run', async () => {
    const link = await opened();
    expect(await link.run(['touch', 'pwned\0'])).toMatchObject({ kind: 'unreadable' });
    expect(await link.run(['touch', 'pwned\ud800'])).toMatchObject({ kind: 'unreadable' });
    untouched();
  });
});
