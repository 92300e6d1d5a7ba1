import { expect, it } from 'vitest';
import type { Plan } from '../model/plan.ts';
import { inMinutes } from './duration.ts';
import { longestMs } from './longest.ts';

const TIMING = {
  baselineMs: 1_000,
  withinMs: 5_000,
  holdMs: 20_000,
  restoreWithinMs: 10_000,
  settleMs: 1_000,
  crashWithinMs: 10_000,
  sampleEveryMs: 100,
  maxGapMs: 1_000,
};

const service = (name: string, role: 'target' | 'survivor' | 'bystander') =>
  ({ name, role }) as Plan['services'][number];

const plan = (over: Partial<Plan> = {}): Plan =>
  ({
    guards: [],
    stopWhen: [],
    secondOperator: false,
    crash: null,
    resume: 'api',
    manualResume: [],
    services: [service('principal', 'survivor'), service('hermes', 'target'), service('scribe', 'bystander')],
    timing: TIMING,
    ...over,
  }) as unknown as Plan;

// Open 15, baseline 1 + 10, trigger 5 + 5, hold 20, its end 15.
const HALT_MS = 71_000;
// Twice: asking (10 + 10 + 30), three resumes of 25, back 10, two starts of 30, back 10, and watched for as long as the halt may take, 10.
// And at last back by itself 10, watched 10, and looked through 5.
const UNDO_MS = 2 * 215_000 + 25_000;

it('sums up what may be late, the undo included', () => {
  expect(longestMs(plan())).toBe(HALT_MS + UNDO_MS);
});

it.each([
  ['hold', 'holdMs', 1],
  ['baseline', 'baselineMs', 1],
  ['within, as which the fleet is watched three times', 'withinMs', 4],
  ['restore-within, in which each of three resumes must show, too', 'restoreWithinMs', 11],
] as const)('grows with %s', (_, key, times) => {
  const longer = plan({ timing: { ...TIMING, [key]: TIMING[key] + 700 } });
  expect(longestMs(longer) - longestMs(plan())).toBe(times * 700);
});

it('grows with settle, which comes three times, where that is longer than the halt', () => {
  const settled = (settleMs: number) => longestMs(plan({ timing: { ...TIMING, settleMs } }));
  expect(settled(10_700) - settled(1_000)).toBe(3 * 700);
});

it('B14: counts how long the undo may wait for a halt command, and watch the fleet after it', () => {
  const halts = (over: Partial<Plan>) => longestMs(plan({ haltsByCommand: true, ...over }));
  expect(halts({}) - longestMs(plan())).toBe(4 * 60_000);
  const timing = { ...TIMING, withinMs: 40_000 };
  expect(halts({ timing }) - longestMs(plan({ timing }))).toBe(4 * 80_000);
});

it('counts a crash, and guards: those while halted only where they outlast the hold', () => {
  expect(longestMs(plan({ crash: 'principal' }))).toBe(longestMs(plan()) + 40_000);
  expect(longestMs(plan({ guards: ['no-token'] }))).toBe(longestMs(plan()) + 13_000 + 8_000);
  expect(longestMs(plan({ guards: ['repeat'] }))).toBe(longestMs(plan()));
  expect(longestMs(plan({ guards: ['repeat', 'lower-level'] }))).toBe(longestMs(plan()) + 6_000);
});

it('counts the tokens, before anything and again after guards, and the slowest command of a stop condition', () => {
  const second = { secondOperator: true };
  expect(longestMs(plan(second))).toBe(longestMs(plan()) + 5_000);
  expect(longestMs(plan({ ...second, guards: ['no-token'] }))).toBe(longestMs(plan()) + 13_000 + 18_000);
  const command = { when: 'command', action: 'resume', host: null, run: ['x'], everyMs: 1 } as const;
  const stopWhen: Plan['stopWhen'] = [
    { ...command, withinMs: 7_000 },
    { ...command, withinMs: 4_000 },
    { when: 'survivor-dies', action: 'resume' },
  ];
  expect(longestMs(plan({ stopWhen }))).toBe(longestMs(plan()) + 7_000);
});

it('counts the steps of a manual resume in place of asking the broker', () => {
  const run = ['/opt/wake'];
  const manual = plan({ resume: 'manual', manualResume: [{ host: 'knox', run }] });
  // Twice: the broker gone 5, its state 2, a step 30, two starts of 30, back 10, watched 10; in the second by itself 10, and so once more at last, watched 10, and looked through 5.
  expect(longestMs(manual)).toBe(HALT_MS + 2 * 127_000 + 25_000);
});

it.each([
  [900, '1s'],
  [59_001, '1m'],
  [61_000, '1m 1s'],
  [483_000, '8m 3s'],
  [7_260_000, '2h 1m'],
])('%d ms is at most %s', (ms, words) => {
  expect(inMinutes(ms)).toBe(words);
});
