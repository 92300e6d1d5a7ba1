import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { NodeSSH } from 'node-ssh';
import type { Algorithms, Client, ClientChannel, ConnectConfig, ServerHostKeyAlgorithm } from 'ssh2';
import type { SshTransport } from '../../drill/model/inventory.ts';
import { type KnownHost, knownHostsName, lookUpHost } from './known-hosts.ts';
import {
  type Connection,
  type Ending,
  type HostTransport,
  type Running,
  StrangeHostKey,
} from './transport.ts';

const READY_TIMEOUT_MS = 10_000;

/** A host over one ssh connection; its key is always checked against the inventory's known-hosts file. */
export function sshTransport(host: string, to: SshTransport): HostTransport {
  const where = `${host} (${to.user}@${to.address}, port ${to.port})`;
  return {
    async open() {
      const known = await lookUpHost(to.knownHostsFile, to.address, to.port).catch((error: Error) => {
        throw new Error(`${where}: ${error.message}`);
      });
      return connect(where, to, offered(where, to, known), known);
    },
  };
}

/** Only the key types known for the host: another type would make a known host look changed. */
function offered(where: string, to: SshTransport, known: KnownHost): ServerHostKeyAlgorithm[] {
  if (known.keys.length > 0) return known.keys.flatMap(({ type }) => signatureAlgorithms(type));
  const name = knownHostsName(to.address, to.port);
  if (known.authority)
    throw new Error(
      `${where}: ${to.knownHostsFile} knows it only by a certificate authority, which is not supported; add its own host key as ${name}`,
    );
  throw new Error(
    `${where}: its host key is not in ${to.knownHostsFile}; check its fingerprint out of band, then add it there as ${name}`,
  );
}

// An RSA key signs with SHA-2 here, never with SHA-1 (RFC 8332; off by default in OpenSSH since 8.8).
function signatureAlgorithms(type: string): ServerHostKeyAlgorithm[] {
  return type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [type as ServerHostKeyAlgorithm];
}

async function connect(
  where: string,
  to: SshTransport,
  serverHostKey: ServerHostKeyAlgorithm[],
  known: KnownHost,
): Promise<Connection> {
  let refusedKey: string | null = null;
  let fingerprint = '';
  const config: ConnectConfig = {
    ...(await credentials(where, to)),
    host: to.address,
    port: to.port,
    username: to.user,
    readyTimeout: READY_TIMEOUT_MS,
    // Three unanswered keep-alives in a row end a connection whose other side went silent.
    keepaliveInterval: 2_000,
    keepaliveCountMax: 3,
    algorithms: { serverHostKey } satisfies Algorithms,
    hostVerifier: (key: Buffer): boolean => {
      fingerprint = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
      const blob = key.toString('base64');
      if (known.keys.some((entry) => entry.key === blob)) return true;
      refusedKey = known.revoked.includes(blob) ? 'is marked as revoked' : 'is not the one on file';
      return false;
    },
  };
  const ssh = new NodeSSH();
  try {
    // node-ssh types the configuration by its own copy of the same interface.
    await ssh.connect(config as Parameters<NodeSSH['connect']>[0]);
  } catch (error) {
    ssh.connection?.on('error', () => {});
    ssh.dispose();
    const why = `${where}: ${refusal(error as SshError, to, refusedKey && `${refusedKey} (${fingerprint})`)}`;
    throw refusedKey === null ? new Error(why) : new StrangeHostKey(why, fingerprint);
  }
  const client = ssh.connection;
  if (client === null) throw new Error(`${where}: the connection was lost while logging in`);
  return new SshConnection(where, client, fingerprint);
}

async function credentials(where: string, to: SshTransport): Promise<ConnectConfig> {
  if (to.identityFile === null) {
    const agent = process.env.SSH_AUTH_SOCK;
    if (!agent)
      throw new Error(
        `${where}: no identity-file in the inventory and no ssh-agent (SSH_AUTH_SOCK is not set); give one of them`,
      );
    return { agent, authHandler: ['agent'] };
  }
  const privateKey = await readFile(to.identityFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(
      `${where}: the identity-file ${to.identityFile} cannot be read (${error.code ?? error.message})`,
    );
  });
  // ssh2 would otherwise first try to log in without any proof (method "none").
  return { privateKey, authHandler: ['publickey'] };
}

type SshError = Error & { level?: string; code?: string | number };

function refusal(error: SshError, to: SshTransport, refusedKey: string | null): string {
  const message = error.message.split('\n')[0] ?? '';
  if (refusedKey !== null)
    return `the host key it shows ${refusedKey}; this is not the machine that ${to.knownHostsFile} knows. If it was reinstalled, check the new key out of band and replace the entry`;
  if (error.level === 'client-authentication' || error.level === 'agent')
    return `login refused: ${to.identityFile ? `the key ${to.identityFile}` : 'no key of the ssh-agent'} was not accepted; add its public key to that account's authorized_keys`;
  if (message.startsWith('Cannot parse privateKey'))
    return /encrypted/i.test(message)
      ? `the key ${to.identityFile} is protected by a passphrase; load it into an ssh-agent and leave out identity-file`
      : `the key ${to.identityFile} is not a private key that ssh2 can read`;
  if (/no matching host key|no matching.*host key/i.test(message))
    return `it offers none of the host key types that ${to.knownHostsFile} has for it; check its key out of band`;
  if (error.code === 'ECONNREFUSED')
    return 'connection refused; is sshd running there, and is the port right?';
  if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN')
    return `the address ${to.address} cannot be resolved; correct it in the inventory`;
  if (error.code === 'EHOSTUNREACH' || error.code === 'ENETUNREACH')
    return 'no route to it; check the network and the address in the inventory';
  if (error.level === 'client-timeout' || error.code === 'ETIMEDOUT')
    return `no answer; check that it is up and that a firewall lets port ${to.port} through`;
  return `the ssh connection failed: ${message}`;
}

class SshConnection implements Connection {
  readonly hostKey: string;
  readonly #where: string;
  readonly #client: Client;
  #lost: string | null = null;

  constructor(where: string, client: Client, hostKey: string) {
    this.#where = where;
    this.#client = client;
    this.hostKey = hostKey;
    // Without a listener an error after login would end the whole program; `close` follows every one.
    client.on('error', (error) => {
      this.#lost ??= `${where}: the ssh connection was lost (${error.message.split('\n')[0]})`;
    });
    client.on('close', () => {
      this.#lost ??= `${where}: the ssh connection was lost`;
    });
  }

  start(command: string): Promise<Running> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== null) return reject(new Error(this.#lost));
      // Called with an error where the connection closes before the channel opened (ssh2 does so on `close`).
      try {
        this.#client.exec(command, (error, channel) => {
          if (error)
            reject(new Error(this.#lost ?? `${this.#where}: cannot start a command (${error.message})`));
          else resolve(this.#attach(channel));
        });
      } catch (error) {
        reject(new Error(this.#lost ?? `${this.#where}: ${(error as Error).message}`));
      }
    });
  }

  #attach(channel: ClientChannel): Running {
    channel.on('error', () => {});
    let ending: Ending | null = null;
    channel.on('exit', (code: number | null, signal?: string) => {
      ending = { code, reason: code === null ? `ended by ${signal ?? 'a signal'}` : null };
    });
    const ended = new Promise<Ending>((resolve) => {
      channel.once('close', () =>
        resolve(ending ?? { code: null, reason: this.#lost ?? `${this.#where}: the command was cut off` }),
      );
    });
    const kill = (): void => {
      if (this.#lost !== null) return;
      // A server need not honour "signal" (RFC 4254, 6.9); closing the channel ends its input and output in any case.
      channel.signal('KILL');
      channel.close();
    };
    return { input: channel, output: channel, errors: channel.stderr, ended, kill };
  }

  close(): Promise<void> {
    if (this.#lost !== null) return Promise.resolve();
    this.#lost = `${this.#where}: the connection is closed`;
    return new Promise((resolve) => {
      // A black-holed connection would never confirm.
      const force = setTimeout(() => this.#client.destroy(), 2_000);
      this.#client.once('close', () => {
        clearTimeout(force);
        resolve();
      });
      this.#client.end();
    });
  }
}
