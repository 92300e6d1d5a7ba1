import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TinyLaunchd } from '../fixtures/tiny-launchd.ts';
import { startTinyLaunchd } from '../fixtures/tiny-launchd.ts';
import { launchctlStopper } from './launchctl.ts';
import type { SshAddress } from './ssh.ts';
import { runOverSsh, shellWord } from './ssh.ts';

let folder: string;
let server: ssh2.Server;
let to: SshAddress;
let launchd: TinyLaunchd;
/** How the server ends the next commands: as sshd does, or by hanging up in the middle. */
let hangUp = false;

function key(name: string): string {
  const file = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]);
  return file;
}

/** One line of known_hosts(5). */
function known(port: number, publicKey: string): string {
  return `[127.0.0.1]:${port} ${readFileSync(publicKey, 'utf8')}`;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'principal 100% ssh-'));
  launchd = await startTinyLaunchd({ hermes: 'plain' });
  const hostKey = key('host');
  const identityFile = key('user');
  key('other');
  const allowed = ssh2.utils.parseKey(readFileSync(`${identityFile}.pub`));
  if (allowed instanceof Error) throw allowed;

  server = new ssh2.Server({ hostKeys: [readFileSync(hostKey)] }, (client) => {
    client.on('error', () => {});
    client.on('authentication', (context) => {
      if (context.method !== 'publickey' || !context.key.data.equals(allowed.getPublicSSH())) {
        return context.reject(['publickey']);
      }
      const { signature, blob = Buffer.alloc(0), hashAlgo } = context;
      if (signature !== undefined && !allowed.verify(blob, signature, hashAlgo)) return context.reject();
      return context.accept();
    });
    client.on('session', (accept) => {
      accept().on('exec', (acceptExec, _reject, { command }) => {
        const channel = acceptExec();
        if (hangUp) return void client.end();
        const child = spawn('/bin/sh', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'] });
        child.stdout.pipe(channel, { end: false });
        child.once('close', (code) => {
          channel.exit(code ?? 1);
          channel.end();
        });
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const knownHosts = join(folder, 'known_hosts');
  writeFileSync(knownHosts, known(port, `${hostKey}.pub`));
  to = { address: '127.0.0.1', port, user: 'ops', identityFile, knownHosts };
});

afterAll(async () => {
  await launchd.close();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  rmSync(folder, { recursive: true });
});

describe('over a real ssh connection', () => {
  it('passes arguments through the shell at the other end as they are', async () => {
    const words = ['', 'two words', `it's`, '$HOME `id` "x" \\ ;|&', 'ünï', '--', '-n'];
    const { stdout } = await runOverSsh(to)(['printf', '[%s]\\n', ...words]);
    expect(stdout.split('\n')).toEqual(words.map((word) => `[${word}]`));
  });

  it('gives the exit code of the command', async () => {
    expect(await runOverSsh(to)(['sh', '-c', 'exit 7'])).toEqual({ exitCode: 7, stdout: '' });
  });

  it('stops a process on the host and sees it gone', async () => {
    const pid = launchd.pidOf('hermes') ?? 0;
    const stopper = launchctlStopper(runOverSsh(to), { launchctl: launchd.launchctl });
    const hermes = { service: 'hermes', label: 'hermes', host: 'tesseract' };
    expect(await stopper.stop(hermes)).toBe('stopped');
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(await stopper.start(hermes)).toBe('running');
  });

  it('refuses a host whose key is another', async () => {
    const knownHosts = join(folder, 'wrong_hosts');
    writeFileSync(knownHosts, known(to.port, join(folder, 'other.pub')));
    await expect(runOverSsh({ ...to, knownHosts })(['true'])).rejects.toThrow('failed');
  });

  it('refuses a host that it does not know', async () => {
    const knownHosts = join(folder, 'no_hosts');
    writeFileSync(knownHosts, '');
    await expect(runOverSsh({ ...to, knownHosts })(['true'])).rejects.toThrow('failed');
    expect(readFileSync(knownHosts, 'utf8')).toBe('');
  });

  it('fails where the key is not allowed, and where the connection drops', async () => {
    await expect(runOverSsh({ ...to, identityFile: join(folder, 'other') })(['true'])).rejects.toThrow();
    hangUp = true;
    await expect(runOverSsh(to)(['true'])).rejects.toThrow('failed');
    hangUp = false;
  });
});

describe('shellWord', () => {
  it('leaves a shell nothing to interpret', () => {
    expect(shellWord(`a'b`)).toBe(`'a'\\''b'`);
  });
});
