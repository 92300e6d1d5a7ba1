import { spawnSync } from 'node:child_process';
import { mkdtempSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needs } from '../../../test/support/needs.ts';
import type { Reading } from '../../drill/model/reading.ts';
import type { ProbeSample } from '../../drill/model/sample.ts';
import type { HostLink } from '../../drill/ports/world.ts';
import { localTransport } from '../transports/local.ts';
import type { HostTransport, Running } from '../transports/transport.ts';
import { createHostLink, type HostLinkOptions } from './host-link.ts';
import { exists, pidsOfSession, pidsWithArgument, Strangers, startOf } from './strangers.fixture.ts';
import { clock, until } from './test-clock.fixture.ts';
import { THIS_MACHINE } from './this-machine.fixture.ts';

/** BusyBox's shell with BusyBox's own tools before all others; the folder that `applets` links them from is made for these tests. */
const applets = mkdtempSync(join(tmpdir(), 'applets-'));
const isThere = (program: string): boolean =>
  spawnSync(program, ['-c', ':'], { stdio: 'ignore' }).error === undefined;
const busybox = spawnSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).stdout.trim();
if (busybox !== '')
  for (const tool of ['cut', 'od', 'readlink', 'date', 'sleep', 'id', 'uname', 'sh'])
    symlinkSync(busybox, join(applets, tool));
const SHELLS = [
  ...['sh', 'bash'].filter(isThere).map((shell) => [shell]),
  ...(busybox === '' ? [] : [['env', `PATH=${applets}:/usr/bin:/bin`, 'busybox', 'sh']]),
];
afterAll(() => rmSync(applets, { recursive: true }));

let strangers: Strangers;
let links: HostLink[];
let folder: string;
let drillId: string;
beforeEach(() => {
  strangers = new Strangers();
  links = [];
  folder = mkdtempSync(join(tmpdir(), 'host-link-'));
  drillId = `d-${folder.slice(-6)}`;
});
afterEach(async () => {
  await Promise.all(links.map((link) => link.close()));
  strangers.end();
  rmSync(folder, { recursive: true });
});

function newLink(options: Partial<HostLinkOptions> = {}): HostLink {
  const link = createHostLink(THIS_MACHINE, {
    drillId,
    fleet: 'invictus',
    heartbeats: [],
    clock,
    ...options,
  });
  links.push(link);
  return link;
}

function value<T>(reading: Reading<T>): T {
  if (reading.kind !== 'present') throw new Error(JSON.stringify(reading));
  return reading.value;
}

let nonces = 0;
async function sample(
  link: HostLink,
  mode: 'list' | 'full',
  watch: number[] = [],
  detail: number[] = [],
): Promise<ProbeSample> {
  nonces += 1;
  return value(await link.sample({ nonce: `n${nonces}`, mode, watch, detail }));
}

/** A way to this machine that remembers what it started. */
function spied(): { transport: HostTransport; started: Running[] } {
  const started: Running[] = [];
  const transport: HostTransport = {
    async open() {
      const connection = await localTransport().open();
      return {
        hostKey: null,
        close: () => connection.close(),
        start: async (command) => {
          const running = await connection.start(command);
          started.push(running);
          return running;
        },
      };
    },
  };
  return { transport, started };
}

// Stands for the group of that name where there is no such shell.
it('there is BusyBox, whose shell and tools differ', needs('busybox'), () => expect(SHELLS).toHaveLength(3));

describe.each(SHELLS.map((shell) => [shell.slice(-2).join(' '), shell] as const))(
  'the probe under %s',
  (_, shell) => {
    it('says who answers, and sees itself among all', async () => {
      const link = newLink({ shell });
      const identity = value(await link.open());
      expect(identity).toMatchObject({ os: 'Linux', hostKey: null });
      expect(identity.ticksPerSecond).toBeGreaterThan(0);
      const seen = await sample(link, 'full');
      expect(seen.scope).toEqual({ bootId: identity.bootId, pidNamespace: identity.pidNamespace });
      expect(seen.rows.find(({ pid }) => pid === process.pid)).toMatchObject({
        start: startOf(process.pid),
        ppid: process.ppid,
      });
      expect(seen.visibility).toMatchObject({ uid: process.getuid?.(), pid1: true });
      expect(Math.abs((seen.hostWallMs ?? Date.now()) - Date.now())).toBeLessThan(10_000);
      const listed = await sample(link, 'list', [process.pid, 4_194_000]);
      expect(listed.pids).toContain(process.pid);
      expect(listed.rows.map(({ pid }) => pid)).toEqual([process.pid]);
      expect(listed.hostWallMs).toBeNull();
      const many = [process.pid, ...Array.from({ length: 30 }, (__, index) => 4_194_000 + index)];
      expect((await sample(link, 'list', many)).rows.map(({ pid }) => pid)).toEqual([process.pid]);
    });

    it('sees argv, executable and name exactly, whatever bytes they hold', async () => {
      const script = 'printf "x) Z 1 1\\n5 (" > /proc/$$/comm; echo up; read stop';
      const nasty = ['a\nb', 'it\'s "q" $HOME `id`', '\u001b[31mred', '', '-- *', 'E n1 7', 'last\n'];
      const { pid } = await strangers.run('/bin/sh', ['-c', script, ...nasty]);
      const raw = await strangers.run('/bin/sh', [
        '-c',
        'exec sh -c "echo up; read stop" "$(printf "\\377\\201b")"',
      ]);
      const link = newLink({ shell });
      await link.open();
      for (const mode of ['list', 'full'] as const) {
        const seen = await sample(link, mode, [pid], [pid, raw.pid, 4_194_000]);
        expect(seen.rows.find((row) => row.pid === pid)).toMatchObject({
          state: 'S',
          start: startOf(pid),
          ppid: process.pid,
        });
        expect(seen.details.map((detail) => detail.pid)).toEqual([pid, raw.pid]);
        const [first, second] = seen.details;
        expect(value((first as (typeof seen.details)[number]).argv)).toEqual([
          '/bin/sh',
          '-c',
          script,
          ...nasty,
        ]);
        expect(value((second as (typeof seen.details)[number]).argv).at(-1)).toBe('\ufffd\ufffdb');
        expect(first).toMatchObject({
          start: startOf(pid),
          uid: process.getuid?.(),
          exe: { kind: 'present' },
        });
      }
    });

    it('S1: shows by the row, and of one that is opened, that a shell called exec and kept its name', async () => {
      const link = newLink({ shell });
      const { bootId } = value(await link.open());
      const script = `trap 'exec sh -c "read stop" "$0" other' USR1; echo up; while :; do sleep 0.1; done`;
      for (const word of ['plain', `${bootId}\n`]) {
        const { pid } = await strangers.run('sh', ['-c', script, word]);
        const look = async () => {
          const { rows, details } = await sample(link, 'full', [], [pid]);
          return { row: rows.find((row) => row.pid === pid), detail: details[0] };
        };
        const before = await look();
        expect(before.row?.image).toBeGreaterThan(0);
        expect(before.detail?.image).toBe(before.row?.image);
        expect((await look()).row?.image).toBe(before.row?.image);
        process.kill(pid, 'SIGUSR1');
        await until('it called exec', () => pidsWithArgument('other').includes(pid));
        const after = await look();
        expect(after.row).toMatchObject({ comm: before.row?.comm, start: before.row?.start });
        expect(after.detail?.image).toBe(after.row?.image);
        expect(after.row?.image).not.toBe(before.row?.image);
      }
    });

    it('opens a process by itself when it imitates the mark between parts', async () => {
      const link = newLink({ shell });
      const { bootId } = value(await link.open());
      const forger = await strangers.run('/bin/sh', [
        '-c',
        'echo up; read stop',
        `${bootId}\n22 (init) S`,
        `${bootId}\n`,
      ]);
      const seen = await sample(link, 'list', [], [forger.pid, process.pid]);
      expect(seen.details.map(({ pid }) => pid)).toEqual([forger.pid, process.pid]);
      expect(value((seen.details[0] as (typeof seen.details)[number]).argv).at(-1)).toBe(`${bootId}\n`);
      expect(value((seen.details[1] as (typeof seen.details)[number]).exe)).toBe(process.execPath);
    });

    it('B1: shows the folder a process works in, of many at once and of one by itself', async () => {
      const link = newLink({ shell });
      const { bootId } = value(await link.open());
      const at = (folder: string, word: string) =>
        strangers.run('/bin/sh', ['-c', `cd "$0" && echo up; read stop`, folder, word]);
      const [plain, forger] = [await at('/usr/bin/..', 'x'), await at(folder, `${bootId}\n`)];
      for (const asked of [[plain.pid], [plain.pid, forger.pid]]) {
        const { details } = await sample(link, 'list', [], asked);
        expect(details.map(({ cwd }) => cwd)).toEqual(
          ['/usr', folder].slice(0, asked.length).map((path) => ({ kind: 'present', value: path })),
        );
      }
    });

    it.skipIf(process.getuid?.() !== 0)(
      'D1: shows what a process is called in its own pid namespace',
      async () => {
        const { said } = await strangers.run('unshare', [
          '--pid',
          '--fork',
          '--kill-child',
          'sh',
          '-c',
          'readlink /proc/self/ns/pid; echo up; read stop',
        ]);
        const link = newLink({ shell });
        await link.open();
        const { rows } = await sample(link, 'full');
        const children = rows.filter(({ pid }) => {
          try {
            return said.startsWith(readlinkSync(`/proc/${pid}/ns/pid`));
          } catch {
            return false;
          }
        });
        const pids = children.map(({ pid }) => pid);
        const { details } = await sample(link, 'list', [], [...pids, process.pid]);
        const pidNamespace = said.split('\n')[0];
        expect(details.map(({ inner }) => inner)).toEqual([{ pid: 1, pidNamespace }, undefined]);
      },
    );

    it('shows a zombie as one, without live threads', async () => {
      // The child outlives the shell that would reap it: `sleep`, which that shell becomes, never does.
      const child = 'while read -r name < /proc/$PPID/comm && [ "$name" != sleep ]; do :; done';
      const { said } = await strangers.run('/bin/sh', ['-c', `sh -c '${child}' & echo $!; exec sleep 60`]);
      const zombie = Number(said);
      const link = newLink({ shell });
      await link.open();
      let row = (await sample(link, 'full')).rows.find(({ pid }) => pid === zombie);
      for (let tries = 0; row?.state !== 'Z' && tries < 200; tries += 1)
        row = (await sample(link, 'list', [zombie])).rows[0];
      expect(row).toMatchObject({ state: 'Z', liveThreads: 0 });
      const seen = await sample(link, 'full', [], [zombie]);
      expect(seen.rows.find(({ pid }) => pid === zombie)).toMatchObject({ state: 'Z', liveThreads: 0 });
      expect(seen.details).toMatchObject([{ argv: { kind: 'present', value: [] }, exe: { kind: 'absent' } }]);
    });

    it('reads heartbeats, and tells a missing file from one that cannot be read', async () => {
      const name = "beat 'of' $(a)\nhorse *";
      writeFileSync(join(folder, name), 'first\nsecond\n');
      const files = { there: join(folder, name), none: join(folder, 'no', 'such'), odd: folder };
      const heartbeats = Object.entries(files).map(([service, file]) => ({ service, file }));
      const link = newLink({ shell, heartbeats });
      await link.open();
      expect((await sample(link, 'full')).heartbeats).toEqual({
        there: { kind: 'present', value: 'first' },
        none: { kind: 'absent' },
        odd: { kind: 'unreadable', reason: 'its heartbeat file is not a regular file' },
      });
      writeFileSync(join(folder, name), '');
      expect((await sample(link, 'full')).heartbeats.there).toEqual({ kind: 'present', value: '' });
      expect((await sample(link, 'list')).heartbeats).toEqual({});
    });

    it('S7: follows no link in place of a heartbeat file, nor in a row of them', async () => {
      writeFileSync(join(folder, 'theirs'), 'what only root may read');
      symlinkSync(join(folder, 'theirs'), join(folder, 'link'));
      symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'));
      const names = ['link', 'theirs', 'dangling'];
      const heartbeats = names.map((service) => ({ service, file: join(folder, service) }));
      const link = newLink({ shell, heartbeats });
      await link.open();
      const reason = 'its heartbeat file is a link, which is not followed; declare the file itself';
      const { heartbeats: seen, ...rest } = await sample(link, 'full');
      expect(seen).toEqual({
        link: { kind: 'unreadable', reason },
        theirs: { kind: 'present', value: 'what only root may read' },
        dangling: { kind: 'unreadable', reason },
      });
      expect(rest.rows.length).toBeGreaterThan(1);
    });

    it('plants canaries, ends them on request, and leaves nothing after close', async () => {
      const { transport, started } = spied();
      const link = newLink({ shell, transport });
      await link.open();
      const one = value(await link.plantCanary(`${drillId}-one`));
      const two = value(await link.plantCanary(`${drillId}-two`));
      const seen = await sample(link, 'list', [one.pid, two.pid], [one.pid]);
      expect(seen.rows).toHaveLength(2);
      const argv = value((seen.details[0] as (typeof seen.details)[number]).argv);
      expect(argv.slice(3, 6)).toEqual(['haltdrill-canary', 'invictus', `${drillId}-one`]);
      expect(Math.abs(Number(argv[6]) - Date.now() / 1000 - 20)).toBeLessThan(5);
      // What a shell forks has its arguments until it calls exec.
      await expect.poll(() => pidsWithArgument(`${drillId}-one`)).toEqual([one.pid]);

      expect(await link.killCanary(one.pid)).toEqual({ kind: 'present', value: true });
      const after = await sample(link, 'list', [one.pid, two.pid]);
      expect(after.pids).not.toContain(one.pid);
      expect(after.rows.map(({ pid }) => pid)).toEqual([two.pid]);
      expect((await link.killCanary(process.pid)).kind).toBe('unreadable');

      const probe = pidsWithArgument(drillId)[0] as number;
      expect(started).toHaveLength(1);
      await link.close();
      expect(exists(probe) || exists(two.pid)).toBe(false);
      expect([...pidsWithArgument(drillId), ...pidsOfSession(probe)]).toEqual([]);
      expect((await link.sample({ nonce: 'x', mode: 'list', watch: [], detail: [] })).kind).toBe(
        'unreadable',
      );
    });

    it('ends by itself, canaries too, when its input ends', async () => {
      const { transport, started } = spied();
      // A lease far longer than the wait: it is not what ends the probe here.
      const link = newLink({ shell, transport, leaseMs: 300_000 });
      await link.open();
      await link.plantCanary(`${drillId}-a`);
      (started[0] as Running).input.end();
      await until('the probe saw its input end', () => pidsWithArgument(drillId).length === 0, 30_000);
      await until('its canary ended', () => pidsWithArgument(`${drillId}-a`).length === 0, 10_000);
      expect((await link.sample({ nonce: 'x', mode: 'list', watch: [], detail: [] })).kind).toBe(
        'unreadable',
      );
    });

    it('ends by itself, canaries too, when nobody asks any more', async () => {
      const { transport } = spied();
      const link = newLink({ shell, transport, leaseMs: 2_000 });
      await link.open();
      await link.plantCanary(`${drillId}-b`);
      const session = pidsWithArgument(drillId)[0] as number;
      const silentSince = performance.now();
      await until('the silent probe ended', () => pidsWithArgument(drillId).length === 0);
      expect(performance.now() - silentSince).toBeGreaterThan(1_900);
      await until('its canary ended', () => pidsWithArgument(`${drillId}-b`).length === 0, 15_000);
      await until('nothing of it is left', () => pidsOfSession(session).length === 0, 15_000);
    });

    it('ends even where nobody reads what it writes and its input stays open', async () => {
      const { transport, started } = spied();
      const link = newLink({ shell, transport, leaseMs: 2_000 });
      await link.open();
      await link.plantCanary(`${drillId}-c`);
      const running = started[0] as Running;
      running.output.pause();
      running.output.removeAllListeners('data');
      running.output.on('data', () => {}).pause();
      for (let n = 0; n < 40; n += 1) running.input.write(`S q${n} full - -\n`);
      await until('the stuck probe ended', () => pidsWithArgument(drillId).length === 0);
      await until('its canary ended', () => pidsWithArgument(`${drillId}-c`).length === 0, 15_000);
    });
  },
);

const HAS_PYTHON = spawnSync('python3', ['-c', ''], { stdio: 'ignore' }).status === 0;

describe.runIf(HAS_PYTHON)('a process whose main thread has exited', () => {
  it('is no ended zombie, and shows its argv and executable by a thread that works on', async () => {
    // exit(2) as a system call ends only the calling thread; 60 and 93 are its numbers on x86-64 and on arm64.
    const program = [
      'import ctypes, os, platform, threading, time',
      'threading.Thread(target=lambda: time.sleep(60)).start()',
      'print(os.getpid(), flush=True)',
      'ctypes.CDLL(None).syscall(60 if platform.machine() == "x86_64" else 93, 0)',
    ].join('\n');
    const { pid } = await strangers.run('python3', ['-c', program]);
    const link = newLink();
    await link.open();
    let seen = await sample(link, 'list', [pid], [pid]);
    for (let tries = 0; seen.rows[0]?.state !== 'Z' && tries < 500; tries += 1)
      seen = await sample(link, 'list', [pid], [pid]);
    expect(seen.rows).toMatchObject([{ pid, state: 'Z', liveThreads: 1 }]);
    expect(seen.details).toMatchObject([
      {
        pid,
        headless: true,
        argv: { kind: 'present', value: [expect.any(String), '-c', program] },
        exe: { kind: 'present' },
      },
    ]);
  });
});

describe('what a link answers when things go wrong', () => {
  it('is unreadable at once when the probe is killed in the middle of a sample, and may be opened again', async () => {
    const { transport, started } = spied();
    const link = newLink({ transport });
    await link.open();
    const asked = link.sample({ nonce: 'm1', mode: 'full', watch: [], detail: [process.pid] });
    (started[0] as Running).kill();
    expect(await asked).toMatchObject({ kind: 'unreadable', reason: expect.stringContaining('SIGKILL') });
    expect((await link.plantCanary('x')).kind).toBe('unreadable');
    expect((await link.open()).kind).toBe('present');
    expect((await sample(link, 'list')).pids).toContain(process.pid);
  });

  it('is unreadable when no whole answer comes, and never takes a late answer for the next', async () => {
    const link = newLink();
    await link.open();
    const probe = pidsWithArgument(drillId).find((pid) => pidsOfSession(pid).length > 0) as number;
    process.kill(probe, 'SIGSTOP');
    expect(await link.sample({ nonce: 'late1', mode: 'list', watch: [], detail: [] })).toMatchObject({
      kind: 'unreadable',
      reason: 'knox: no whole answer within 5000 ms',
    });
    process.kill(probe, 'SIGCONT');
    const seen = await sample(link, 'list', [process.pid]);
    expect(seen.rows.map(({ pid }) => pid)).toEqual([process.pid]);
  });

  it('is unreadable when the shell cannot be started', async () => {
    const link = newLink({ shell: ['no-such-shell'] });
    expect(await link.open()).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringContaining('no-such-shell'),
    });
  });

  it('kills one life only, and only that one', async () => {
    const { pid } = await strangers.run('/bin/sh', ['-c', 'echo up; read stop']);
    const link = newLink();
    const { bootId } = value(await link.open());
    const start = startOf(pid);
    expect(await link.killLife({ bootId, pid, start: start + 1 })).toEqual({ kind: 'absent' });
    expect(await link.killLife({ bootId: bootId.replace(/.$/, 'x'), pid, start })).toEqual({
      kind: 'absent',
    });
    expect(exists(pid)).toBe(true);
    expect(await link.killLife({ bootId, pid, start })).toEqual({ kind: 'present', value: true });
    await until('it is dead', () => !exists(pid));
    expect(await link.killLife({ bootId, pid, start })).toEqual({ kind: 'absent' });
    expect((await link.killLife({ bootId, pid: 1, start: 1 })).kind).toBe('unreadable');
  });

  it('runs an argv literally, bounded in output', async () => {
    const link = newLink();
    await link.open();
    const argv = ['printf', '%s|', "a'b", '$HOME `id`', 'x\ny', '*'];
    expect(await link.run(argv)).toEqual({
      kind: 'present',
      value: { exitCode: 0, output: "a'b|$HOME `id`|x\ny|*|" },
    });
    expect(value(await link.run(['sh', '-c', 'echo no >&2; exit 3']))).toEqual({
      exitCode: 3,
      output: 'no\n',
    });
    expect(value(await link.run(['no-such-command'])).exitCode).toBe(127);
    const much = value(await link.run(['head', '-c', '200000', '/dev/zero'])).output;
    expect(much).toBe(`${'\0'.repeat(65_536)}…`);
    expect(await link.run(['sh', '-c', 'kill -9 $$'])).toMatchObject({ kind: 'unreadable' });
    expect((await link.run(['a\0b'])).kind).toBe('unreadable');
  });

  it('is contradicted or confirmed by ps', async () => {
    expect(await newLink().crossCheck?.([process.pid, 4_194_000])).toEqual({
      kind: 'present',
      value: [process.pid],
    });
  });

  it('asks who it is again when it is opened again, through the channel that samples', async () => {
    // Another machine behind the same address: what its probe reads as its own id is another file.
    const ids = ['a'.repeat(32), 'b'.repeat(32)].map((id, index) => {
      const path = join(folder, `machine-id-${index}`);
      writeFileSync(path, `${id}\n`);
      return path;
    });
    const started: string[] = [];
    const behind: HostTransport = {
      async open() {
        const connection = await localTransport().open();
        const id = ids.shift() as string;
        return {
          hostKey: null,
          close: () => connection.close(),
          start: (command) => {
            started.push(command);
            return connection.start(command.replace('/etc/machine-id', id));
          },
        };
      },
    };
    const link = newLink({ transport: behind });
    expect(value(await link.open()).machineId).toBe('a'.repeat(32));
    expect(value(await link.open()).machineId).toBe('b'.repeat(32));
    await sample(link, 'list');
    // One command a connection: the probe that answers who it is also takes the samples.
    expect(started).toHaveLength(2);
  });
});

describe('a host that is looked at as root', () => {
  const asRoot = (sudo: string): { transport: HostTransport; started: string[] } => {
    writeFileSync(join(folder, 'sudo'), `#!/bin/sh\n${sudo}`, { mode: 0o755 });
    const started: string[] = [];
    const transport: HostTransport = {
      async open() {
        const connection = await localTransport().open();
        return {
          hostKey: null,
          close: () => connection.close(),
          start: (command) => {
            started.push(command.includes("'sudo' '-n' '--'") ? 'as root' : 'as the login');
            return connection.start(`PATH='${folder}':$PATH; export PATH; ${command}`);
          },
        };
      },
    };
    return { transport, started };
  };
  const looked = (transport: HostTransport): HostLink => {
    const host = { ...THIS_MACHINE, become: 'sudo' } as const;
    const link = createHostLink(host, { drillId, fleet: 'invictus', heartbeats: [], clock, transport });
    links.push(link);
    return link;
  };

  it('is sampled, asked by its second reader and its lives are killed as root; commands are run as the login', async () => {
    writeFileSync(join(folder, 'id'), '#!/bin/sh\necho 0\n', { mode: 0o755 });
    const { transport, started } = asRoot('shift 2; exec "$@"');
    const link = looked(transport);
    expect((await link.open()).kind).toBe('present');
    expect((await sample(link, 'full')).pids).toContain(process.pid);
    const { pid } = value(await link.plantCanary(`${drillId}-a`));
    expect(await link.crossCheck?.([pid])).toEqual({ kind: 'present', value: [pid] });
    expect(await link.killCanary(pid)).toEqual({ kind: 'present', value: true });
    expect(await link.killLife({ bootId: 'x', pid: 4_194_000, start: 1 })).toEqual({ kind: 'absent' });
    expect(started).toEqual(['as root', 'as root', 'as root', 'as root']);
    expect(value(await link.run(['echo', 'up'])).output).toBe('up\n');
    expect(started.at(-1)).toBe('as the login');
  });

  it('is unreadable where sudo wants a password, and is not looked at as the login', async () => {
    const { transport, started } = asRoot('echo "sudo: a password is required" >&2; exit 1');
    const link = looked(transport);
    expect(await link.open()).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringMatching(/^knox: sudo asks for a password there; /),
    });
    expect((await link.sample({ nonce: 'n0', mode: 'full', watch: [], detail: [] })).kind).toBe('unreadable');
    expect(started).toEqual(['as root']);
  });
});
