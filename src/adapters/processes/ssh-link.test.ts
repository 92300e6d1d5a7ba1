import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SshTransport } from '../../drill/model/inventory.ts';
import type { HostLink } from '../../drill/ports/world.ts';
import { makeKey, SshServer } from '../transports/ssh-server.fixture.ts';
import { createHostLink } from './host-link.ts';
import { pidsOfSession, pidsWithArgument } from './strangers.fixture.ts';
import { clock, until } from './test-clock.fixture.ts';

let server: SshServer;
let links: HostLink[];
let drillId: string;
beforeEach(async () => {
  server = await SshServer.start();
  links = [];
  drillId = `d-${server.folder.slice(-6)}`;
});
afterEach(async () => {
  await Promise.all(links.map((link) => link.close()));
  await server.stop();
});

function newLink(change: Partial<SshTransport> = {}): HostLink {
  const link = createHostLink(
    {
      name: 'tesseract',
      transport: { ...server.transport, ...change },
      become: null,
      manager: 'launchd',
      managerCommand: null,
    },
    { drillId, fleet: 'invictus', heartbeats: [], clock, leaseMs: 2_000 },
  );
  links.push(link);
  return link;
}

const list = { mode: 'list', watch: [process.pid], detail: [process.pid] } as const;

describe('a host over ssh', () => {
  it('D8: knows that a command was not sent where no session was opened for it, and not where it was cut off', async () => {
    const link = createHostLink(
      {
        name: 'tesseract',
        transport: server.transport,
        become: null,
        manager: 'launchd',
        managerCommand: null,
      },
      { drillId, fleet: 'invictus', heartbeats: [], clock, leaseMs: 2_000 },
    );
    links.push(link);
    const limits = { withinMs: 10_000, maxBytes: 1_000, letRun: true };
    expect(await link.ask(['true'], limits)).toMatchObject({ unsent: true });
    await link.open();
    const begun = join(server.folder, 'begun');
    const running = link.ask(['sh', '-c', 'echo > "$1"; sleep 60', 'sh', begun], limits);
    await expect.poll(() => existsSync(begun)).toBe(true);
    server.isFull = true;
    const refused = await link.ask(['true'], limits);
    expect(refused).toMatchObject({ unsent: true, reason: expect.stringContaining('raise MaxSessions') });
    server.cut();
    const cut = await running;
    expect(cut.kind).toBe('unreadable');
    expect(cut).not.toHaveProperty('unsent');
  });

  it('answers like a local one, over one login', async () => {
    const fingerprint = execFileSync('ssh-keygen', ['-lf', join(server.folder, 'host.pub')], {
      encoding: 'utf8',
    });
    const link = newLink();
    expect(await link.open()).toMatchObject({
      kind: 'present',
      value: { os: 'Linux', hostKey: fingerprint.split(' ')[1] },
    });
    const seen = await link.sample({ nonce: 'n1', ...list });
    expect(seen).toMatchObject({
      kind: 'present',
      value: {
        rows: [{ pid: process.pid }],
        details: [{ exe: { kind: 'present', value: process.execPath } }],
      },
    });
    expect(await link.run(['sh', '-c', 'printf "%s" "$1"; exit 4', 'x', "it's $HOME\n"])).toEqual({
      kind: 'present',
      value: { exitCode: 4, output: "it's $HOME\n" },
    });
    expect(await link.crossCheck?.([process.pid, 999_999_999])).toEqual({
      kind: 'present',
      value: [process.pid],
    });
    const canary = await link.plantCanary(`${drillId}-a`);
    expect(canary.kind).toBe('present');
    const session = pidsWithArgument(drillId)[0] as number;
    await link.close();
    expect([
      ...pidsWithArgument(drillId),
      ...pidsOfSession(session),
      ...pidsWithArgument(`${drillId}-a`),
    ]).toEqual([]);
    expect(server.logins).toBe(1);
  });

  it('is unreadable at once when the connection drops in the middle of a sample', async () => {
    const link = newLink();
    await link.open();
    await link.plantCanary(`${drillId}-a`);
    const asked = link.sample({ nonce: 'n1', ...list, mode: 'full' });
    const running = link.run(['sleep', '20']);
    server.cut();
    const lost = { kind: 'unreadable', reason: expect.stringContaining('the ssh connection was lost') };
    expect(await asked).toMatchObject(lost);
    expect(await running).toMatchObject(lost);
    expect(await link.sample({ nonce: 'n2', ...list })).toMatchObject(lost);
    expect(await link.killLife({ bootId: 'x', pid: 4_194_000, start: 1 })).toMatchObject(lost);
    await until('probe and canary ended', () => pidsWithArgument(drillId).length === 0);
    await until('the canary ended', () => pidsWithArgument(`${drillId}-a`).length === 0);
    expect((await link.open()).kind).toBe('present');
    expect((await link.sample({ nonce: 'n3', ...list })).kind).toBe('present');
  });

  it('is unreadable when the connection falls silent, and the probe still ends', async () => {
    const link = newLink();
    await link.open();
    await link.plantCanary(`${drillId}-a`);
    server.silence();
    expect((await link.sample({ nonce: 'n1', ...list })).kind).toBe('unreadable');
    await until('probe and canary ended', () => pidsWithArgument(drillId).length === 0);
    await until('the canary ended', () => pidsWithArgument(`${drillId}-a`).length === 0);
    await link.close();
  });
});

describe('a login that must not succeed names host, address and a way out', () => {
  const refused = async (change: Partial<SshTransport> = {}): Promise<string> => {
    const reading = await newLink(change).open();
    if (reading.kind !== 'unreadable') throw new Error(`it was ${reading.kind}`);
    expect(reading.reason).toMatch(/^tesseract \(ops@\S+, port \d+\): [^\n]+$/);
    expect(server.logins).toBe(0);
    return reading.reason;
  };
  const known = (key: string): void =>
    writeFileSync(
      server.knownHosts,
      `[127.0.0.1]:${server.port} ${readFileSync(join(server.folder, key), 'utf8')}`,
    );

  it('a host key that is not the one on file', async () => {
    makeKey(join(server.folder, 'other'), 'ed25519');
    known('other.pub');
    expect(await refused()).toContain('is not the one on file (SHA256:');
  });

  it('a host key of another type than the one on file', async () => {
    makeKey(join(server.folder, 'other'), 'ecdsa');
    known('other.pub');
    expect(await refused()).toContain('none of the host key types');
  });

  it('an unknown host key', async () => {
    writeFileSync(server.knownHosts, '');
    expect(await refused()).toContain(`add it there as [127.0.0.1]:${server.port}`);
  });

  it('a revoked host key', async () => {
    makeKey(join(server.folder, 'other'), 'ed25519');
    const other = readFileSync(join(server.folder, 'other.pub'), 'utf8');
    const host = readFileSync(join(server.folder, 'host.pub'), 'utf8');
    const name = `[127.0.0.1]:${server.port}`;
    writeFileSync(server.knownHosts, `@revoked ${name} ${host}${name} ${host}${name} ${other}`);
    expect(await refused()).toContain('marked as revoked');
  });

  it('a missing known-hosts file', async () => {
    expect(await refused({ knownHostsFile: join(server.folder, 'none') })).toContain('cannot be read');
  });

  it('a key that the server does not accept', async () => {
    makeKey(join(server.folder, 'stranger'), 'ed25519');
    expect(await refused({ identityFile: join(server.folder, 'stranger') })).toContain('login refused');
  });

  it('a missing, a broken and a protected key', async () => {
    expect(await refused({ identityFile: join(server.folder, 'none') })).toContain('ENOENT');
    expect(await refused({ identityFile: server.knownHosts })).toContain('not a private key');
    const path = join(server.folder, 'locked');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'secret', '-f', path]);
    expect(await refused({ identityFile: path })).toContain('protected by a passphrase');
  });

  it('a port where nobody listens', async () => {
    const other = await SshServer.start();
    const { port, knownHostsFile } = { ...other.transport, knownHostsFile: server.knownHosts };
    writeFileSync(
      server.knownHosts,
      `[127.0.0.1]:${port} ${readFileSync(join(server.folder, 'host.pub'), 'utf8')}`,
    );
    await other.stop();
    expect(await refused({ port, knownHostsFile })).toContain('connection refused');
  });
});

it('checks RSA host keys too, by SHA-2 signatures', async () => {
  const rsa = await SshServer.start('rsa');
  try {
    const link = newLink({ ...rsa.transport });
    expect((await link.open()).kind).toBe('present');
    await link.close();
  } finally {
    await rsa.stop();
  }
});
