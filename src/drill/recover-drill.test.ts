import { describe, expect, it } from 'vitest';
import { destructivePlan, FakeFleet, fakePlan } from '../../test/fakes/fake-fleet.ts';
import { openCase } from './09-judge/evidence/case-file.ts';
import { judgeJournal } from './09-judge/verdict/judge.ts';
import type { Entry } from './model/journal.ts';
import { unreadable } from './model/reading.ts';
import type { CheckedStep, Confirm } from './ports/world.ts';
import { mayHaveActed, ownHalt, recoverDrill } from './recover-drill.ts';
import { runDrill } from './run-drill.ts';

const INPUT = {
  plan: fakePlan(),
  drillId: 'd-1',
  knownIssues: [],
  inventory: { path: 'inventory.yaml', sha256: '0'.repeat(64) },
  runner: '0.0.0',
  judging: { today: '2026-11-22', strict: false },
};

/** A fleet whose runner could not reach the broker any more when it was to resume: it stays halted. */
async function leftHalted(): Promise<FakeFleet> {
  const fleet = new FakeFleet();
  const { world } = fleet;
  const resume = () => Promise.resolve(unreadable('the network is gone'));
  await fleet.clock.drive(runDrill(INPUT, { ...world, broker: { ...world.broker, resume } }));
  expect(fleet.alive('hermes')).toBe(false);
  return fleet;
}

const recover = (fleet: FakeFleet, entries: readonly Entry[] = [...fleet.entries]): Promise<void> =>
  fleet.clock.drive(recoverDrill({ entries, epoch: 1, runner: '0.0.0' }, fleet.world));

describe('a recovery', () => {
  it('resumes the halt that is the drill’s, sees everything back, and says who did it', async () => {
    const fleet = await leftHalted();
    await recover(fleet);
    expect(fleet.acts.at(-1)).toBe('resume inc-1');
    expect(['hermes', 'shiva', 'principal', 'sentinel'].every((name) => fleet.alive(name))).toBe(true);
    expect(judgeJournal(fleet.entries)).toMatchObject({ verdict: 'aborted', fleet: 'restored', exitCode: 4 });
    expect(fleet.entries.find(({ kind }) => kind === 'taken-over')).toMatchObject({ epoch: 1 });
    expect(fleet.entries.at(-1)?.kind).toBe('closed');
  });

  it('keeps its hands off a halt that somebody else made meanwhile', async () => {
    const fleet = await leftHalted();
    fleet.haltBySomebody(3);
    const before = fleet.acts.length;
    await recover(fleet);
    expect(fleet.acts.slice(before)).toEqual([]);
    expect(judgeJournal(fleet.entries)).toMatchObject({ fleet: 'halted', exitCode: 5 });
  });

  it('touches nothing where another machine answers', async () => {
    const fleet = await leftHalted();
    const entries = [...fleet.entries].map((entry) =>
      entry.kind === 'host' && entry.identity.kind === 'present'
        ? {
            ...entry,
            identity: { ...entry.identity, value: { ...entry.identity.value, machineId: 'another' } },
          }
        : entry,
    );
    const before = fleet.acts.length;
    await expect(recover(fleet, entries)).rejects.toThrow('another machine');
    expect(fleet.acts.slice(before)).toEqual([]);
    expect(judgeJournal(fleet.entries)).toMatchObject({ exitCode: 5 });
  });

  it('asks no host where the drill had not acted yet', async () => {
    const fleet = new FakeFleet();
    await fleet.clock.drive(runDrill(INPUT, fleet.world));
    const trigger = fleet.entries.findIndex(({ kind }) => kind === 'intent');
    const entries = fleet.entries.slice(0, trigger);
    expect([mayHaveActed(entries), mayHaveActed(fleet.entries.slice(0, trigger + 1))]).toEqual([false, true]);
    fleet.entries.splice(trigger);
    const samples = fleet.entries.filter(({ kind }) => kind === 'sample').length;
    await recover(fleet, entries);
    expect(fleet.entries.filter(({ kind }) => kind === 'sample')).toHaveLength(samples);
    expect(judgeJournal(fleet.entries)).toMatchObject({ verdict: 'not-run', fleet: 'untouched' });
  });
});

describe('a recovery of a halt that only steps by hand lift', () => {
  /** A drill in which somebody answered so, at which they then left. */
  async function left(answer: (step: CheckedStep) => 'run' | 'stop'): Promise<FakeFleet> {
    const fleet = new FakeFleet();
    fleet.confirm = async (step) => answer(step);
    await fleet.clock.drive(runDrill({ ...INPUT, plan: destructivePlan() }, fleet.world));
    expect(judgeJournal(fleet.entries)).toMatchObject({ verdict: 'aborted', exitCode: 5 });
    return fleet;
  }
  const asking = async (fleet: FakeFleet, answer: Awaited<ReturnType<Confirm>> = 'run') => {
    const steps: CheckedStep[] = [];
    fleet.confirm = async (step) => {
      steps.push(step);
      return answer;
    };
    fleet.told.splice(0);
    await recover(fleet);
    return steps.map(({ number, of, service }) => `${number}/${of} ${service}`);
  };

  it('begins anew where no step was taken, and asks before each', async () => {
    const fleet = await left(() => 'stop');
    expect(await asking(fleet)).toEqual([
      '1/5 null',
      '2/5 principal',
      '3/5 sentinel',
      '4/5 hermes',
      '5/5 shiva',
    ]);
    expect(fleet.told.filter(({ kind }) => kind === 'checklist')).toHaveLength(1);
    expect(judgeJournal(fleet.entries)).toMatchObject({ verdict: 'aborted', fleet: 'restored', exitCode: 4 });
  });

  it('goes on where the halt is lifted and services are down', async () => {
    const fleet = await left(({ number }) => (number === 3 ? 'stop' : 'run'));
    expect(await asking(fleet)).toEqual(['1/3 sentinel', '2/3 hermes', '3/3 shiva']);
    expect(judgeJournal(fleet.entries)).toMatchObject({ fleet: 'restored', exitCode: 4 });
  });

  it('asks about a step again of which the journal does not say what came', async () => {
    const fleet = await left(() => 'stop');
    const begun = fleet.entries.findIndex(
      (entry) => entry.kind === 'intent' && entry.act.act === 'manual-step',
    );
    fleet.entries.splice(begun + 1);
    expect((await asking(fleet))[0]).toBe('1/5 null');
    expect(judgeJournal(fleet.entries)).toMatchObject({ verdict: 'aborted', fleet: 'restored', exitCode: 4 });
  });

  it('does not take a step for done because another was taken twice', async () => {
    const plan = destructivePlan();
    const fleet = new FakeFleet();
    const second = { host: 'tesseract', run: ['launchctl', 'enable', 'all'] };
    const stopAtSecond: Confirm = async ({ host, service }) =>
      host === 'tesseract' && service === null ? 'stop' : 'by-hand';
    fleet.confirm = stopAtSecond;
    const twoSteps = { ...plan, manualResume: [...plan.manualResume, second] };
    await fleet.clock.drive(runDrill({ ...INPUT, plan: twoSteps }, fleet.world));
    fleet.confirm = stopAtSecond;
    await recover(fleet);
    const { manualResume = [] } = judgeJournal(fleet.entries);
    expect(manualResume.filter(({ service }) => service === null)).toMatchObject([
      { host: 'knox', outcome: 'by hand' },
      { host: 'knox', outcome: 'by hand' },
      { host: 'tesseract', command: second.run, outcome: 'not taken' },
    ]);
  });

  it('can be stopped again, prints the checklist, and leaves the fleet as it is', async () => {
    const fleet = await left(() => 'stop');
    const before = fleet.acts.length;
    expect(await asking(fleet, 'stop')).toEqual(['1/5 null']);
    expect(fleet.acts.slice(before)).toEqual([]);
    expect(fleet.told.filter(({ kind }) => kind === 'checklist')).toHaveLength(1);
    expect(judgeJournal(fleet.entries)).toMatchObject({ fleet: 'halted', exitCode: 5 });
  });

  it('runs every step where nobody is there to be asked', async () => {
    const fleet = await left(() => 'stop');
    fleet.confirm = null;
    await recover(fleet);
    expect(fleet.acts.slice(1)).toEqual([
      'lift inc-1 by hand',
      'start principal',
      'start sentinel',
      'start hermes',
      'start shiva',
    ]);
    expect(judgeJournal(fleet.entries)).toMatchObject({ fleet: 'restored', exitCode: 4 });
  });
});

it('says nothing of services that a drill had not come to look at when it was interrupted', async () => {
  const fleet = new FakeFleet();
  await fleet.clock.drive(runDrill(INPUT, fleet.world));
  const sample = fleet.entries.findIndex(({ kind }) => kind === 'sample');
  fleet.entries.splice(sample + 1);
  await recover(fleet);
  const { verdict, findings } = judgeJournal(fleet.entries);
  expect([verdict, findings.map(({ code }) => code)]).toEqual(['not-run', []]);
});

describe('the halt of an interrupted drill', () => {
  it('is known by the revision last seen under its nonce, and by no older one once the drill has done more', async () => {
    const fleet = await leftHalted();
    const at = (test: (entry: Entry) => boolean): readonly Entry[] =>
      fleet.entries.slice(0, fleet.entries.findIndex(test));
    const crash = at((entry) => entry.kind === 'intent' && entry.act.act === 'crash');
    const undone = at((entry) => entry.kind === 'intent' && entry.act.act === 'resume');
    for (const entries of [crash, undone])
      expect(ownHalt(openCase(entries), entries)).toMatchObject({ level: 2, revision: 2 });
    const crashed = fleet.entries.slice(0, crash.length + 1);
    expect(ownHalt(openCase(crashed), crashed).revision).toBeNull();
  });
});
