import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownProgram } from '../../own-program.ts';
import { listedByPs } from '../processes/cross-check.ts';
import { createHostLink } from '../processes/host-link.ts';
import { pidsWithArgument } from '../processes/strangers.fixture.ts';
import { clock } from '../processes/test-clock.fixture.ts';
import { THIS_MACHINE } from '../processes/this-machine.fixture.ts';
import { lookUpHost } from '../transports/known-hosts.ts';
import { localTransport } from '../transports/local.ts';
import { askSshConfig } from '../transports/ssh-config.ts';
import { askController, askHere } from './ask-here.ts';
import { startLab } from './lab-process.ts';
import { createController } from './run-here.ts';
import { handedOn, remoteEngine } from './start-program.ts';

/** What an operator's shell may hold: nothing of it is for a program that a drill starts. */
const PLANTED = {
  PRINCIPAL_TOKEN: 'planted-token-0451',
  EXTRA_SECRET: 'planted-extra-0451',
  LC_SECRET: 'planted-locale-0451',
  HTTPS_PROXY: 'http://ops:planted-proxy-0451@192.0.2.1',
  NODE_OPTIONS_OF_MINE: 'planted-options-0451',
};
const AGENT = 'SSH_AUTH_SOCK=/nowhere/agent-0451';
const LIMITS = { withinMs: 20_000, maxBytes: 65_536 };

const before = { ...process.env };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haltdrill-start-'));
  Object.assign(process.env, PLANTED, { SSH_AUTH_SOCK: '/nowhere/agent-0451', TZ: 'Pacific/Auckland' });
});
afterEach(() => {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, before);
  rmSync(folder, { recursive: true });
});

/** It works as the operator's, has no secret, and the way to the operator's keys only where it is meant to. */
function expectBare(environment: string, { agent = false } = {}): void {
  expect(environment).toContain(`PATH=${process.env.PATH}`);
  expect(environment).toContain('TZ=Pacific/Auckland');
  expect(environment).not.toContain('planted-');
  expect(environment.includes(AGENT)).toBe(agent);
}

const environOf = (pid: number): string =>
  readFileSync(`/proc/${pid}/environ`, 'utf8').replaceAll('\0', '\n');

/** A program first on the PATH, which notes its environment and then is what it is called. */
function inPlaceOf(name: string): () => string {
  const noted = join(folder, `environment of ${name}`);
  const text = `#!/bin/sh\nenv >> '${noted}'\nPATH='${before.PATH}'\nexec ${name} "$@"\n`;
  writeFileSync(join(folder, name), text, { mode: 0o755 });
  process.env.PATH = `${folder}${delimiter}${before.PATH}`;
  return () => readFileSync(noted, 'utf8');
}

describe('S1: a secret of the environment is not inherited', () => {
  it('by a probe and a canary of this machine', async () => {
    const drillId = `d-${folder.slice(-6)}`;
    const link = createHostLink(THIS_MACHINE, { drillId, fleet: 'invictus', heartbeats: [], clock });
    try {
      expect(await link.open()).toMatchObject({ kind: 'present' });
      const canary = await link.plantCanary(`${drillId}-one`);
      if (canary.kind !== 'present') throw new Error(JSON.stringify(canary));
      const probes = pidsWithArgument(drillId);
      expect(probes).not.toEqual([]);
      for (const pid of [...probes, canary.value.pid]) expectBare(environOf(pid));
    } finally {
      await link.close();
    }
  });

  it('by another command on a host that is this machine', async () => {
    const connection = await localTransport().open();
    const { output, ended } = await connection.start('env');
    let text = '';
    for await (const part of output) text += part;
    await ended;
    expectBare(text);
    await connection.close();
  });

  it('by the second reader of the process table', async () => {
    const noted = inPlaceOf('ps');
    expect(await listedByPs([process.pid, 2 ** 22 + 1])).toEqual({ kind: 'present', value: [process.pid] });
    expectBare(noted());
  });

  it('by a command of the controller, which may reach a host by ssh', async () => {
    const { run } = createController();
    const stopWhen = await run(['env'], 20_000);
    expectBare(stopWhen.kind === 'present' ? stopWhen.value.output : '', { agent: true });
    const asked = await askController(['env'], LIMITS);
    expectBare(asked.kind === 'present' ? asked.value.stdout.toString() : '', { agent: true });
  });

  it('by a command that is asked on a host that is this machine', async () => {
    const asked = await askHere(['env'], LIMITS);
    expectBare(asked.kind === 'present' ? asked.value.stdout.toString() : '');
    const acted = await askHere(['env'], { ...LIMITS, letRun: true });
    expectBare(acted.kind === 'present' ? acted.value.stdout.toString() : '');
  });

  it('by an act that is left running', async () => {
    const file = join(folder, 'pid');
    let ended = Promise.resolve(false);
    const script = `echo $$ > '${file}'; exec sleep 60`;
    const act = { withinMs: 1000, maxBytes: 100, letRun: true };
    const late = await askHere(['sh', '-c', script], {
      ...act,
      left: (end) => {
        ended = end;
      },
    });
    expect(late).toMatchObject({ reason: expect.stringContaining('was left running') });
    const pid = Number(readFileSync(file, 'utf8'));
    try {
      expectBare(environOf(pid));
    } finally {
      process.kill(pid, 'SIGKILL');
    }
    expect(await ended).toBe(true);
  });

  it('by ssh, which finds the agent, and by ssh-keygen', async () => {
    const ssh = inPlaceOf('ssh');
    const keygen = inPlaceOf('ssh-keygen');
    const target = { name: 'tesseract', user: 'ops', port: null };
    expect(await askSshConfig('none', target, process.env)).toMatchObject({ hostname: 'tesseract' });
    expectBare(ssh(), { agent: true });
    writeFileSync(join(folder, 'known_hosts'), '');
    expect((await lookUpHost([join(folder, 'known_hosts')], 'tesseract')).keys).toEqual([]);
    expectBare(keygen());
  });

  it('by a lab, and by a program of this package', async () => {
    const entry = join(folder, 'main.mjs');
    const says = `JSON.stringify({ ready: true, root: '/lab', pid: process.pid, env: process.env })`;
    writeFileSync(entry, `console.log(${says}); process.stdin.resume().on('end', () => process.exit(0));\n`);
    const lab = await startLab('reference', { entry });
    await lab.stop();
    const lines = (env: Readonly<Record<string, string>>): string =>
      Object.entries(env)
        .map(([name, value]) => `${name}=${value}\n`)
        .join('');
    expectBare(lines(lab.env));
    const stop = new AbortController().signal;
    const { stdout } = await ownProgram(entry, { argv: [], input: '', stop, withinMs: 20_000 });
    expectBare(lines((JSON.parse(stdout) as { env: Record<string, string> }).env));
  });
});

it('S1: what finds a service manager is handed on, and the categories of a locale, but not whatever is named like one', () => {
  const manager = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/bus', XDG_RUNTIME_DIR: '/run/user/1' };
  const given = { ...manager, PM2_HOME: '/srv/pm2', LC_TIME: 'C', LC_TOKEN: 'x', HALTDRILL_LAB_ROOT: '/l' };
  expect(handedOn(given)).toEqual({ ...manager, PM2_HOME: '/srv/pm2', LC_TIME: 'C' });
});

it('S1: an engine of containers on another machine has what it logs in by, and one of this machine has not', () => {
  const keys = { SSH_AUTH_SOCK: '/run/agent', CONTAINER_SSHKEY: '/home/ops/key' };
  expect(remoteEngine({ ...keys, DOCKER_HOST: 'ssh://ops@web' })).toEqual(keys);
  expect(remoteEngine({ ...keys, CONTAINER_HOST: 'ssh://ops@web/run/podman.sock' })).toEqual(keys);
  expect(remoteEngine({ ...keys, DOCKER_HOST: 'unix:///run/docker.sock' })).toEqual({});
});
