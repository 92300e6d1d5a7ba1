import { judge } from '../../src/drill/09-judge/verdict/judge.ts';
import type { EntryBody } from '../../src/drill/model/journal.ts';
import type { Plan } from '../../src/drill/model/plan.ts';
import type { Verdict } from '../../src/drill/model/verdict.ts';
import { runDrill } from '../../src/drill/run-drill.ts';
import { type Behaviour, FakeFleet, fakePlan } from './fake-fleet.ts';

export interface FakeDrill {
  readonly plan?: Partial<Plan>;
  readonly behaviour?: Behaviour;
  readonly prepare?: (fleet: FakeFleet) => void;
  /** Called after each record of the journal, so that things can happen at known moments. */
  readonly on?: (body: EntryBody, fleet: FakeFleet) => void;
}

/** Runs one drill of the fake fleet on its fake clock, and judges it. */
export async function runFakeDrill({ plan, behaviour, prepare, on }: FakeDrill): Promise<{
  readonly fleet: FakeFleet;
  readonly verdict: Verdict;
}> {
  const fleet = new FakeFleet(behaviour);
  prepare?.(fleet);
  const { world } = fleet;
  const input = {
    plan: fakePlan(plan),
    drillId: 'd-1',
    knownIssues: [],
    inventory: { path: 'inventory.yaml', sha256: '0'.repeat(64) },
    runner: '0.0.0',
    judging: { today: '2026-11-22', strict: false },
  };
  const append: typeof world.journal.append = (body) => {
    const id = world.journal.append(body);
    on?.(body, fleet);
    return id;
  };
  await fleet.clock.drive(runDrill(input, { ...world, journal: { ...world.journal, append } }));
  return { fleet, verdict: judge(fleet.entries, input.judging) };
}

/** Whether a record says that a stage begins. */
export function begins(body: EntryBody, stage: string): boolean {
  return body.kind === 'stage' && body.stage === stage && body.event === 'begin';
}
