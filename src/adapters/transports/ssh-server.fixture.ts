import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket, type Server as TcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type Connection } from 'ssh2';
import type { SshTransport } from '../../drill/model/inventory.ts';

/** A real ssh server on loopback that runs commands under /bin/sh on this machine, public-key login only. */
export class SshServer {
  readonly folder: string;
  readonly #tcp: TcpServer;
  readonly #sockets = new Set<Socket>();
  logins = 0;
  /** From now on it opens no further session on any connection, as at its MaxSessions. */
  isFull = false;

  private constructor(folder: string, tcp: TcpServer) {
    this.folder = folder;
    this.#tcp = tcp;
  }

  static async start(hostKeyType = 'ed25519'): Promise<SshServer> {
    const folder = mkdtempSync(join(tmpdir(), 'ssh-server-'));
    makeKey(join(folder, 'host'), hostKeyType);
    makeKey(join(folder, 'user'), 'ed25519');
    const login = ssh2.utils.parseKey(readFileSync(join(folder, 'user.pub')));
    if (login instanceof Error) throw login;
    const accepted = login.getPublicSSH();
    const sshd = new ssh2.Server({ hostKeys: [readFileSync(join(folder, 'host'))] }, (client) =>
      serve(client),
    );
    const serve = (client: Connection): void => {
      client.on('error', () => {});
      client.on('authentication', (context) => {
        if (context.method !== 'publickey' || !context.key.data.equals(accepted))
          return context.reject(['publickey']);
        if (context.signature !== undefined) server.logins += 1;
        context.accept();
      });
      client.on('session', (accept, reject) => {
        if (server.isFull) return reject();
        accept().on('exec', (acceptExec, _reject, { command }) => {
          const channel = acceptExec();
          const child = spawn('/bin/sh', ['-c', command], { detached: true });
          for (const stream of [channel, child.stdin, child.stdout, child.stderr])
            stream.on('error', () => {});
          channel.pipe(child.stdin);
          child.stdout.pipe(channel, { end: false });
          child.stderr.pipe(channel.stderr, { end: false });
          channel.on('close', () => child.stdin.end());
          child.on('close', (code) => {
            if (code !== null) channel.exit(code);
            else channel.exit('KILL');
            channel.close();
          });
        });
      });
    };
    const tcp = createServer((socket) => {
      server.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => server.#sockets.delete(socket));
      sshd.injectSocket(socket);
    });
    const server = new SshServer(folder, tcp);
    await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
    writeFileSync(
      server.knownHosts,
      `[127.0.0.1]:${server.port} ${readFileSync(join(folder, 'host.pub'), 'utf8')}`,
    );
    return server;
  }

  get port(): number {
    return (this.#tcp.address() as AddressInfo).port;
  }

  get knownHosts(): string {
    return join(this.folder, 'known_hosts');
  }

  get transport(): SshTransport {
    return {
      kind: 'ssh',
      address: '127.0.0.1',
      port: this.port,
      user: 'ops',
      identityFile: join(this.folder, 'user'),
      passphrase: null,
      knownHostsFile: this.knownHosts,
      configFile: 'none',
    };
  }

  /** Cuts every connection, as a failing network does. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Leaves every connection open and deaf, as a firewall that drops packets does. */
  silence(): void {
    for (const socket of this.#sockets) {
      socket.removeAllListeners('data');
      socket.pause();
      socket.write = () => true;
    }
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#tcp.close(resolve));
    rmSync(this.folder, { recursive: true });
  }
}

export function makeKey(path: string, type: string): void {
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', path]);
}
