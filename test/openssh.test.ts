import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../src/adapters/transports/run-command.ts';
import { sshTransport } from '../src/adapters/transports/ssh.ts';
import { type Connection, StrangeHostKey } from '../src/adapters/transports/transport.ts';
import type { SshTransport } from '../src/drill/model/inventory.ts';
import { needs } from './support/needs.ts';
import { type Sshd, SshLab } from './support/openssh.ts';

const LIMITS = { timeoutMs: 20_000, maxBytes: 65_536 };

describe('over OpenSSH', needs('sshd', 'login'), () => {
  let lab: SshLab;
  let a: Sshd;
  let b: Sshd;
  let c: Sshd;
  let key: string;
  let trusted: string;
  beforeAll(async () => {
    lab = new SshLab();
    key = lab.key('user');
    const keys = [
      key,
      lab.key('rsa', 'rsa'),
      lab.key('ecdsa', 'ecdsa'),
      lab.key('locked', 'ed25519', 'open sesame'),
    ];
    [a, b, c] = await Promise.all([lab.sshd('a', keys), lab.sshd('b', keys), lab.sshd('c', keys)]);
    trusted = lab.write('known_hosts', a.known() + b.known() + c.known());
  });
  afterAll(() => lab.close());

  /** The inventory says nothing but the name; everything else is in the configuration. */
  const to = (address: string, config: string, change: Partial<SshTransport> = {}): SshTransport => ({
    kind: 'ssh',
    address,
    port: null,
    user: null,
    identityFile: null,
    passphrase: null,
    knownHostsFile: null,
    configFile: lab.write('config', config),
    ...change,
  });
  /** The inventory says everything. */
  const plain = (change: Partial<SshTransport> = {}): SshTransport => ({
    ...to('127.0.0.1', ''),
    port: a.port,
    user: lab.user,
    identityFile: key,
    knownHostsFile: trusted,
    configFile: 'none',
    ...change,
  });
  const env = (agent?: string): NodeJS.ProcessEnv => {
    const { SSH_AUTH_SOCK: _, ...rest } = process.env;
    return agent === undefined ? rest : { ...rest, SSH_AUTH_SOCK: agent };
  };
  const opened = (transport: SshTransport, agent?: string): Promise<Connection> =>
    sshTransport('tesseract', transport, env(agent)).open();
  /** Who is at the other end: the port of the server that runs the command (sshd(8), SSH_CONNECTION). */
  const portOf = async (transport: SshTransport, agent?: string): Promise<number> => {
    const connection = await opened(transport, agent);
    try {
      const said = await runCommand(connection, 'set -- $SSH_CONNECTION; echo "$4"', LIMITS);
      return said.kind === 'present' ? Number(said.value.output) : Number.NaN;
    } finally {
      await connection.close();
    }
  };
  const refused = async (transport: SshTransport, agent?: string): Promise<string> => {
    const logins = a.logins;
    const error = await opened(transport, agent).then(
      () => new Error('it was let in'),
      (why: Error) => why,
    );
    expect(error.message).toMatch(/^tesseract[ :][^\n]+$/);
    expect(a.logins).toBe(logins);
    return error.message;
  };
  const block = (name: string, server: Sshd, more = ''): string =>
    `Host ${name}\n HostName 127.0.0.1\n Port ${server.port}\n User ${lab.user}\n IdentityFile ${key}\n UserKnownHostsFile ${trusted}\n IdentityAgent none\n${more}`;

  describe('the ssh configuration', () => {
    it('says address, port, user, key and known hosts of a name', async () => {
      expect(await portOf(to('alias', block('alias', a)))).toBe(a.port);
    });

    it('includes other files, and chooses by Match, also by one that runs a program', async () => {
      const other = lab.write(
        'other',
        `${block('alias', b)}Match exec "test %n = odd"\n${block('*', c).replace(/^.*\n/, '')}`,
      );
      expect(await portOf(to('alias', `Include ${other}\n`))).toBe(b.port);
      expect(await portOf(to('odd', `Include ${other}\n`))).toBe(c.port);
    });

    it('yields to the inventory', async () => {
      const config = `Host alias\n HostName 127.0.0.1\n Port ${b.port}\n User nobody\n IdentityFile /none\n UserKnownHostsFile /none\n`;
      expect(await portOf({ ...plain(), address: 'alias', configFile: lab.write('config', config) })).toBe(
        a.port,
      );
    });

    it('is passed over where the inventory says none', async () => {
      expect(await portOf(plain({ configFile: 'none' }))).toBe(a.port);
    });

    it('tries one key after the other', async () => {
      lab.key('stranger');
      const keys = ['stranger', 'locked', 'none-such', 'user'].map(
        (name) => ` IdentityFile ${join(lab.folder, name)}\n`,
      );
      const config = block('alias', a).replace(/ IdentityFile .*\n/, keys.join(''));
      expect(await portOf(to('alias', config))).toBe(a.port);
      const without = config.replace(/ IdentityFile [^\n]*user\n/, '');
      expect(await refused(to('alias', without))).toMatch(
        /no key file \(1 tried\).*passed over: the key \S+locked is protected.*ssh-add/,
      );
    });

    it('reaches a host through one jump host, and ends with it', async () => {
      const jump = await lab.sshd('jump', [key]);
      const known = lab.write('jump-known', jump.known());
      const hop = block('hop', jump).replace(trusted, known);
      const connection = await opened(to('alias', `${block('alias', a, ' ProxyJump hop\n')}${hop}`));
      expect(jump.logins).toBe(1);
      const running = runCommand(connection, 'sleep 60', LIMITS);
      await jump.stop();
      expect(await running).toMatchObject({
        kind: 'unreadable',
        reason: expect.stringContaining('connection was lost'),
      });
      await expect(connection.start('true')).rejects.toThrow('tesseract');
      await connection.close();
    });

    it('reaches a host through several, with a login at each', async () => {
      const logins = [b.logins, c.logins];
      const hops = `${block('one', b)}${block('two', c)}`;
      const config = `${block('alias', a, ` ProxyJump one,${lab.user}@two:${c.port}\n`)}${hops}`;
      expect(await portOf(to('alias', config))).toBe(a.port);
      expect([b.logins, c.logins]).toEqual(logins.map((count) => count + 1));
    });

    it('follows the jump host of a jump host, and no circle', async () => {
      const [before] = [b.logins];
      const chain = `${block('alias', a, ' ProxyJump one\n')}${block('one', c, ' ProxyJump two\n')}${block('two', b)}`;
      expect(await portOf(to('alias', chain))).toBe(a.port);
      expect(b.logins).toBe((before ?? 0) + 1);
      const circle = `${block('alias', a, ' ProxyJump one\n')}${block('one', c, ' ProxyJump two\n')}${block('two', b, ' ProxyJump one\n')}`;
      expect(await refused(to('alias', circle))).toContain('lead to each other; correct ProxyJump');
    });

    it('says so where a jump host cannot or may not pass it on', async () => {
      const dead = await lab.sshd('dead', [key]);
      await dead.stop();
      const known = lab.write('dead-known', dead.known());
      const config = `${block('alias', dead, ' ProxyJump hop\n').replace(trusted, known)}${block('hop', b)}`;
      expect(await refused(to('alias', config))).toMatch(
        /^tesseract: jump host hop \(.*it cannot pass the connection on to 127.0.0.1, port \d+ \(.*Connection refused\); check/,
      );
      const shut = await lab.sshd('shut', [key], 'AllowTcpForwarding no');
      const hop = block('hop', shut).replace(trusted, lab.write('shut-known', shut.known()));
      expect(await refused(to('alias', `${block('alias', a, ' ProxyJump hop\n')}${hop}`))).toMatch(
        /open failed.*AllowTcpForwarding/,
      );
    });

    it('trusts no jump host that is not known, and takes it for no other host', async () => {
      const hop = (known: string): string => block('hop', b).replace(trusted, lab.write('hop-known', known));
      const config = (known: string): string => `${block('alias', a, ' ProxyJump hop\n')}${hop(known)}`;
      expect(await refused(to('alias', config(a.known())))).toMatch(
        /^tesseract: jump host hop \(.*SHA256:.*ssh-keyscan/,
      );
      const swapped = `[127.0.0.1]:${b.port} ${a.key}\n`;
      const error = await opened(to('alias', config(swapped))).catch((why: Error) => why);
      expect(error).toMatchObject({ message: expect.stringContaining('is not the one on file') });
      expect(error).not.toBeInstanceOf(StrangeHostKey);
      // The near miss: the host itself, through a jump host that is known.
      const strange = `${block('alias', a, ' ProxyJump hop\n').replace(trusted, lab.write('swapped', `[127.0.0.1]:${a.port} ${b.key}\n`))}${hop(b.known())}`;
      expect(await opened(to('alias', strange)).catch((why: Error) => why)).toBeInstanceOf(StrangeHostKey);
    });

    it('is refused where it asks for what cannot be done, with the way out', async () => {
      expect(await refused(to('alias', block('alias', a, ' ProxyCommand nc %h %p\n')))).toContain(
        'ProxyCommand, which is not supported; write it as ProxyJump',
      );
      expect(await refused(to('alias', block('alias', a, ` CertificateFile ${key}-cert.pub\n`)))).toContain(
        'CertificateFile, which is not supported; give an identity-file',
      );
      expect(await refused(to('alias', block('alias', a, ` RevokedHostKeys ${trusted}\n`)))).toContain(
        '@revoked',
      );
      expect(await refused(to('alias', block('alias', a, ' Nonsense yes\n')))).toMatch(
        /Bad configuration option: nonsense\); correct it, or say "ssh-config: none"$/,
      );
      const named = to('alias', block('alias', a, ` CertificateFile ${key}-cert.pub\n`), {
        identityFile: key,
      });
      expect(await portOf(named)).toBe(a.port);
    });

    it('says how long to wait for a server that says nothing', async () => {
      const sockets: Socket[] = [];
      const deaf = createServer((socket) => sockets.push(socket));
      await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
      const { port } = deaf.address() as { port: number };
      const began = performance.now();
      const config = block('alias', a, ' ConnectTimeout 1\n');
      expect(await refused(to('alias', config, { port }))).toContain('no answer');
      expect(performance.now() - began).toBeLessThan(8_000);
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => deaf.close(resolve));
    });
  });

  describe('keys', () => {
    it.each(['user', 'rsa', 'ecdsa', 'locked'])('of the agent: %s', async (name) => {
      const agent = await lab.agent(`agent-${name}`);
      const file = join(lab.folder, name);
      const none = plain({ identityFile: null, configFile: lab.write('none', 'IdentityFile none\n') });
      expect(await refused(none, agent)).toContain('the ssh-agent holds none');
      lab.load(agent, file, 'open sesame');
      expect(await portOf(none, agent)).toBe(a.port);
      expect(await portOf(plain({ identityFile: file }), agent)).toBe(a.port);
    });

    it.each(['rsa', 'ecdsa'])('of a file: %s', async (name) => {
      expect(await portOf(plain({ identityFile: join(lab.folder, name) }))).toBe(a.port);
    });

    it('no others of the agent are offered where one is named', async () => {
      const agent = await lab.agent('agent-only');
      lab.load(agent, key);
      const config = block('alias', a, ' IdentitiesOnly yes\n')
        .replace(/ IdentityFile .*\n/, ` IdentityFile ${lab.key('unknown')}\n`)
        .replace('IdentityAgent none', `IdentityAgent ${agent}`);
      expect(await refused(to('alias', config))).toContain('login refused');
      expect(await portOf(to('alias', config.replace('IdentitiesOnly yes', 'IdentitiesOnly no')))).toBe(
        a.port,
      );
    });

    it('that need a passphrase, which nobody is asked for', async () => {
      const locked = join(lab.folder, 'locked');
      expect(await refused(plain({ identityFile: locked }))).toContain(
        `load it with ssh-add ${locked}, or give its passphrase`,
      );
      expect(await refused(plain({ identityFile: locked, passphrase: 'open barley' }))).toContain(
        'does not open the key',
      );
      expect(await portOf(plain({ identityFile: locked, passphrase: 'open sesame' }))).toBe(a.port);
    });

    it('an agent that never answers does not hold anybody up', async () => {
      const sockets: Socket[] = [];
      const mute = createServer((socket) => sockets.push(socket));
      const path = join(lab.folder, 'mute.sock');
      await new Promise<void>((resolve) => mute.listen(path, resolve));
      expect(await refused(plain({ identityFile: join(lab.folder, 'locked') }), path)).toContain('ssh-add');
      expect(await portOf(plain(), path)).toBe(a.port);
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => mute.close(resolve));
    });

    it('an agent that is not there is named', async () => {
      const none = plain({ identityFile: null, configFile: lab.write('none', 'IdentityFile none\n') });
      expect(await refused(none)).toContain('no ssh-agent: SSH_AUTH_SOCK is not set');
      expect(await refused(none, join(lab.folder, 'no-such.sock'))).toContain('cannot be asked');
    });
  });

  describe('known_hosts', () => {
    it('may be hashed, and many', async () => {
      const hashed = lab.write('hashed', a.known());
      execFileSync('ssh-keygen', ['-q', '-H', '-f', hashed], { stdio: 'ignore' });
      expect(readFileSync(hashed, 'utf8')).toMatch(/^\|1\|/);
      expect(await portOf(plain({ knownHostsFile: hashed }))).toBe(a.port);
      const empty = lab.write('empty', '');
      const config = block('alias', a).replace(trusted, `${empty} ${join(lab.folder, 'none')} ${hashed}`);
      expect(await portOf(to('alias', config))).toBe(a.port);
    });

    it('name what is to be compared where a key is unknown', async () => {
      const fingerprint = execFileSync('ssh-keygen', ['-lf', `${a.hostKey}.pub`], { encoding: 'utf8' }).split(
        ' ',
      )[1];
      const empty = lab.write('empty', b.known());
      const why = await refused(plain({ knownHostsFile: empty }));
      expect(why).toContain(`(ssh-ed25519, ${fingerprint}) is not in ${empty}`);
      expect(why).toContain(`ssh-keyscan -t ed25519 -p ${a.port} 127.0.0.1 prints the line`);
      expect(why).toContain('haltdrill pin');
    });

    it('that revoke a key in one file outweigh another that has it', async () => {
      const revoked = lab.write('revoked', `@revoked * ${a.key}\n`);
      const config = block('alias', a).replace(trusted, `${trusted} ${revoked}`);
      expect(await refused(to('alias', config))).toContain('marked as revoked');
    });

    it('with an authority alone are refused by what to do', async () => {
      const authority = `@cert-authority * ${b.key}\n`;
      const only = lab.write('authority', authority);
      expect(await refused(plain({ knownHostsFile: only }))).toContain(
        'add its own host key as [127.0.0.1]:',
      );
      expect(await portOf(plain({ knownHostsFile: lab.write('both', authority + a.known()) }))).toBe(a.port);
    });

    it('may know it by an alias', async () => {
      const known = lab.write('aliased', a.known('the-one'));
      const config = block('alias', a, ' HostKeyAlias the-one\n').replace(trusted, known);
      expect(await portOf(to('alias', config))).toBe(a.port);
      expect(await refused(to('alias', config.replace('the-one', 'another')))).toContain('as another');
    });
  });
});
