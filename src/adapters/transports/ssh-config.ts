import { homedir, hostname, userInfo } from 'node:os';
import { askProgram, handedOn, sshAgent } from '../system/start-program.ts';

/** What to ask the configuration about: a name as somebody would type it after `ssh`, and what is given beside it. */
export interface SshTarget {
  readonly name: string;
  readonly user: string | null;
  readonly port: number | null;
}

/** What OpenSSH's client would do for a target. Times are milliseconds; null: the configuration does not say. */
export interface SshSettings {
  readonly hostname: string;
  readonly port: number;
  readonly user: string;
  readonly identityFiles: readonly string[];
  readonly identitiesOnly: boolean;
  /** Socket of the agent; null: there is none. */
  readonly agent: string | null;
  readonly knownHostsFiles: readonly string[];
  readonly hostKeyAlias: string | null;
  readonly connectTimeoutMs: number | null;
  readonly aliveIntervalMs: number | null;
  readonly family: 4 | 6 | null;
  readonly bindAddress: string | null;
  /** Jump hosts in the order in which they are passed. */
  readonly jumps: readonly SshTarget[];
  readonly proxyCommand: string | null;
  /** Keywords that are set and cannot be followed here, such as `CertificateFile`. */
  readonly unsupported: readonly string[];
}

const TIMEOUT_MS = 10_000;

/**
 * Asks `ssh -G` (ssh(1)), so that Host, Match, Include, canonical names and what wins over what are read by OpenSSH
 * itself. `file` as after `ssh -F`: `none` for no configuration at all; null: the operator's own and the system's.
 * Rejects with a one-line Error without the target's name.
 */
export async function askSshConfig(
  file: string | null,
  target: SshTarget,
  env: NodeJS.ProcessEnv,
): Promise<SshSettings> {
  const given = [
    ...(file === null ? [] : ['-F', file]),
    ...(target.user === null ? [] : ['-l', target.user]),
    ...(target.port === null ? [] : ['-p', String(target.port)]),
  ];
  const text = await run(['-T', '-G', ...given, '--', target.name], env);
  return readSettings(text, target.name, env);
}

async function run(argv: readonly string[], from: NodeJS.ProcessEnv): Promise<string> {
  // A Match exec may log in elsewhere.
  const env = { ...handedOn(from), ...sshAgent(from) };
  const { error, stdout, stderr } = await askProgram('ssh', argv, { timeout: TIMEOUT_MS, env });
  if (error === null) return stdout;
  if (error.code === 'ENOENT')
    throw new Error('ssh, which reads ssh configurations, is not installed here; install openssh-client');
  if (error.killed)
    throw new Error(
      `the ssh configuration was not read within ${TIMEOUT_MS / 1000} s; look at its Match exec`,
    );
  const said = (stderr || error.message).trim().split(/\r?\n/)[0];
  throw new Error(`the ssh configuration cannot be used (${said}); correct it, or say "ssh-config: none"`);
}

/** Keywords whose meaning would be lost: what they ask for is neither done nor replaced by anything stricter. */
const UNSUPPORTED = {
  certificatefile: 'CertificateFile',
  pkcs11provider: 'PKCS11Provider',
  knownhostscommand: 'KnownHostsCommand',
  revokedhostkeys: 'RevokedHostKeys',
  bindinterface: 'BindInterface',
} as const;

/** Lines as `ssh -G` prints them: a keyword in lower case, a space, its value. Exported for its tests. */
export function readSettings(text: string, name: string, env: NodeJS.ProcessEnv): SshSettings {
  const all = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const at = line.indexOf(' ');
    if (at < 1) continue;
    const key = line.slice(0, at);
    all.set(key, [...(all.get(key) ?? []), line.slice(at + 1)]);
  }
  const one = (key: string): string | null => {
    const value = all.get(key)?.[0];
    return value === undefined || value === 'none' ? null : value;
  };
  const host = one('hostname');
  const user = one('user');
  const port = Number(one('port'));
  if (host === null || user === null || !Number.isInteger(port))
    throw new Error('ssh -G told neither address nor user nor port; its version is not understood');
  const alias = one('hostkeyalias');
  const expand = expander({ name, host, port, user, alias, env });
  const seconds = (key: string): number | null => Number(one(key) ?? 0) * 1000 || null;
  return {
    hostname: host,
    port,
    user,
    identityFiles: (all.get('identityfile') ?? []).filter((file) => file !== 'none').map(expand),
    identitiesOnly: one('identitiesonly') === 'yes',
    agent: agentOf(all.get('identityagent')?.[0], expand, env),
    // Printed without quotes: a path with spaces falls apart, and then no key is found, and none is trusted.
    knownHostsFiles: ['userknownhostsfile', 'globalknownhostsfile'].flatMap((key) =>
      (one(key) ?? '').split(' ').filter(Boolean).map(expand),
    ),
    hostKeyAlias: alias,
    connectTimeoutMs: seconds('connecttimeout'),
    aliveIntervalMs: seconds('serveraliveinterval'),
    family: one('addressfamily') === 'inet' ? 4 : one('addressfamily') === 'inet6' ? 6 : null,
    bindAddress: one('bindaddress'),
    jumps: (one('proxyjump') ?? '')
      .split(',')
      .filter(Boolean)
      .map((hop) => readHop(expand(hop))),
    proxyCommand: one('proxycommand'),
    unsupported: Object.entries(UNSUPPORTED).flatMap(([key, keyword]) =>
      one(key) === null ? [] : [keyword],
    ),
  };
}

// ssh_config(5), IdentityAgent: `none`, a path, `SSH_AUTH_SOCK`, or `$NAME`.
function agentOf(
  value: string | undefined,
  expand: (text: string) => string,
  env: NodeJS.ProcessEnv,
): string | null {
  if (value === 'none') return null;
  if (value === undefined || value === 'SSH_AUTH_SOCK') return env.SSH_AUTH_SOCK || null;
  if (/^\$[A-Za-z_]/.test(value)) return env[value.slice(1)] || null;
  return expand(value);
}

/** `[user@]host[:port]` or `ssh://[user@]host[:port]` (ssh_config(5), ProxyJump). */
function readHop(text: string): SshTarget {
  const hop = /^(?:ssh:\/\/)?(?:(.+)@)?(?:\[([^\]]+)\]|([^@:\s]+))(?::([0-9]{1,5}))?\/?$/.exec(text);
  if (hop === null)
    throw new Error(`the jump host ${JSON.stringify(text)} is not [user@]host[:port]; correct ProxyJump`);
  const [, user, bracketed, plain, port] = hop;
  return {
    name: (bracketed ?? plain) as string,
    user: user ?? null,
    port: port === undefined ? null : Number(port),
  };
}

interface Told {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly alias: string | null;
  readonly env: NodeJS.ProcessEnv;
}

/** Tokens and variables of ssh_config(5), TOKENS; one that is not known here is refused, since the path would be another. */
function expander({ name, host, port, user, alias, env }: Told): (text: string) => string {
  const me = userInfo();
  const tokens: Readonly<Record<string, string>> = {
    '%': '%',
    d: me.homedir || homedir(),
    h: host,
    i: String(me.uid),
    k: alias ?? name,
    L: hostname().split('.')[0] ?? '',
    l: hostname(),
    n: name,
    p: String(port),
    r: user,
    u: me.username,
  };
  const value = (what: string, found: string | undefined): string => {
    if (found === undefined)
      throw new Error(`the ssh configuration uses ${what}, which has no value here; write it out`);
    return found;
  };
  return (text) =>
    text
      .replace(/^~(?=\/|$)/, () => tokens.d as string)
      .replace(/%(.?)|\$\{([^}]*)\}/g, (whole, token: string | undefined, variable: string | undefined) =>
        variable === undefined ? value(whole, tokens[token ?? '']) : value(whole, env[variable]),
      );
}
