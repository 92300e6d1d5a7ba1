import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadConfig } from './load.ts';

let folder: string;
const TOKEN = 'a-secret-of-some-length';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'principal-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const GOOD = {
  listen: { port: 8700 },
  database: 'state/principal.db',
  exchange: { url: 'http://127.0.0.1:9000' },
  tokens: [{ token: TOKEN, role: 'operator' }],
  hosts: {
    knox: { launchctl: '/bin/launchctl', domain: 'system' },
    tesseract: {
      launchctl: '/bin/launchctl',
      ssh: { address: '192.0.2.1', user: 'ops', 'identity-file': 'key', 'known-hosts': '/etc/known' },
    },
  },
  services: {
    principal: { host: 'knox', label: 'com.invictus.principal' },
    hermes: { host: 'tesseract', label: 'com.invictus.hermes' },
  },
  self: 'principal',
  levels: { 1: { asset: true }, 2: { stops: ['hermes'] } },
};

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

describe('principal.yaml', () => {
  it.each(['yaml', 'json'])('is read as %s, with paths relative to it', async (ext) => {
    const text = ext === 'json' ? JSON.stringify(GOOD) : stringify(GOOD);
    const config = await loadConfig(write(`good.${ext}`, text));
    expect(config).toMatchObject({
      listen: { address: '127.0.0.1', port: 8700 },
      database: join(folder, 'state/principal.db'),
      levels: [
        { level: 1, asset: true, stops: [] },
        { level: 2, asset: false, stops: ['hermes'] },
      ],
    });
    expect(config.hosts.tesseract?.ssh).toEqual({
      address: '192.0.2.1',
      port: 22,
      user: 'ops',
      identityFile: join(folder, 'key'),
      knownHosts: '/etc/known',
    });
  });

  it('says everything that is wrong at once, and never a token', async () => {
    const bad = {
      ...GOOD,
      listne: {},
      tokens: [...GOOD.tokens, { token: 'short one', role: 'king' }],
      exchange: { url: 'nowhere' },
    };
    const error = await loadConfig(write('bad.yaml', stringify(bad))).catch((one: Error) => one.message);
    for (const part of ['listne', 'tokens.1.token', 'tokens.1.role', 'exchange.url']) {
      expect(error).toContain(part);
    }
    expect(error).not.toContain(TOKEN);
    expect(error).not.toContain('short one');
  });

  it.each([
    [{ levels: { 3: { stops: ['hermes', 'principal'] } } }, 'a broker that stops itself'],
    [{ levels: { 3: { stops: ['hermess'] } } }, 'there is no service hermess'],
    [{ levels: { 3: { stops: ['hermes', 'hermes'] } } }, 'named twice'],
    [{ levels: { 3: {} } }, 'would halt nothing'],
    [{ levels: { 0: { asset: true } } }, 'a level is a number'],
    [{ services: { ...GOOD.services, x: { host: 'nox', label: 'x' } } }, 'there is no host nox'],
    [{ self: 'me' }, 'there is no service me'],
    [{ tokens: [GOOD.tokens[0], GOOD.tokens[0]] }, 'two tokens are the same'],
  ])('is refused with %j', async (change, why) => {
    await expect(loadConfig(write('wrong.yaml', stringify({ ...GOOD, ...change })))).rejects.toThrow(why);
  });

  it.each([0o644, 0o640, 0o604, 0o622])(
    'S10: is refused with mode %o, in one line that says how to mend it',
    async (mode) => {
      const path = write('open.yaml', stringify(GOOD));
      chmodSync(path, mode);
      await expect(loadConfig(path)).rejects.toThrow(
        new Error(
          `${path}: holds tokens, and its mode 0${mode.toString(8)} lets others at them: chmod 600 ${path}`,
        ),
      );
      chmodSync(path, 0o400);
      expect((await loadConfig(path)).tokens).toHaveLength(1);
      chmodSync(path, 0o600);
    },
  );

  it('is refused where it is missing or no YAML', async () => {
    await expect(loadConfig(join(folder, 'none.yaml'))).rejects.toThrow('cannot be read');
    const broken = write('broken.yaml', `tokens: [{ token: ${TOKEN}, role: operator }\nlisten: }`);
    const error = await loadConfig(broken).catch((one: Error) => one.message);
    expect(error).toContain('is not valid YAML');
    expect(error).not.toContain(TOKEN);
  });
});
