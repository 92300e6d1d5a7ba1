import { userInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { askSshConfig, readSettings } from './ssh-config.ts';

/** As OpenSSH has it: of the user, whatever $HOME says (ssh_config(5)). */
const HOME = userInfo().homedir;

const told = (lines: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  readSettings(['host t', 'user ops', 'hostname h.example', 'port 2222', ...lines].join('\n'), 't', env);

describe('what ssh -G prints', () => {
  it('has tokens and variables in paths, and several of them', () => {
    expect(
      told(
        [
          'identityfile ~/.ssh/%h-%r-%p-%n',
          `identityfile %d/\${KIND}%%`,
          'userknownhostsfile /a /b',
          'globalknownhostsfile /c',
        ],
        { KIND: 'key' },
      ),
    ).toMatchObject({
      identityFiles: [`${HOME}/.ssh/h.example-ops-2222-t`, `${HOME}/key%`],
      knownHostsFiles: ['/a', '/b', '/c'],
    });
  });

  it('uses no token that is not understood', () => {
    expect(() => told(['identityfile /k/%C'])).toThrow('uses %C, which has no value here; write it out');
    expect(() => told([`identityfile /k/\${NONE}`])).toThrow(`uses \${NONE}`);
  });

  it.each([
    [[], '/env'],
    [['identityagent SSH_AUTH_SOCK'], '/env'],
    [['identityagent none'], null],
    [['identityagent $OTHER'], '/other'],
    [['identityagent $UNSET'], null],
    [['identityagent ~/agent'], `${HOME}/agent`],
  ])('with %j finds the agent at %s', (lines, agent) => {
    expect(told(lines, { SSH_AUTH_SOCK: '/env', OTHER: '/other' }).agent).toBe(agent);
  });

  it('reads jump hosts in all their forms', () => {
    expect(told(['proxyjump a,me@b:2200,ssh://you@[::1]:22']).jumps).toEqual([
      { name: 'a', user: null, port: null },
      { name: 'b', user: 'me', port: 2200 },
      { name: '::1', user: 'you', port: 22 },
    ]);
    expect(told([]).jumps).toEqual([]);
    expect(() => told(['proxyjump a b'])).toThrow('correct ProxyJump');
  });

  it('names what cannot be followed, and nothing that is only set to none', () => {
    expect(
      told(['certificatefile /c', 'revokedhostkeys /r', 'pkcs11provider none', 'proxycommand nc %h %p']),
    ).toMatchObject({ unsupported: ['CertificateFile', 'RevokedHostKeys'], proxyCommand: 'nc %h %p' });
    expect(told([])).toMatchObject({ unsupported: [], proxyCommand: null });
  });

  it('has times in milliseconds, and none where none is set', () => {
    expect(told(['connecttimeout 7', 'serveraliveinterval 1'])).toMatchObject({
      connectTimeoutMs: 7000,
      aliveIntervalMs: 1000,
    });
    expect(told(['connecttimeout none', 'serveraliveinterval 0'])).toMatchObject({
      connectTimeoutMs: null,
      aliveIntervalMs: null,
    });
  });

  it('is refused where it is not what is expected', () => {
    expect(() => readSettings('', 't', {})).toThrow('not understood');
  });
});

describe('without a configuration', () => {
  it('a name is its own address, on port 22, unless it is given', async () => {
    const target = { name: 'Tesseract.Example', user: 'ops', port: null };
    expect(await askSshConfig('none', target, process.env)).toMatchObject({
      hostname: 'tesseract.example',
      port: 22,
      user: 'ops',
      jumps: [],
      proxyCommand: null,
      unsupported: [],
    });
    expect(await askSshConfig('none', { ...target, port: 2200 }, process.env)).toMatchObject({ port: 2200 });
  });

  it('a program that is not there, and a file that is not, are named', async () => {
    const target = { name: 'h', user: 'ops', port: null };
    await expect(askSshConfig('none', target, { PATH: '/nonexistent' })).rejects.toThrow(
      'install openssh-client',
    );
    await expect(askSshConfig('/nonexistent/config', target, process.env)).rejects.toThrow(
      "Can't open user config file /nonexistent/config",
    );
  });
});
