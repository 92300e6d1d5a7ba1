import { expect, it } from 'vitest';
import { drilled, primary } from './fleet/drilled.ts';
import { type FleetCase, scriptOf } from './fleet/fleet-case.ts';

/** The root of the hosts is an overlay, over which podman makes no other, and /proc/sys is read-only there. */
const SETTINGS: FleetCase['files'] = [
  {
    host: 'east',
    path: '/etc/containers/storage.conf',
    text: '[storage]\ndriver = "vfs"\nrunroot = "/run/containers/storage"\ngraphroot = "/var/lib/containers/storage"\n',
  },
  {
    host: 'east',
    path: '/etc/containers/containers.conf',
    text: '[containers]\ndefault_sysctls = []\n',
  },
];

/** A target in a container whose root is that of its host, and which podman starts again whenever it ends by itself. */
const fleet = (name: string, stop: readonly string[]): FleetCase => ({
  name,
  targets: [
    { name: 'hermes', host: 'east', managed: false, stop, start: ['podman', 'start', 'hermes'] },
    { name: 'foresight', host: 'west' },
  ],
  managers: { east: 'none' },
  files: SETTINGS,
  after: {
    east: `mkdir -p /run/box
      mount --bind / /run/box
      podman run --detach --name hermes --restart=always --cgroups=disabled --network=host --rootfs /run/box ${scriptOf('hermes')}`,
  },
  undo: { east: 'podman rm --force --time 0 hermes; umount /run/box' },
});

it('a target in a container is seen from its host, and stopped by podman', async () => {
  const result = await drilled(fleet('podman', ['podman', 'stop', '--time', '1', 'hermes']));
  expect(primary(result), result.stderr).toEqual([]);
  expect(result).toMatchObject({ code: 0, verdict: { verdict: 'pass', fleet: 'restored' } });
});

it('what is killed in a container podman starts again', async () => {
  const result = await drilled(
    fleet('podman-killed', ['pkill', '-KILL', '-f', `^/usr/bin/python3 -I ${scriptOf('hermes')}`]),
  );
  expect(primary(result), result.stderr).toEqual(['respawned hermes@east']);
  expect(result).toMatchObject({ code: 1, verdict: { verdict: 'fail', fleet: 'restored' } });
});
