import { describe, expect, it } from 'vitest';
import { fakePlan } from '../../../test/fakes/fake-fleet.ts';
import { foresightOf, revivalLine } from './foresight.ts';
import type { ManagedService } from './manager.ts';
import { absent, present, unreadable } from './reading.ts';

const job: ManagedService = {
  ...{ pid: 1, runs: 1, restarts: null, invocation: null, keepAlive: null },
  ...{ comesBack: null, startsLeft: null, disabled: null, revives: null },
};
const plan = fakePlan();
const target = plan.services.find(({ role }) => role === 'target')?.name ?? '';
const told = (own: Partial<ManagedService>, service = target) =>
  foresightOf(plan, [{ service, reading: present({ ...job, ...own }) }]);
const revives = (withinMs: number | null) => ({ revives: { withinMs, by: 'hermes.timer' } });

describe('what will bite', () => {
  it('is what a manager says of a target', () => {
    const bites = [{ kind: 'leaves-children', how: 'KillMode=process' }] as const;
    expect(told({ bites })).toEqual([
      expect.stringMatching(new RegExp(`^${target} on .*: KillMode=process\\.$`)),
    ]);
    expect(told({ bites }, plan.broker)).toEqual([]);
    expect(told({})).toEqual([]);
  });

  it('is a reviver that is slower than the hold, and none that the hold outlasts', () => {
    const { holdMs } = plan.timing;
    expect(told(revives(holdMs + 1))).toEqual([expect.stringContaining('hold-too-short')]);
    expect(told(revives(null))).toEqual([expect.stringContaining('at no known time')]);
    expect(told(revives(holdMs))).toEqual([]);
  });

  it('is what cron and at say as well, also where the manager says nothing', () => {
    const scheduled = {
      revives: { withinMs: null, by: 'at (once)' },
      bites: [{ kind: 'revived', how: 'at (once) names it' }],
    } as const;
    for (const reading of [absent, unreadable('x'), present(job)]) {
      expect(foresightOf(plan, [{ service: target, reading, scheduled }])).toEqual([
        expect.stringMatching(/: at \(once\) names it\.$/),
        expect.stringContaining('at (once) may bring it back at no known time'),
      ]);
      expect(revivalLine(plan, [{ service: target, reading, scheduled }])).toContain('by at (once)');
    }
  });

  it('is a broker on its own list, whatever the managers say, and nothing where they say nothing', () => {
    const services = plan.services.map((one) =>
      one.name === plan.broker ? { ...one, role: 'target' as const } : one,
    );
    expect(foresightOf({ ...plan, services }, [])).toEqual([
      expect.stringContaining('on the list that it stops'),
    ]);
    for (const reading of [absent, unreadable('x')])
      expect(foresightOf(plan, [{ service: target, reading }])).toEqual([]);
  });
});

describe('the slowest known revival', () => {
  const targets = plan.services.filter(({ role }) => role === 'target');
  const told = (...withinMs: (number | null | undefined)[]) =>
    revivalLine(
      plan,
      withinMs.map((ms, at) => ({
        service: targets[at]?.name ?? '',
        reading: present({ ...job, revives: ms === undefined ? null : { withinMs: ms, by: `timer ${at}` } }),
      })),
    );

  it('is that of any target; what nothing bounds is slower than anything', () => {
    const [first, second] = targets;
    expect(told(100, 2_500)).toBe(
      `the slowest known revival: ${second?.name} on ${second?.host}, by timer 1, after up to 2.5 s; the hold is ${plan.timing.holdMs / 1000} s`,
    );
    expect(told(null, 2_500)).toContain(`${first?.name} on ${first?.host}, by timer 0, at no known time;`);
    expect(told(undefined, 0)).toContain(`${second?.name} on ${second?.host}, by timer 1, after up to 0 s;`);
  });

  it('is none where no target has one, or nobody says', () => {
    expect(told(undefined)).toBeNull();
    expect(told()).toBeNull();
    const revival = { ...job, revives: { withinMs: 1, by: 'x' } };
    expect(revivalLine(plan, [{ service: plan.broker, reading: present(revival) }])).toBeNull();
    expect(revivalLine(plan, [{ service: targets[0]?.name ?? '', reading: absent }])).toBeNull();
  });
});
