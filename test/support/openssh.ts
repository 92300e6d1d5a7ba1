import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { whereIs } from './needs.ts';

/** OpenSSH's server and agent as programs of their own: on loopback, with keys, configuration and port of their own. */

const SSHD = whereIs('sshd');

export class SshLab {
  readonly folder = mkdtempSync(join(tmpdir(), 'openssh-'));
  readonly user = userInfo().username;
  readonly #running: ChildProcess[] = [];

  /** A key pair; the path of its private half. */
  key(name: string, type = 'ed25519', passphrase = ''): string {
    const path = join(this.folder, name);
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-f', path]);
    return path;
  }

  publicKey(path: string): string {
    return readFileSync(`${path}.pub`, 'utf8').trim().split(' ').slice(0, 2).join(' ');
  }

  write(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  /** A server that lets these keys in. Its log is what `sshd -e` prints. */
  async sshd(name: string, accepted: readonly string[], more = ''): Promise<Sshd> {
    if (SSHD === null) throw new Error('sshd is not installed');
    // Its child before authentication is confined to this folder (sshd(8)).
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    const hostKey = this.key(`${name}-host`);
    const port = await freePort();
    const keys = this.write(`${name}-keys`, accepted.map((key) => `${this.publicKey(key)}\n`).join(''));
    const config = this.write(
      `${name}-sshd`,
      `${more}
ListenAddress 127.0.0.1
Port ${port}
HostKey ${hostKey}
AuthorizedKeysFile ${keys}
StrictModes no
UsePAM no
PidFile none
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
MaxAuthTries 20
MaxStartups 50
`,
    );
    const child = spawn(SSHD, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    const server = new Sshd(child, port, hostKey, this.publicKey(hostKey));
    this.#running.push(child);
    await server.heard('Server listening');
    return server;
  }

  /** An agent that holds nothing yet; the path of its socket. */
  async agent(name: string): Promise<string> {
    const socket = join(this.folder, `${name}.sock`);
    const child = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#running.push(child);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    return socket;
  }

  /** Loads a key into it; the passphrase is told by an askpass program, as to nobody at a terminal. */
  load(socket: string, key: string, passphrase = ''): void {
    const askpass = join(this.folder, 'askpass');
    writeFileSync(askpass, `#!/bin/sh\necho '${passphrase}'\n`, { mode: 0o700 });
    const env = { ...process.env, SSH_AUTH_SOCK: socket, SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force' };
    execFileSync('ssh-add', ['-q', key], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.map(ended));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class Sshd {
  log = '';
  readonly #child: ChildProcess;
  readonly port: number;
  readonly hostKey: string;
  /** `type blob` of its host key. */
  readonly key: string;

  constructor(child: ChildProcess, port: number, hostKey: string, key: string) {
    this.#child = child;
    this.port = port;
    this.hostKey = hostKey;
    this.key = key;
    child.stderr?.on('data', (chunk: Buffer) => {
      this.log += chunk.toString('latin1');
    });
  }

  /** Its line for known_hosts, under its address unless another name is given. */
  known(name = `[127.0.0.1]:${this.port}`): string {
    return `${name} ${this.key}\n`;
  }

  get logins(): number {
    return this.log.match(/^Accepted publickey/gm)?.length ?? 0;
  }

  async heard(text: string): Promise<void> {
    while (!this.log.includes(text)) {
      if (this.#child.exitCode !== null) throw new Error(`sshd ended: ${this.log}`);
      await new Promise((resolve) => this.#child.stderr?.once('data', resolve).once('close', resolve));
    }
  }

  stop(): Promise<void> {
    return ended(this.#child);
  }
}

/** Ends it and what it forked: each of its sessions is a child with a process group of its own. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  for (const pid of [...childrenOf(child.pid), child.pid]) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
  await gone;
}

function childrenOf(pid: number): number[] {
  const listed = execFileSync('ps', ['-A', '-o', 'pid=', '-o', 'ppid='], { encoding: 'utf8' });
  const rows = listed
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  return rows.flatMap(([child, parent]) =>
    parent === pid && child !== undefined ? [...childrenOf(child), child] : [],
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
