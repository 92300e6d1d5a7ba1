import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createManagerLink } from '../src/adapters/services/manager-link.ts';
import type { ManagedService } from '../src/drill/model/manager.ts';
import { present, type Reading } from '../src/drill/model/reading.ts';
import type { HostLink } from '../src/drill/ports/world.ts';
import { needs } from './support/needs.ts';

/** A real supervisord on a socket of its own, asked by the link that a drill uses. */

const NAMES = ['hermes', 'shiva', 'loops', 'tired', 'nobody'];
const CONFIG = (folder: string): string => `[unix_http_server]
file=${folder}/s.sock
[supervisord]
logfile=${folder}/d.log
pidfile=${folder}/d.pid
childlogdir=${folder}
nodaemon=true
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://${folder}/s.sock
[include]
files=*.ini
`;
const PROGRAMS = `[program:hermes]
command=/bin/sleep 1000
autorestart=true
environment=TOKEN="s3same"
[program:shiva]
command=/bin/sleep 1000
autostart=false
stopasgroup=true
[program:loops]
command=/bin/false
startretries=1000
[program:tired]
command=/bin/false
startretries=0
`;

const link: Pick<HostLink, 'run'> = {
  run: ([file = '', ...args]) =>
    new Promise<Reading<{ exitCode: number; output: string }>>((resolve) => {
      execFile(file, args, (error, output) => {
        resolve(present({ exitCode: typeof error?.code === 'number' ? error.code : 0, output }));
      });
    }),
};

describe('a real supervisord', needs('supervisord'), () => {
  let folder: string;
  let daemon: ReturnType<typeof spawn>;
  const control = (...args: string[]): string =>
    spawnSync('supervisorctl', ['-c', `${folder}/s.conf`, ...args], { encoding: 'utf8' }).stdout;

  async function ask(): Promise<Record<string, Reading<ManagedService>>> {
    const host = { manager: 'supervisord', managerCommand: null, managerConfig: `${folder}/s.conf` } as const;
    const labels = new Map(NAMES.map((name) => [name, name]));
    const reading = await createManagerLink(host, labels, link)?.read(NAMES);
    if (reading?.kind !== 'present') throw new Error(JSON.stringify(reading));
    return Object.fromEntries(reading.value.map(({ service, reading: own }) => [service, own]));
  }
  const hermes = async (): Promise<ManagedService | null> => {
    const { hermes: own } = await ask();
    return own?.kind === 'present' ? own.value : null;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'haltdrill-supervisord-'));
    writeFileSync(`${folder}/s.conf`, CONFIG(folder));
    writeFileSync(`${folder}/all.ini`, PROGRAMS);
    daemon = spawn('supervisord', ['-c', `${folder}/s.conf`], { stdio: 'ignore' });
    await vi.waitFor(() => expect(control('status')).toMatch(/hermes +RUNNING[\s\S]*tired +FATAL/), {
      timeout: 30_000,
    });
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => daemon.once('exit', resolve));
    daemon.kill();
    await ended;
    rmSync(folder, { recursive: true });
  });

  it('tells of each process what a process table shows, and what it is set to do', async () => {
    const said = await ask();
    const pid = Number(control('pid', 'hermes'));
    expect(pid).toBeGreaterThan(1);
    expect(said).toMatchObject({
      hermes: { value: { pid, comesBack: true, disabled: false, revives: { by: 'autorestart=true' } } },
      shiva: { value: { pid: null, disabled: true, bites: [] } },
      tired: { value: { pid: null, revives: null } },
      nobody: { kind: 'absent' },
    });
    expect(said.hermes).toMatchObject({
      value: { bites: [{ kind: 'leaves-children' }, { kind: 'starts-at-boot' }] },
    });
    await expect
      .poll(async () => (await ask()).loops, { timeout: 30_000 })
      .toMatchObject({
        value: { pid: null, revives: { by: expect.stringContaining('supervisord tries again') } },
      });
  });

  it('brings back what is killed, as it says, and not what it was told to stop', async () => {
    const first = (await hermes())?.pid as number;
    process.kill(first, 'SIGKILL');
    await expect.poll(async () => (await hermes())?.pid ?? first, { timeout: 30_000 }).not.toBe(first);
    control('stop', 'hermes');
    expect(await hermes()).toMatchObject({ pid: null, revives: null, comesBack: true });
    control('start', 'hermes');
    expect((await hermes())?.pid).toBeGreaterThan(1);
  });

  it('is unreadable once it is gone', async () => {
    const ended = new Promise((resolve) => daemon.once('exit', resolve));
    daemon.kill();
    await ended;
    expect(await ask()).toMatchObject(
      Object.fromEntries(NAMES.map((name) => [name, { kind: 'unreadable' }])),
    );
    daemon = spawn('supervisord', ['-c', `${folder}/s.conf`], { stdio: 'ignore' });
  });
});
