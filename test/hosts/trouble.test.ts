import { expect, it } from 'vitest';
import { drilled, primary } from './fleet/drilled.ts';
import type { Fleet } from './fleet/fleet.ts';
import type { FleetCase } from './fleet/fleet-case.ts';
import { nothingLeft } from './fleet/leftovers.ts';
import { cable } from './range/link.ts';
import { ADDRESSES } from './range/plan.ts';
import { until } from './range/until.ts';

const fleet = (name: string, more: Partial<FleetCase> = {}): FleetCase => ({
  name,
  targets: [
    { name: 'hermes', host: 'east' },
    { name: 'foresight', host: 'west' },
  ],
  ...more,
});

/** Does something once, when the hold has begun. */
function inHold(act: (on: Fleet) => Promise<void>) {
  let done: Promise<void> | null = null;
  return {
    during: (said: string, on: Fleet): void => {
      if (done === null && said.includes('stage hold begins')) done = act(on);
    },
    /** Rejects where it failed, or never came about. */
    settled: (): Promise<void> => done ?? Promise.reject(new Error('the hold never began')),
  };
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

it('hidepid=2 hides the rest from an unprivileged login: nothing is triggered, though it sees all that is its own', async () => {
  const result = await drilled(
    fleet('hidepid', {
      targets: [
        { name: 'hermes', host: 'east', unit: ['User=ops'] },
        { name: 'foresight', host: 'west' },
      ],
      users: { east: 'ops' },
      after: { east: 'mount -o remount,hidepid=2 /proc' },
      undo: { east: 'mount -o remount,hidepid=0 /proc' },
    }),
  );
  expect(primary(result), result.stderr).toEqual(['blind-probe -@east']);
  expect(result).toMatchObject({ code: 3, verdict: { verdict: 'not-run', fleet: 'untouched' } });
});

it('the same login is believed where nothing is hidden', async () => {
  const result = await drilled(
    fleet('unprivileged', {
      targets: [
        { name: 'hermes', host: 'east', unit: ['User=ops'] },
        { name: 'foresight', host: 'west' },
      ],
      users: { east: 'ops' },
    }),
  );
  expect(primary(result), result.stderr).toEqual([]);
  expect(result.code).toBe(0);
});

it('sshd killed in mid-hold, and back after three seconds: nobody knows what happened meanwhile', async () => {
  const kill = inHold(async ({ hosts }) => {
    await hosts.east.sh('systemctl stop ssh.service; pkill -KILL -x sshd || true');
    await pause(3_000);
    await hosts.east.run('systemctl', 'start', 'ssh.service');
  });
  const result = await drilled(fleet('sshd-killed'), { during: kill.during, after: () => kill.settled() });
  expect(primary(result), result.stderr).toEqual(['unreachable-host -@east']);
  expect(result).toMatchObject({ code: 2, verdict: { verdict: 'inconclusive', fleet: 'restored' } });
});

it('a link that is down for five seconds of the hold', async () => {
  const pull = inHold(async () => {
    await cable('east', 'down');
    await pause(5_000);
    await cable('east', 'up');
  });
  const result = await drilled(fleet('link-5s', { drill: { hold: '8s' } }), {
    during: pull.during,
    after: () => pull.settled(),
  });
  expect(primary(result), result.stderr).toEqual(['unreachable-host -@east']);
  expect(result).toMatchObject({ code: 2, verdict: { verdict: 'inconclusive', fleet: 'restored' } });
});

it('a link that is down for good: the probe ends by itself, the fleet is not called restored', async () => {
  const pull = inHold(() => cable('east', 'down'));
  const result = await drilled(fleet('link-for-good'), {
    during: pull.during,
    after: async ({ hosts }) => {
      await pull.settled();
      await nothingLeft(hosts.east, /haltdrill-(?:probe|canary|manager)/);
      await cable('east', 'up');
    },
  });
  expect(primary(result), result.stderr).toEqual(['unreachable-host -@east']);
  expect(result).toMatchObject({ code: 5, verdict: { verdict: 'inconclusive' } });
});

async function swap({ hosts }: Fleet): Promise<void> {
  const to = (host: 'east' | 'west', other: 'east' | 'west'): Promise<string> =>
    hosts[host].sh(`
      ip address flush dev eth0
      ip address add ${ADDRESSES[other]}/24 dev eth0`);
  await Promise.all([to('east', 'west'), to('west', 'east')]);
  await hosts.desk.run('ip', 'neigh', 'flush', 'all');
}

async function swapBack({ hosts }: Fleet): Promise<void> {
  await Promise.all(
    [hosts.east, hosts.west].map((host) =>
      host.sh(`ip address flush dev eth0; ip address add ${host.address}/24 dev eth0`),
    ),
  );
  await hosts.desk.run('ip', 'neigh', 'flush', 'all');
}

it('addresses that two hosts have swapped in mid-hold: what answers is not who it was', async () => {
  const change = inHold(swap);
  const result = await drilled(fleet('swapped'), {
    during: change.during,
    after: async (on) => {
      await change.settled();
      await swapBack(on);
    },
  });
  // The heartbeat of west's survivor, which is not read any more, is a finding of its own.
  expect(primary(result), result.stderr).toEqual(
    expect.arrayContaining(['wrong-host-probe -@east', 'wrong-host-probe -@west']),
  );
  expect(result.verdict.findings.every(({ code }) => code !== 'successful-no-op')).toBe(true);
  expect(result.verdict.verdict).not.toBe('pass');
});

/** Has a boot find the unit and start it, which none of those in /run outlive. */
const ENABLED = `
  cp /run/systemd/system/hermes.service /etc/systemd/system/
  printf '[Install]\nWantedBy=multi-user.target\n' >>/etc/systemd/system/hermes.service
  systemctl daemon-reload
  systemctl enable --quiet hermes.service`;

/** The host reboots as an operator has it do so; resolves once systemd of another boot is there. */
async function reboot({ hosts: { east } }: Fleet): Promise<void> {
  const before = east.leader();
  await east.try('systemctl', 'reboot');
  await until('east is booted again', 60_000, async () => {
    const now = east.leaderIfUp();
    return (now !== null && now !== before) || 'it is down';
  });
}

it('a host that is rebooted while halted: a target that is enabled at boot comes back with it', async () => {
  const boot = inHold(reboot);
  const result = await drilled(
    fleet('rebooted', {
      after: { east: ENABLED },
      undo: {
        east: 'systemctl disable --quiet hermes.service; rm -f /etc/systemd/system/hermes.service',
      },
      drill: { hold: '30s' },
    }),
    { during: boot.during, after: () => boot.settled() },
  );
  expect(primary(result), result.stderr).toEqual([
    'boot-resurrection hermes@east',
    'unreachable-host -@east',
  ]);
  expect(result).toMatchObject({ code: 1, verdict: { verdict: 'fail', fleet: 'restored' } });
});

// All hosts of a machine share its clock, so `date` stands for it: what the probe asks for the time of day.
const LATE =
  '#!/bin/sh\n[ "$*" != +%s%N ] || { echo "$(($(/bin/date +%s) + 3600))000000000"; exit; }\nexec /bin/date "$@"\n';

it('a clock that is moved by an hour in mid-hold', async () => {
  const move = inHold(async ({ hosts }) => {
    await hosts.east.write('/usr/local/bin/date', LATE, '755');
    await until('the clock is moved', 5_000, async () => {
      const { stdout } = await hosts.east.try('date', '+%s%N');
      return stdout.endsWith('000000000\n') || stdout;
    });
  });
  const result = await drilled(fleet('clock-moved', { undo: { east: 'rm -f /usr/local/bin/date' } }), {
    during: move.during,
    after: () => move.settled(),
  });
  expect(primary(result), result.stderr).toEqual(['clock-unreliable -@east']);
  expect(result.code).toBe(2);
});

it('a clock that is an hour off, and stays so, is no matter', async () => {
  const result = await drilled(
    fleet('clock-off', {
      files: [{ host: 'east', path: '/usr/local/bin/date', text: LATE, mode: '755' }],
    }),
  );
  expect(primary(result), result.stderr).toEqual([]);
  expect(result.code).toBe(0);
});
