import { describe, expect, it } from 'vitest';
import { FakeFleet, fakePlan } from '../../test/fakes/fake-fleet.ts';
import { foresee } from './foresee.ts';
import type { ManagedReading } from './model/manager.ts';
import { present, unreadable } from './model/reading.ts';

const plan = fakePlan();
const targets = plan.services.filter(({ role }) => role === 'target');
const [target = plan.services[0]] = targets;
const host = target?.host ?? '';
const cron = { revives: { withinMs: 300_000, by: '/etc/crontab (*/5 * * * *)' }, bites: [] };
const says = (scheduled?: ManagedReading['scheduled']) => ({
  read: async (services: readonly string[]) =>
    present(
      services.map((service) => ({
        service,
        reading: unreadable('its host has no service manager'),
        ...(scheduled !== undefined && { scheduled }),
      })),
    ),
});

function fleetThat(set: (fleet: FakeFleet) => void): FakeFleet {
  const fleet = new FakeFleet();
  for (const one of targets) fleet.managers.set(one.host, says());
  set(fleet);
  return fleet;
}

const foreseen = async (set: (fleet: FakeFleet) => void): Promise<readonly string[]> => {
  const fleet = fleetThat(set);
  return fleet.clock.drive(foresee(plan, fleet.world));
};

describe('before a drill', () => {
  it('the hosts are asked what would start a target again, and nothing is done there', async () => {
    const fleet = fleetThat(({ managers }) => managers.set(host, says(cron)));
    const lines = await fleet.clock.drive(foresee(plan, fleet.world));
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          `^${target?.name} on ${host}: /etc/crontab .* may bring it back after up to 300 s, and the hold is`,
        ),
        expect.stringMatching(
          /^the slowest known revival: .* by \/etc\/crontab .*, after up to 300 s; the hold is/,
        ),
      ]),
    );
    expect([fleet.acts, fleet.entries]).toEqual([[], []]);
  });

  it('that nothing would is said only where every host has answered', async () => {
    const none = 'Nothing is known that would start a target again.';
    await expect(foreseen(() => undefined)).resolves.toEqual([none]);
    const silent = await foreseen(({ managers }) =>
      managers.set(host, { read: async () => unreadable('systemctl ended with 1') }),
    );
    expect(silent).toEqual([`${host} could not be asked: systemctl ended with 1.`]);
  });

  it('a host that does not answer is named, and not waited for', async () => {
    const lines = await foreseen(({ managers }) =>
      managers.set(host, { read: () => new Promise<never>(() => undefined) }),
    );
    expect(lines).toEqual([`${host} could not be asked: no answer within 8 s.`]);
  });

  it('another machine than was pinned is asked nothing', async () => {
    const pin = { machineId: 'another', hostname: host, hostKey: null };
    const pinned = {
      ...plan,
      hosts: plan.hosts.map((one) => (one.name === host ? { ...one, pin } : one)),
    };
    const asked: string[] = [];
    const fleet = fleetThat(({ managers }) =>
      managers.set(host, {
        read: async (services) => {
          asked.push(...services);
          return says(cron).read(services);
        },
      }),
    );
    const lines = await fleet.clock.drive(foresee(pinned, fleet.world));
    expect(asked).toEqual([]);
    expect(lines).toEqual([
      expect.stringMatching(`^${host} could not be asked: it is not the machine that was pinned`),
    ]);
  });

  it('a host that cannot be reached is named', async () => {
    const lines = await foreseen(({ world }) => {
      const link = world.hosts.get(host);
      if (link) link.open = async () => unreadable('connection refused');
    });
    expect(lines).toEqual([`${host} could not be asked: connection refused.`]);
  });
});
