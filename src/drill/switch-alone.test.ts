import { describe, expect, it } from 'vitest';
import type { FakeFleet } from '../../test/fakes/fake-fleet.ts';
import { begins, runFakeDrill } from '../../test/fakes/run-fake-drill.ts';
import type { Plan } from './model/plan.ts';
import { present } from './model/reading.ts';
import { recoverDrill } from './recover-drill.ts';

const sources = { incidents: false, audit: null, exchange: false, refused: null };
/** A kill switch that is nothing but a command. */
const ALONE: Partial<Plan> = {
  broker: 'kill-switch',
  crash: null,
  sources: { ...sources, status: false, store: false },
};
/** One whose state can be read, but not be asked for. */
const BY_STORE: Partial<Plan> = { crash: null, sources: { ...sources, status: false, store: true } };
const BY_API: Partial<Plan> = { crash: null, sources: { ...sources, status: true, store: false } };

const kinds = (fleet: FakeFleet, kind: string): number =>
  fleet.entries.filter((entry) => entry.kind === kind).length;

describe('a kill switch that is nothing but a command', () => {
  it('is drilled, resumed once, and passes about what is covered', async () => {
    const { fleet, verdict } = await runFakeDrill({ plan: ALONE });
    expect([verdict.verdict, verdict.fleet, verdict.findings]).toEqual(['pass', 'restored', []]);
    expect(fleet.acts).toEqual(['halt 2', 'resume nothing']);
    expect([kinds(fleet, 'status'), kinds(fleet, 'store')]).toEqual([0, 0]);
  });

  it('is resumed after a halt that stopped nothing, since its switch may be on', async () => {
    const { fleet, verdict } = await runFakeDrill({ plan: ALONE, behaviour: { stopsNothing: true } });
    expect(verdict.verdict).toBe('fail');
    expect(fleet.acts).toEqual(['halt 2', 'resume nothing']);
  });

  it('is resumed after a halt without an answer, and that is not repeated', async () => {
    const { fleet, verdict } = await runFakeDrill({ plan: ALONE, behaviour: { silent: true } });
    expect(fleet.acts).toEqual(['halt 2', 'resume nothing']);
    expect(verdict.fleet).toBe('restored');
  });

  it('is asked once where it refuses to resume; nothing is started, and the exit code is 5', async () => {
    const { fleet, verdict } = await runFakeDrill({ plan: ALONE, behaviour: { refusesResume: true } });
    expect(fleet.acts).toEqual(['halt 2', 'resume nothing']);
    expect([verdict.fleet, verdict.exitCode]).toEqual(['halted', 5]);
  });

  it('has what its resume leaves down started by hand, which is a finding', async () => {
    const { fleet, verdict } = await runFakeDrill({ plan: ALONE, behaviour: { forgetsToStart: 'hermes' } });
    expect(fleet.acts).toEqual(['halt 2', 'resume nothing', 'start hermes']);
    expect(verdict.findings.map(({ code }) => code)).toContain('unrestored-service');
    expect(verdict.fleet).toBe('restored');
  });

  it('is not triggered where a target goes down first: that is somebody else’s halt, for all that is known', async () => {
    const { fleet, verdict } = await runFakeDrill({
      plan: ALONE,
      on: (body, one) => {
        if (begins(body, 'trigger')) one.takeDown('hermes');
      },
    });
    expect(fleet.acts).toEqual([]);
    expect([verdict.verdict, verdict.fleet, verdict.exitCode]).toEqual(['not-run', 'untouched', 3]);
    expect(verdict.headline).toContain('hermes');
  });

  it('is left alone where the operator’s own condition says hold', async () => {
    const { fleet, verdict } = await runFakeDrill({
      plan: {
        ...ALONE,
        stopWhen: [
          { when: 'command', action: 'hold', host: null, run: ['ours'], everyMs: 500, withinMs: 1000 },
        ],
      },
      prepare: (one) => {
        one.onController = async () => present({ exitCode: one.acts.length > 0 ? 1 : 0, output: '' });
      },
    });
    expect(fleet.acts).toEqual(['halt 2']);
    expect(verdict.exitCode).toBe(5);
  });
});

describe('a recovery of such a fleet', () => {
  async function interrupted(): Promise<FakeFleet> {
    const { fleet } = await runFakeDrill({ plan: ALONE });
    const last = fleet.entries.findIndex((entry) => entry.kind === 'outcome');
    fleet.entries.splice(last + 1);
    fleet.acts.splice(0);
    fleet.takeDown('hermes');
    return fleet;
  }

  it('touches nothing on its own word', async () => {
    const fleet = await interrupted();
    const before = fleet.entries.length;
    await expect(
      fleet.clock.drive(recoverDrill({ entries: [...fleet.entries], epoch: 1, runner: '0' }, fleet.world)),
    ).rejects.toThrow('nothing shows whose halt is in force');
    expect(fleet.acts).toEqual([]);
    expect(fleet.entries.slice(before).some(({ kind }) => kind === 'intent')).toBe(false);
  });

  it('resumes where the operator says that the halt is this drill’s', async () => {
    const fleet = await interrupted();
    const what = { entries: [...fleet.entries], epoch: 1, runner: '0', ours: true };
    await fleet.clock.drive(recoverDrill(what, fleet.world));
    expect(fleet.acts).toContain('resume nothing');
    expect(fleet.alive('hermes')).toBe(true);
  });
});

describe('a fleet with a store and no status', () => {
  it('resumes by what the store says, and passes', async () => {
    const { fleet, verdict } = await runFakeDrill({ plan: BY_STORE });
    expect([verdict.verdict, verdict.findings]).toEqual(['pass', []]);
    expect(fleet.acts).toEqual(['halt 2', 'resume inc-1']);
    expect(kinds(fleet, 'status')).toBe(0);
  });

  it.each([
    ['halts instead', { foreignHaltAfterMs: 3000 }],
    ['joins the halt', { joinedAfterMs: 3000 }],
  ])('touches nothing where somebody else %s', async (_, behaviour) => {
    const { fleet, verdict } = await runFakeDrill({ plan: BY_STORE, behaviour });
    expect(fleet.acts).toEqual(['halt 2']);
    expect([verdict.exitCode, verdict.headline]).toEqual([5, expect.stringContaining('HANDS OFF')]);
  });

  it('starts by hand what a broker that forgot the halt brings back no more', async () => {
    const { fleet, verdict } = await runFakeDrill({ plan: BY_STORE, behaviour: { forgets: true } });
    expect(fleet.acts).toEqual(['halt 2', 'start hermes', 'start shiva']);
    expect(verdict.verdict).toBe('fail');
  });
});

describe('a fleet with a status and no store', () => {
  it('passes about what is covered, and reads no store', async () => {
    const { fleet, verdict } = await runFakeDrill({ plan: BY_API });
    expect([verdict.verdict, verdict.findings]).toEqual(['pass', []]);
    expect(kinds(fleet, 'store')).toBe(0);
    expect(verdict.headline).toContain('not covered: state store');
  });

  it('touches nothing where somebody else halts', async () => {
    const { fleet, verdict } = await runFakeDrill({ plan: BY_API, behaviour: { foreignHaltAfterMs: 3000 } });
    expect(fleet.acts).toEqual(['halt 2']);
    expect([verdict.exitCode, verdict.headline]).toEqual([5, expect.stringContaining('HANDS OFF')]);
  });
});
