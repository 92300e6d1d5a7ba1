import { expect, inject, it } from 'vitest';
import { Host } from './range/host.ts';
import { HOSTS } from './range/plan.ts';

const hosts = HOSTS.map((name) => new Host(name, inject('range')));

it.each(hosts)('$name has a systemd of its own as pid 1, and a boot of its own', async (host) => {
  await expect(host.run('cat', '/proc/1/comm')).resolves.toBe('systemd\n');
  const ids = await Promise.all(
    hosts.map((one) => one.run('cat', '/proc/sys/kernel/random/boot_id', '/etc/machine-id')),
  );
  expect(new Set(ids).size).toBe(3);
  await expect(host.run('systemctl', 'is-active', 'ssh.service')).resolves.toBe('active\n');
});

it('desk reaches the others by ssh', async () => {
  const [desk, east, west] = hosts;
  for (const host of [east, west])
    await expect(desk?.run('ssh', '-o', 'BatchMode=yes', `root@${host?.address}`, 'hostname')).resolves.toBe(
      `${host?.name}\n`,
    );
});
