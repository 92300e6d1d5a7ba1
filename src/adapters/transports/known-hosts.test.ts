import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { knownHostsName, lookUpHost } from './known-hosts.ts';

let folder: string;
let blob: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'known-hosts-'));
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key')]);
  blob = readFileSync(join(folder, 'key.pub'), 'utf8').split(' ')[1] as string;
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (text: string): string => {
  const path = join(folder, 'known_hosts');
  writeFileSync(path, text);
  return path;
};

it('brackets the address only beside an unusual port', () => {
  expect([knownHostsName('10.0.0.1', 22), knownHostsName('10.0.0.1', 2222)]).toEqual([
    '10.0.0.1',
    '[10.0.0.1]:2222',
  ]);
});

it('finds plain, wildcard and hashed names, and no others', async () => {
  const path = file(`[10.0.0.1]:2222 ssh-ed25519 ${blob}\n*.example.org ssh-ed25519 ${blob} comment\n`);
  expect((await lookUpHost([path], '[10.0.0.1]:2222')).keys).toEqual([{ type: 'ssh-ed25519', key: blob }]);
  expect((await lookUpHost([path], 'a.example.org')).keys).toHaveLength(1);
  expect((await lookUpHost([path], '10.0.0.1')).keys).toEqual([]);
  execFileSync('ssh-keygen', ['-q', '-H', '-f', path], { stdio: 'ignore' });
  expect((await lookUpHost([path], '[10.0.0.1]:2222')).keys).toHaveLength(1);
});

it('does not find a name that a pattern takes out', async () => {
  const path = file(`!old.example.org,*.example.org ssh-ed25519 ${blob}\n`);
  expect((await lookUpHost([path], 'new.example.org')).keys).toHaveLength(1);
  expect((await lookUpHost([path], 'old.example.org')).keys).toEqual([]);
});

it('reads all files, passes over those that do not exist, and lets each revoke', async () => {
  const path = file(`h ssh-ed25519 ${blob}\n`);
  const other = join(folder, 'other');
  writeFileSync(other, `@revoked h ssh-ed25519 ${blob}\n`);
  expect((await lookUpHost([join(folder, 'none'), path], 'h')).keys).toHaveLength(1);
  expect(await lookUpHost([path, other], 'h')).toMatchObject({ keys: [], revoked: [blob] });
});

it('takes a revoked key for no key, and tells of authorities', async () => {
  const path = file(
    `@revoked h ssh-ed25519 ${blob}\nh ssh-ed25519 ${blob}\n@cert-authority h ssh-ed25519 ${blob}\n`,
  );
  expect(await lookUpHost([path], 'h')).toEqual({ keys: [], revoked: [blob], authority: true });
});

it('says which file cannot be read', async () => {
  await expect(lookUpHost([join(folder, 'none')], 'h')).rejects.toThrow(
    `${join(folder, 'none')} cannot be read`,
  );
});
