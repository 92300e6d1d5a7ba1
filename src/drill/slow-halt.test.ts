import { expect, it } from 'vitest';
import type { FakeFleet } from '../../test/fakes/fake-fleet.ts';
import { runFakeDrill } from '../../test/fakes/run-fake-drill.ts';
import type { Plan } from './model/plan.ts';
import { recoverDrill } from './recover-drill.ts';

const plan: Partial<Plan> = { crash: null, haltsByCommand: true };

const at = (fleet: FakeFleet, kind: string): number =>
  fleet.entries.find((entry) => entry.kind === kind)?.atMs ?? Number.NaN;
const resumedMs = (fleet: FakeFleet): number =>
  fleet.entries.find((entry) => entry.kind === 'intent' && entry.act.act === 'resume')?.atMs ?? Number.NaN;

it('B14: the undo waits for the end of a halt that is slow, and the fleet is watched for as long afterwards', async () => {
  const slowMs = 20_000;
  const { fleet, verdict } = await runFakeDrill({ plan, behaviour: { slowHaltMs: slowMs } });
  expect(at(fleet, 'left-running')).toBeLessThan(at(fleet, 'left-ended'));
  expect(resumedMs(fleet)).toBeGreaterThanOrEqual(at(fleet, 'left-ended'));
  expect([verdict.fleet, verdict.exitCode, fleet.alive('hermes'), fleet.alive('shiva')]).toEqual([
    'restored',
    1,
    true,
    true,
  ]);
  const last = fleet.entries.findLast((entry) => entry.kind === 'sample');
  expect((last?.atMs ?? 0) - resumedMs(fleet)).toBeGreaterThanOrEqual(slowMs);
});

it('B14: a halt that still runs when the patience is over leaves a fleet of which nobody knows', async () => {
  const { fleet, verdict } = await runFakeDrill({ plan, behaviour: { slowHaltMs: 3_600_000 } });
  expect([verdict.fleet, verdict.exitCode]).toEqual(['unknown', 5]);
  const said = verdict.findings.map(({ message }) => message).join('\n');
  expect(said).toContain('The halt command had not ended when the drill was over');
  // What can come back comes back all the same.
  expect(fleet.acts).toContain('resume inc-1');
  expect(fleet.alive('hermes')).toBe(true);
});

it('B14: is restored once somebody who knows that the halt has ended recovers it, and not before', async () => {
  const { fleet } = await runFakeDrill({ plan, behaviour: { slowHaltMs: 3_600_000 } });
  const before = fleet.entries.length;
  const entries = [...fleet.entries];
  await fleet.clock.drive(recoverDrill({ entries, epoch: 1, runner: '0', ours: true }, fleet.world));
  const { judge } = await import('./09-judge/verdict/judge.ts');
  const verdict = judge(fleet.entries, { today: '2026-11-22', strict: false });
  expect(verdict.fleet).toBe('restored');
  expect((fleet.entries.at(-1)?.atMs ?? 0) - (fleet.entries[before]?.atMs ?? 0)).toBeGreaterThan(9_000);
});

it('D8: a trigger of which nothing was sent is withdrawn, and the drill did not run', async () => {
  const { fleet, verdict } = await runFakeDrill({ behaviour: { sendsNothing: true } });
  expect(fleet.acts).toEqual([]);
  expect(fleet.entries.filter(({ kind }) => kind === 'withdrawn')).toMatchObject([
    { why: 'nothing of it was sent: knox: the server refuses another session' },
  ]);
  expect([verdict.verdict, verdict.exitCode, verdict.fleet, verdict.findings]).toEqual([
    'not-run',
    3,
    'untouched',
    [],
  ]);
  expect(verdict.headline).toContain('the server refuses another session');
});
