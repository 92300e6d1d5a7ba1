import { describe, expect, it } from 'vitest';
import { type FakeFleet, fakePlan } from '../../test/fakes/fake-fleet.ts';
import { type FakeDrill, runFakeDrill } from '../../test/fakes/run-fake-drill.ts';
import type { ManagedService } from './model/manager.ts';
import type { Plan } from './model/plan.ts';
import { present, type Reading, unreadable } from './model/reading.ts';

const WALL_S = 1_800_000_000;
/** The process of another drill's canary, or of its probe. */
const canary = (tag: string, endsS: number, fleet = 'test'): string[] => [
  'sh',
  '-c',
  ': a canary of haltdrill',
  'haltdrill-canary',
  fleet,
  tag,
  String(endsS),
];
const probe = (drillId: string): string[] => [
  'sh',
  '-c',
  ': haltdrill-probe',
  'haltdrill-probe',
  'test',
  drillId,
  '10',
];

async function refusal(drill: FakeDrill): Promise<string> {
  const { fleet, verdict } = await runFakeDrill(drill);
  expect(fleet.acts).toEqual([]);
  expect(verdict).toMatchObject({ verdict: 'not-run', fleet: 'untouched', exitCode: 3 });
  const [found] = verdict.findings.filter(({ code }) => code === 'interlock');
  expect(found?.evidence).toHaveLength(1);
  expect(verdict.headline).toContain('NOT RUN');
  return found?.message ?? 'no finding';
}

async function runs(drill: FakeDrill): Promise<FakeFleet> {
  const { fleet, verdict } = await runFakeDrill(drill);
  expect(verdict).toMatchObject({ verdict: 'pass', exitCode: 0, findings: [] });
  return fleet;
}

const withClock = (act: (fleet: FakeFleet) => void) => (fleet: FakeFleet) => {
  fleet.knox.wallMs = WALL_S * 1000;
  fleet.tesseract.wallMs = WALL_S * 1000;
  act(fleet);
};

describe('another drill of the same fleet', () => {
  it.each([
    ['a canary', canary('d-other.w1', WALL_S + 15)],
    ['a probe', probe('d-other')],
    ['a canary whose end cannot be read', canary('d-other.w1', 0)],
  ])('is refused for %s of it on any host', async (_, argv) => {
    const prepare = withClock((fleet) => void fleet.tesseract.spawn(argv));
    expect(await refusal({ prepare })).toMatch(
      /^another drill of this fleet seems to be running: d-other, by a (canary|probe) on tesseract \(pid \d+, /,
    );
  });

  it('S4: is refused whoever’s it is, and the refusal says whose, and what can be done', async () => {
    let pid = 0;
    const prepare = withClock((fleet) => {
      fleet.tesseract.users.set('1001', 'mallory');
      pid = fleet.tesseract.spawn(canary('d-other.w1', WALL_S + 15), 1, { uid: 1001 });
      fleet.knox.spawn(probe('d-other'), 1, { uid: 1002 });
    });
    expect(await refusal({ prepare })).toMatch(
      new RegExp(
        `: d-other, by a probe on knox \\(pid \\d+, uid 1002, owner unknown\\), a canary on tesseract \\(pid ${pid}, uid 1001, owner mallory\\); wait for its end or, if nobody runs it, end these processes\\.$`,
      ),
    );
  });

  it('is refused for a canary on a host that does not tell the time', async () => {
    const prepare = (fleet: FakeFleet) => void fleet.knox.spawn(canary('d-other.w1', WALL_S - 60));
    expect(await refusal({ prepare })).toMatch(/d-other, by a canary on knox/);
  });

  it('is not refused for a canary of another fleet, nor for one that goes while it waits', async () => {
    await runs({
      prepare: withClock((fleet) => {
        fleet.knox.spawn(canary('d-other.w1', WALL_S + 15, 'elsewhere'));
        const pid = fleet.knox.spawn(canary('d-old.w1', WALL_S + 15));
        void fleet.clock.sleep(4_000).then(() => fleet.knox.processes.delete(pid));
      }),
    });
  });

  it('is not refused in a lab, of which several share a machine and a name', async () => {
    const fleet = await runs({
      plan: { environment: 'lab:reference' },
      prepare: withClock((one) => {
        one.knox.spawn(canary('d-other.w1', WALL_S + 15));
        one.knox.spawn(canary('d-old.w1', WALL_S - 600));
        one.knox.spawn(probe('d-other'));
      }),
    });
    // Nor is anything of another lab removed.
    expect([...fleet.knox.processes.values()].filter(({ argv }) => argv.includes('d-old.w1'))).toHaveLength(
      1,
    );
  });

  it('that left an expired canary behind has it removed, with a note, and refuses nothing', async () => {
    let pid = 0;
    const fleet = await runs({
      prepare: withClock((one) => {
        pid = one.tesseract.spawn(canary('d-old.w1', WALL_S - 600));
      }),
    });
    expect(fleet.tesseract.processes.has(pid)).toBe(false);
    expect(fleet.entries).toContainEqual(
      expect.objectContaining({
        kind: 'intent',
        act: expect.objectContaining({ act: 'remove-canary', host: 'tesseract', tag: 'd-old.w1', pid }),
      }),
    );
    expect(fleet.told).toContainEqual({
      kind: 'note',
      text: `tesseract: a canary of an earlier drill (d-old.w1, pid ${pid}) had outlived its end; it was ended`,
    });
  });

  it('that still has anything alive loses nothing of its own', async () => {
    let pid = 0;
    let after: FakeFleet | null = null;
    const prepare = withClock((one) => {
      pid = one.tesseract.spawn(canary('d-other.w1', WALL_S - 600));
      one.knox.spawn(probe('d-other'));
      after = one;
    });
    expect(await refusal({ prepare })).toMatch(/d-other, by a probe on knox/);
    expect((after as FakeFleet | null)?.tesseract.processes.has(pid)).toBe(true);
  });
});

const managed = (own: Partial<ManagedService>): ManagedService => ({
  pid: 100,
  runs: null,
  restarts: 0,
  invocation: null,
  keepAlive: null,
  comesBack: null,
  startsLeft: null,
  disabled: false,
  revives: null,
  ...own,
});

/** A fleet whose manager on knox says this of the broker. */
const brokerManaged = (reading: Reading<ManagedService>) => (fleet: FakeFleet) => {
  fleet.managers.set('knox', {
    read: async (services) => present(services.map((service) => ({ service, reading }))),
  });
};

/** The broker has no command that starts it. */
const unstartable = (plan: Plan = fakePlan()): Partial<Plan> => ({
  services: plan.services.map((one) => (one.name === plan.broker ? { ...one, start: null } : one)),
});

describe('a crash that would not be survivable', () => {
  it.each([
    ['its manager does not restart it', present(managed({ comesBack: false }))],
    ['its manager does not say', present(managed({ comesBack: null }))],
    ['its manager does not know it', { kind: 'absent' } as const],
    ['its manager cannot be read', unreadable('no launchctl')],
  ])('is refused where there is no start command and %s', async (_, reading) => {
    expect(await refusal({ plan: unstartable(), prepare: brokerManaged(reading) })).toBe(
      'principal on knox: the crash would not be survivable, no manager is known to start it again, and there is no start command.',
    );
  });

  it('is refused where there is neither manager nor start command', async () => {
    expect(await refusal({ plan: unstartable() })).toMatch(/no manager is known to start it again/);
  });

  it('is refused where its start limit is nearly used up', async () => {
    const prepare = brokerManaged(present(managed({ comesBack: true, startsLeft: 1 })));
    expect(await refusal({ prepare })).toMatch(/its start limit is nearly used up \(1 left\)/);
  });

  it.each([
    ['its manager restarts it', unstartable(), present(managed({ comesBack: true, startsLeft: 2 }))],
    ['a command starts it', {}, present(managed({ comesBack: false }))],
    ['a command starts it, and its manager cannot be read', {}, unreadable('no launchctl')],
  ])('is not refused where %s', async (_, plan, reading) => {
    await runs({ plan, prepare: brokerManaged(reading) });
  });

  it('is not refused in a drill that crashes nothing', async () => {
    const plan = { ...unstartable(), crash: null };
    const { fleet } = await runFakeDrill({
      plan,
      prepare: brokerManaged(present(managed({ comesBack: false, startsLeft: 0 }))),
    });
    expect(fleet.acts).toEqual(['halt 2', 'resume inc-1']);
  });
});

describe('the second operator’s token', () => {
  const plan = { secondOperator: true };
  const answering = (status: number | null) => (fleet: FakeFleet) => {
    fleet.secondOperator = status;
  };

  it.each([401, 403])('is refused where it is not accepted: HTTP %i', async (status) => {
    expect(await refusal({ plan, prepare: answering(status) })).toBe(
      `the second operator’s token is not accepted (HTTP ${status}).`,
    );
  });

  it.each([
    ['no answer', null],
    ['HTTP 500', 500],
  ])('is refused where it could not be tried: %s', async (words, status) => {
    expect(await refusal({ plan, prepare: answering(status) })).toBe(
      `the second operator’s token could not be tried: ${words}.`,
    );
  });

  it('is not refused where it is accepted, or where no resume needs it', async () => {
    await runs({ plan });
    await runs({ prepare: answering(401) });
  });
});

describe('the tokens after the guards', () => {
  const plan = { guards: ['no-token', 'wrong-token'] } as const;

  it('must still be good: a broker that locked them out is not asked to halt', async () => {
    const { fleet, verdict } = await runFakeDrill({ plan, behaviour: { locksOut: true } });
    expect(fleet.acts.filter((act) => act.startsWith('halt'))).toEqual([]);
    expect(verdict).toMatchObject({ verdict: 'not-run', exitCode: 3 });
    expect(verdict.findings.map(({ code }) => code)).toContain('guard-side-effect');
  });

  it('must be good for the second operator as well, whose resume is needed', async () => {
    const { fleet, verdict } = await runFakeDrill({
      plan: { ...plan, secondOperator: true },
      on: (body, one) => {
        if (body.kind === 'intent' && body.act.act === 'guard') one.secondOperator = 401;
      },
    });
    expect(fleet.acts.filter((act) => act.startsWith('halt'))).toEqual([]);
    expect(verdict.findings.map(({ message }) => message)).toEqual([
      'after requests that were refused, the second operator’s token is no longer good (HTTP 401).',
    ]);
  });

  it('that are still good keep nothing from being triggered', async () => {
    await runs({ plan: { ...plan, secondOperator: true } });
  });
});
