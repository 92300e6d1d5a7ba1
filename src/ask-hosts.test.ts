import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { expect, it } from 'vitest';
import { askHosts } from './ask-hosts.ts';
import type { Host, Inventory } from './drill/model/inventory.ts';

const host = (name: string, transport: Host['transport']): Host => ({
  name,
  transport,
  become: null,
  manager: 'none',
  managerCommand: null,
});

it('says who this machine is, and why another one does not answer', async () => {
  const hosts = [
    host('knox', { kind: 'local' }),
    host('nobody', {
      kind: 'ssh',
      address: '127.0.0.1',
      port: 1,
      user: 'ops',
      identityFile: null,
      passphrase: null,
      knownHostsFile: '/nonexistent/known_hosts',
      configFile: 'none',
    }),
  ];
  const answers = await askHosts({ fleet: 'small', hosts } as unknown as Inventory);
  expect(answers.get('knox')).toMatchObject({
    kind: 'present',
    value: { hostname: hostname(), hostKey: null },
  });
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  expect(answers.get('knox')).toMatchObject({ value: { bootId } });
  expect(answers.get('nobody')).toMatchObject({
    kind: 'unreadable',
    reason: expect.stringContaining('nobody'),
  });
});
