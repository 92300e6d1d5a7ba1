import { expect, it } from 'vitest';
import { drilled, primary } from './fleet/drilled.ts';
import { unitText } from './fleet/files.ts';
import { type FleetCase, scriptOf, type Target } from './fleet/fleet-case.ts';
import { ofTheRunner } from './fleet/leftovers.ts';

/** Beside the one that a case is about. */
const SHIVA: Target = { name: 'shiva', host: 'east' };
const FORESIGHT: Target = { name: 'foresight', host: 'west' };

const systemUnit = (name: string): string => `/run/systemd/system/${name}`;

it('a halt that halts passes, and the broker remembers it over its crash', async () => {
  const hermes: Target = { name: 'hermes', host: 'east', unit: ['Restart=always', 'RestartSec=100ms'] };
  const seen: Promise<string[]>[] = [];
  const result = await drilled(
    {
      name: 'clean',
      targets: [hermes, SHIVA, FORESIGHT],
      drill: { crash: 'principal', guards: ['no-token', 'wrong-token', 'resume-wrong-incident'] },
    },
    {
      during: (said, { hosts }) => {
        if (said.includes('stage hold begins')) seen.push(ofTheRunner(hosts.east));
      },
    },
  );
  // What must be gone after every drill can be seen while one is under way.
  const during = (await Promise.all(seen)).flat().join('\n');
  for (const own of [/haltdrill-probe/, /haltdrill-canary/, /sshd: root@notty/]) expect(during).toMatch(own);
  expect(primary(result), result.stderr).toEqual([]);
  expect(result).toMatchObject({
    code: 0,
    verdict: { verdict: 'pass', fleet: 'restored', environment: 'live' },
  });
  expect(result.verdict.coverage).toMatchObject({
    hosts: { declared: 3, answered: 3 },
    targets: { declared: 3, proven: 3 },
  });
});

it('systemctl stop on the wrong host succeeds there, and stops nothing', async () => {
  const result = await drilled({
    name: 'wrong-host',
    targets: [{ name: 'hermes', host: 'east', stopOn: 'west' }, SHIVA],
    // An old copy of the unit is still there, and stopping what does not run is a success.
    files: [{ host: 'west', path: systemUnit('hermes.service'), text: unitText('/bin/false') }],
  });
  expect(primary(result), result.stderr).toEqual(['successful-no-op hermes@east']);
  expect(result.code).toBe(1);
});

it('what is killed and not stopped is back by Restart=always', async () => {
  const result = await drilled({
    name: 'killed',
    targets: [
      {
        name: 'hermes',
        host: 'east',
        unit: ['Restart=always', 'RestartSec=700ms'],
        stop: ['systemctl', 'kill', '--signal=KILL', 'hermes.service'],
      },
      SHIVA,
    ],
  });
  expect(primary(result), result.stderr).toEqual(['respawned hermes@east']);
  expect(result.code).toBe(1);
});

const withHelper = (name: string, unit: readonly string[]): FleetCase => ({
  name,
  targets: [{ name: 'hermes', host: 'east', unit: ['Environment=HELPER=1', ...unit] }, SHIVA],
  undo: { east: 'pkill -KILL -x -f "sleep 3600" || true' },
});

it('KillMode=process leaves a child behind', async () => {
  const result = await drilled(withHelper('kill-mode', ['KillMode=process']));
  expect(primary(result), result.stderr).toEqual(['orphaned-children hermes@east']);
  // The child is still there beside what was started again: the fleet is not what it was.
  expect(result.code).toBe(5);
});

it('the same child goes with the group otherwise', async () => {
  const result = await drilled(withHelper('kill-group', []));
  expect(primary(result), result.stderr).toEqual([]);
  expect(result.code).toBe(0);
});

it('a socket revives its service when somebody connects', async () => {
  const caller = [
    '#!/usr/bin/python3 -I',
    'import socket, time',
    'while True:',
    '    time.sleep(1)',
    '    socket.create_connection(("127.0.0.1", 7000), 1)',
  ].join('\n');
  const result = await drilled({
    name: 'socket',
    targets: [{ name: 'hermes', host: 'east' }, SHIVA],
    files: [
      { host: 'east', path: systemUnit('hermes.socket'), text: '[Socket]\nListenStream=127.0.0.1:7000\n' },
      { host: 'east', path: '/opt/range/caller', text: caller, mode: '755' },
      { host: 'east', path: systemUnit('caller.service'), text: unitText('/opt/range/caller') },
    ],
    units: { east: ['hermes.socket', 'caller.service'] },
  });
  expect(primary(result), result.stderr).toEqual(['respawned hermes@east']);
  expect(result.code).toBe(1);
});

it('a timer revives its service', async () => {
  const result = await drilled({
    name: 'timer',
    targets: [{ name: 'hermes', host: 'east' }, SHIVA],
    files: [
      {
        host: 'east',
        path: systemUnit('hermes.timer'),
        text: '[Timer]\nOnActiveSec=1h\nOnUnitInactiveSec=2s\nAccuracySec=100ms\n',
      },
    ],
    units: { east: ['hermes.timer'] },
  });
  expect(primary(result), result.stderr).toEqual(['respawned hermes@east']);
  expect(result.code).toBe(1);
});

const asOps = ['runuser', '-u', 'ops', '--', 'env', 'XDG_RUNTIME_DIR=/run/user/1000', 'systemctl', '--user'];

const userUnit = (name: string, stop: readonly string[], unit: readonly string[]): FleetCase => ({
  name,
  targets: [
    { name: 'hermes', host: 'east', managed: false, stop, start: [...asOps, 'start', 'hermes.service'] },
  ],
  managers: { east: 'none' },
  files: [
    {
      host: 'east',
      path: '/home/ops/.config/systemd/user/hermes.service',
      text: unitText(scriptOf('hermes'), unit),
    },
  ],
  after: {
    east: `
      loginctl enable-linger ops
      n=0; until [ -S /run/user/1000/systemd/private ]; do n=$((n + 1)); [ $n -lt 200 ]; sleep 0.1; done
      ${asOps.join(' ')} daemon-reload
      ${asOps.join(' ')} start hermes.service`,
  },
  undo: { east: `${asOps.join(' ')} stop hermes.service; loginctl disable-linger ops` },
});

it('an entry of cron that names it may start it later than anybody looked', async () => {
  const entry = (host: 'east' | 'west', service: string, command: string) => ({
    host,
    path: `/etc/cron.d/${service}`,
    text: `*/5 * * * * root TOKEN=s3same ${command}\n`,
  });
  const result = await drilled({
    name: 'cron',
    targets: [{ name: 'hermes', host: 'east' }, FORESIGHT],
    // A crontab is what watches over services where no manager does.
    managers: { west: 'none' },
    files: [
      entry('east', 'hermes', 'systemctl start hermes'),
      entry('west', 'foresight', scriptOf('foresight')),
    ],
  });
  expect(primary(result), result.stderr).toEqual([
    'hold-too-short foresight@west',
    'hold-too-short hermes@east',
  ]);
  expect(result).toMatchObject({ code: 2, verdict: { verdict: 'inconclusive', fleet: 'restored' } });
  expect(result.stderr).toContain(
    'the slowest known revival: hermes on east, by /etc/cron.d/hermes (*/5 * * * *), after up to 300 s; the hold is 4 s',
  );
  expect(JSON.stringify(result.verdict) + result.stderr).not.toContain('s3same');
});

it('a user unit is stopped by its user’s manager', async () => {
  const result = await drilled(userUnit('user-unit', [...asOps, 'stop', 'hermes.service'], []));
  expect(primary(result), result.stderr).toEqual([]);
  expect(result.code).toBe(0);
});

it('a user unit is not stopped by the system’s manager, which may even call that a success', async () => {
  const stop = ['sh', '-c', 'systemctl stop hermes.service || systemctl reset-failed'];
  const result = await drilled(userUnit('user-unit-missed', stop, []));
  expect(primary(result), result.stderr).toEqual(['successful-no-op hermes@east']);
  expect(result.code).toBe(1);
});

it('a service in a chroot and a process namespace of its own is seen from the host', async () => {
  const jail = 'mkdir -p /srv/jail; mountpoint -q /srv/jail || mount --bind / /srv/jail';
  const enter = '/usr/bin/unshare --pid --fork --kill-child /usr/sbin/chroot /srv/jail';
  const result = await drilled({
    name: 'chroot',
    targets: [
      {
        name: 'hermes',
        host: 'west',
        command: `${enter} ${scriptOf('hermes')}`,
        // As pid 1 of its namespace it does not hear a TERM.
        unit: [`ExecStartPre=/bin/sh -c '${jail}'`, 'TimeoutStopSec=1s'],
      },
      SHIVA,
    ],
    undo: { west: 'systemctl stop hermes.service; umount /srv/jail' },
  });
  expect(primary(result), result.stderr).toEqual([]);
  expect(result.code).toBe(0);
});
