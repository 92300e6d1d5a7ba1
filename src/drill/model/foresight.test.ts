import { describe, expect, it } from 'vitest';
import { fakePlan } from '../../../test/fakes/fake-fleet.ts';
import { foresightOf } from './foresight.ts';
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
