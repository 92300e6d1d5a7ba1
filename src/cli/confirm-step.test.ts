import { describe, expect, it } from 'vitest';
import { destructivePlan, fakePlan } from '../../test/fakes/fake-fleet.ts';
import type { CheckedStep } from '../drill/ports/world.ts';
import { createEffects } from '../effects.ts';
import { confirmOnTerminal } from './confirm-step.ts';
import type { Effects } from './effects.ts';
import type { Interruption } from './interruption.ts';
import type { Shown } from './progress/show.ts';

const STEP: CheckedStep = {
  number: 2,
  of: 5,
  host: 'knox',
  command: ['lift', '--token', 'sesame-0451', 'inc-1'],
  service: null,
};
const { effects } = createEffects();

type Key = 'enter' | 's' | 'q' | 'none' | 'closed' | 'hangup';

/** Somebody who answers with these, one after the other, and then no more. */
function somebody(keys: readonly Key[], plan = destructivePlan()) {
  const left = [...keys];
  const prompts: string[] = [];
  const heard: AbortSignal[] = [];
  let said = '';
  let aside = 0;
  const unattended = new AbortController();
  const fake: Effects = {
    ...effects,
    err: {
      write: (text) => {
        said += text;
      },
      isTerminal: true,
      columns: 80,
    },
    secrets: {
      ...effects.secrets,
      clean: <T>(value: T): T =>
        JSON.parse(JSON.stringify(value).replaceAll('sesame-0451', '[redacted]')) as T,
    },
    terminal: {
      secret: () => Promise.reject(new Error('not asked for')),
      key: async ({ prompt, keys, stop }) => {
        prompts.push(prompt);
        heard.push(stop);
        const key = left.shift();
        if (key === undefined) throw new Error('asked once too often');
        if (key === 'hangup') unattended.abort('SIGHUP');
        if (key === 'hangup') return { kind: 'interrupted' };
        const found = keys.find((one) => one === key);
        return found === undefined
          ? { kind: key === 'closed' ? 'closed' : 'none' }
          : { kind: 'key', key: found };
      },
    },
  };
  const shown: Shown = {
    event: () => {},
    done: () => {},
    aside: (question) => {
      aside += 1;
      return question();
    },
  };
  const interruption: Interruption = {
    stop: new AbortController().signal,
    unattended: unattended.signal,
    leaves: { exitCode: 5, text: '' },
    end: () => {},
    release: () => {},
  };
  const confirm = confirmOnTerminal(plan, shown, interruption, fake);
  return { confirm, prompts, heard, unattended, said: () => said, aside: () => aside };
}

describe('a step of the manual resume, on a terminal', () => {
  it.each([
    ['enter', 'run'],
    ['s', 'by-hand'],
    ['q', 'stop'],
  ] as const)('is answered by %s as %s', async (key, answer) => {
    const { confirm, prompts, aside } = somebody([key]);
    expect(await confirm?.(STEP)).toBe(answer);
    expect(aside()).toBe(1);
    expect(prompts).toEqual([
      "step 2 of 5, on knox: lift --token '[redacted]' inc-1\n  [Enter] runs it, [s] done by hand, [q] stop here and leave it halted: ",
    ]);
  });

  it('waits for as long as it takes, and says so', async () => {
    const { confirm, said } = somebody(['none', 'none', 'q']);
    expect(await confirm?.(STEP)).toBe('stop');
    expect(said().match(/nobody has answered for 10 minutes, and level 4 still stands/g)).toHaveLength(2);
  });

  it.each(['closed', 'hangup'] as const)(
    'is run, with those after it, once nobody can answer any more (%s)',
    async (key) => {
      const { confirm, prompts, said } = somebody([key]);
      expect([await confirm?.(STEP), await confirm?.({ ...STEP, number: 3 })]).toEqual(['run', 'run']);
      expect(prompts).toHaveLength(1);
      expect(said()).toContain('nobody is at the terminal any more; running step 3 of 5');
    },
  );

  it('is not given up because of a Ctrl-C, which leaves somebody there', async () => {
    const { confirm, heard, unattended } = somebody(['q']);
    await confirm?.(STEP);
    expect(heard).toEqual([unattended.signal]);
  });
});

describe('nobody is asked', () => {
  it('about a halt that an API call lifts', () => {
    expect(somebody([], fakePlan()).confirm).toBeNull();
  });

  it('where there is no terminal', () => {
    const { interruption, shown } = { interruption: {} as Interruption, shown: {} as Shown };
    expect(
      confirmOnTerminal(destructivePlan(), shown, interruption, { ...effects, terminal: null }),
    ).toBeNull();
  });
});
