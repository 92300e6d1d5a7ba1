import { NodeSSH } from 'node-ssh';
import type { Algorithms, ConnectConfig, ServerHostKeyAlgorithm } from 'ssh2';
import type { SshTransport } from '../../drill/model/inventory.ts';
import { type KnownHost, knownHostsName, lookUpHost } from './known-hosts.ts';
import { askSshConfig, type SshSettings, type SshTarget } from './ssh-config.ts';
import { SshConnection } from './ssh-connection.ts';
import { type Credentials, findCredentials, fingerprintOf } from './ssh-credentials.ts';
import { refusal, refusedSettings, type SeenKey, unknownKey } from './ssh-refusals.ts';
import { type HostTransport, StrangeHostKey } from './transport.ts';

const READY_TIMEOUT_MS = 10_000;
/** Three unanswered keep-alives in a row end a connection whose other side went silent. */
const ALIVE_INTERVAL_MS = 2_000;
const ALIVE_COUNT = 3;
/** More hops than anybody has mean that a configuration sends each host through the other. */
const MAX_HOPS = 8;

/** One login: where it is, and whose word counts beside the ssh configuration. */
interface Login {
  readonly where: string;
  readonly settings: SshSettings;
  readonly inventory: SshTransport | null;
}

/**
 * A host over one ssh connection, through jump hosts where the ssh configuration names them. Every host key on the way is
 * checked. What the inventory says wins over the configuration, for the host itself; jump hosts are the configuration's.
 */
export function sshTransport(
  host: string,
  to: SshTransport,
  env: NodeJS.ProcessEnv = process.env,
): HostTransport {
  return { open: async () => (await openRoute(host, to, env)).connect() };
}

interface Route {
  connect(): Promise<SshConnection>;
}

/** The configuration of the whole way is read, and refused where it cannot be followed, before anything is connected. */
async function openRoute(host: string, to: SshTransport, env: NodeJS.ProcessEnv): Promise<Route> {
  const target = { name: to.address, user: to.user, port: to.port };
  const ask = async (hop: SshTarget, where: string): Promise<SshSettings> => {
    try {
      return await askSshConfig(to.configFile, hop, env);
    } catch (error) {
      throw new Error(`${where}: ${(error as Error).message}`);
    }
  };
  const at = (name: string, { user, hostname, port }: SshSettings): string =>
    `${name} (${user}@${hostname}, port ${port})`;

  const logins: Login[] = [];
  const add = async (hop: SshTarget, jumps: readonly SshTarget[] | null): Promise<void> => {
    const name = logins.length === 0 ? host : `${host}: jump host ${hop.name}`;
    if (logins.length > MAX_HOPS)
      throw new Error(`${host} (${to.address}): its jump hosts lead to each other; correct ProxyJump`);
    const settings = await ask(hop, logins.length === 0 ? `${host} (${to.address})` : name);
    const inventory = logins.length === 0 ? to : null;
    const where = at(name, settings);
    const refused = refusedSettings(settings, inventory, jumps !== null);
    if (refused !== null) throw new Error(`${where}: ${refused}`);
    logins.push({ where, settings, inventory });
    // As `ssh -J a,b`: b is reached through a, whatever b's own entry says; a as its own entry says (ssh(1)).
    const way = jumps ?? settings.jumps;
    const last = way.at(-1);
    if (last !== undefined) await add(last, way.length > 1 ? way.slice(0, -1) : null);
  };
  await add(target, null);

  return {
    async connect() {
      let before: SshConnection | null = null;
      try {
        for (const login of logins.toReversed()) before = await logIn(login, before);
      } catch (error) {
        await before?.close();
        throw error;
      }
      return before as SshConnection;
    },
  };
}

async function logIn(login: Login, before: SshConnection | null): Promise<SshConnection> {
  const { where, settings, inventory } = login;
  const trying = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw new Error(`${where}: ${(error as Error).message}`);
    }
  };
  const files =
    typeof inventory?.knownHostsFile === 'string' ? [inventory.knownHostsFile] : settings.knownHostsFiles;
  const name = settings.hostKeyAlias ?? knownHostsName(settings.hostname, settings.port);
  const known = await trying(lookUpHost(files, name));
  const serverHostKey = offered(where, known, { name, files });
  const chosen = inventory?.identityFile ?? null;
  const credentials = await trying(
    findCredentials({
      user: settings.user,
      files: chosen === null ? settings.identityFiles : [chosen],
      fromInventory: chosen !== null,
      passphrase: inventory?.passphrase ?? null,
      agent: settings.agent,
      only: chosen !== null || settings.identitiesOnly,
    }),
  );
  const sock = await before?.forward(
    settings.hostname,
    settings.port,
    settings.connectTimeoutMs ?? READY_TIMEOUT_MS,
  );
  return connect(login, { name, files, known, serverHostKey, credentials }, before, sock);
}

/** Only the key types known for the host: another type would make a known host look changed. */
function offered(
  where: string,
  known: KnownHost,
  { name, files }: { readonly name: string; readonly files: readonly string[] },
): ServerHostKeyAlgorithm[] | null {
  if (known.keys.length > 0) return known.keys.flatMap(({ type }) => signatureAlgorithms(type));
  // ssh2 has no host key algorithm for certificates (ssh-ed25519-cert-v01@openssh.com and the like).
  if (known.authority)
    throw new Error(
      `${where}: ${files.join(', ')} knows it only by a certificate authority (@cert-authority), which is not supported; add its own host key as ${name}`,
    );
  return null;
}

// An RSA key signs with SHA-2 here, never with SHA-1 (RFC 8332; off by default in OpenSSH since 8.8).
function signatureAlgorithms(type: string): ServerHostKeyAlgorithm[] {
  return type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [type as ServerHostKeyAlgorithm];
}

interface Trust {
  /** The name under which its key is on file. */
  readonly name: string;
  readonly files: readonly string[];
  readonly known: KnownHost;
  /** null: no key is known, so that none will be accepted, whatever its type; it is only looked at. */
  readonly serverHostKey: ServerHostKeyAlgorithm[] | null;
  readonly credentials: Credentials;
}

async function connect(
  { where, settings, inventory }: Login,
  { name, files, known, serverHostKey, credentials }: Trust,
  before: SshConnection | null,
  sock: ConnectConfig['sock'],
): Promise<SshConnection> {
  let refused: (SeenKey & { readonly revoked: boolean }) | null = null;
  let fingerprint = '';
  const { hostname, port, family, bindAddress } = settings;
  const config: ConnectConfig = {
    // ssh2 would otherwise first try to log in without any proof (method "none").
    authHandler: [...credentials.methods] as NonNullable<ConnectConfig['authHandler']>,
    host: hostname,
    port,
    username: settings.user,
    readyTimeout: settings.connectTimeoutMs ?? READY_TIMEOUT_MS,
    // Never rarer than here: a host that went silent has to be noticed while the drill still runs.
    keepaliveInterval: Math.min(settings.aliveIntervalMs ?? ALIVE_INTERVAL_MS, ALIVE_INTERVAL_MS),
    keepaliveCountMax: ALIVE_COUNT,
    ...(serverHostKey !== null && { algorithms: { serverHostKey } satisfies Algorithms }),
    ...(sock !== undefined && { sock }),
    ...(sock === undefined && family === 4 && { forceIPv4: true }),
    ...(sock === undefined && family === 6 && { forceIPv6: true }),
    ...(sock === undefined && bindAddress !== null && { localAddress: bindAddress }),
    hostVerifier: (key: Buffer): boolean => {
      fingerprint = fingerprintOf(key);
      const blob = key.toString('base64');
      if (known.keys.some((entry) => entry.key === blob)) return true;
      refused = { fingerprint, type: typeOf(key), revoked: known.revoked.includes(blob) };
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
    sock?.destroy();
    const seen = refused as (SeenKey & { readonly revoked: boolean }) | null;
    if (seen === null || (serverHostKey === null && !seen.revoked)) {
      const why =
        seen === null
          ? refusal(error as Error, settings, files, credentials)
          : unknownKey(seen, { name, files, port, hostname });
      throw new Error(`${where}: ${why}`);
    }
    const how = seen.revoked ? 'is marked as revoked' : 'is not the one on file';
    const why = `${where}: the host key it shows ${how} (${seen.fingerprint}); this is not the machine that ${files.join(', ')} knows. If it was reinstalled, check the new key out of band and replace the entry`;
    // A jump host that changed is not the host that is asked about.
    throw inventory === null ? new Error(why) : new StrangeHostKey(why, seen.fingerprint);
  }
  const client = ssh.connection;
  if (client === null) throw new Error(`${where}: the connection was lost while logging in`);
  return new SshConnection(where, client, fingerprint, before);
}

/** A key's blob begins with its type (RFC 4253, 6.6). */
function typeOf(blob: Buffer): string {
  return blob.subarray(4, 4 + Math.min(64, blob.readUInt32BE(0))).toString('latin1');
}
