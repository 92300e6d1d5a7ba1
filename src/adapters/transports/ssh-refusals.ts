import type { SshTransport } from '../../drill/model/inventory.ts';
import type { SshSettings } from './ssh-config.ts';
import type { Credentials } from './ssh-credentials.ts';

/** What an ssh login is refused for, in words, each with a way out. Pure. */

/** What the configuration asks for and this transport cannot do; null where it can be followed. */
export function refusedSettings(
  settings: SshSettings,
  inventory: SshTransport | null,
  jumpsGiven: boolean,
): string | null {
  // A ProxyJump that is given wins over either, as on ssh's command line.
  if (settings.proxyCommand !== null && !jumpsGiven)
    return 'the ssh configuration reaches it by a ProxyCommand, which is not supported; write it as ProxyJump, or say "ssh-config: none" and give a direct address';
  const replaced = new Set([
    ...(inventory?.identityFile ? ['CertificateFile', 'PKCS11Provider'] : []),
    ...(inventory?.knownHostsFile ? ['KnownHostsCommand'] : []),
  ]);
  const left = settings.unsupported.find((keyword) => !replaced.has(keyword));
  return left === undefined
    ? null
    : `the ssh configuration sets ${left}, which is not supported; ${WAYS_OUT[left] ?? 'take it out for this host'}`;
}

const WAYS_OUT: Readonly<Record<string, string>> = {
  CertificateFile: 'give an identity-file in the inventory whose key alone is accepted there',
  PKCS11Provider: 'give an identity-file in the inventory, or one whose key an ssh-agent holds (ssh-add -s)',
  KnownHostsCommand: 'give a known-hosts file in the inventory',
  RevokedHostKeys: 'write those keys as @revoked lines into known_hosts, and take it out for this host',
};

export interface SeenKey {
  readonly fingerprint: string;
  readonly type: string;
}

/** A host of which no key is on file. */
export function unknownKey(
  { fingerprint, type }: SeenKey,
  at: {
    readonly name: string;
    readonly files: readonly string[];
    readonly hostname: string;
    readonly port: number;
  },
): string {
  const { name, files, hostname, port } = at;
  const scan = `ssh-keyscan -t ${SCAN_TYPES[type] ?? 'ed25519'} -p ${port} ${hostname}`;
  return `its host key (${type}, ${fingerprint}) is not in ${files.join(', ')}; compare it with what the host's own console shows, then add it there as ${name} (${scan} prints the line), and pin the host with haltdrill pin`;
}

const SCAN_TYPES: Readonly<Record<string, string>> = {
  'ssh-rsa': 'rsa',
  'ssh-ed25519': 'ed25519',
  'ecdsa-sha2-nistp256': 'ecdsa',
  'ecdsa-sha2-nistp384': 'ecdsa',
  'ecdsa-sha2-nistp521': 'ecdsa',
};

type SshError = Error & { level?: string; code?: string | number };

/** Why a connection was not made or a login not accepted. */
export function refusal(
  error: SshError,
  { hostname, port }: SshSettings,
  files: readonly string[],
  { methods, notes }: Credentials,
): string {
  const message = error.message.split('\n')[0] ?? '';
  if (error.level === 'client-authentication' || error.level === 'agent') {
    const count = methods.filter(({ type }) => type === 'publickey').length;
    const tried = [
      ...(methods.some(({ type }) => type === 'agent') ? ['no key of the ssh-agent'] : []),
      ...(count > 0 ? [`no key file (${count} tried)`] : []),
    ].join(' and ');
    const passedOver = notes.length === 0 ? '' : `; passed over: ${notes.join('; ')}`;
    return `login refused: ${tried} was accepted; add a public key to that account's authorized_keys, or name the right one as identity-file${passedOver}`;
  }
  if (/no matching host key|no matching.*host key/i.test(message))
    return `it offers none of the host key types that ${files.join(', ')} has for it; check its key out of band`;
  if (error.code === 'ECONNREFUSED')
    return 'connection refused; is sshd running there, and is the port right?';
  if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN')
    return `the address ${hostname} cannot be resolved; correct it in the inventory`;
  if (error.code === 'EHOSTUNREACH' || error.code === 'ENETUNREACH')
    return 'no route to it; check the network and the address in the inventory';
  if (error.level === 'client-timeout' || error.code === 'ETIMEDOUT')
    return `no answer; check that it is up and that a firewall lets port ${port} through`;
  return `the ssh connection failed: ${message}`;
}
