import { describe, expect, it } from 'vitest';
import { destructivePlan, fakePlan } from '../../test/fakes/fake-fleet.ts';
import type { Drill } from '../drill/model/drill.ts';
import { createEffects } from '../effects.ts';
import type { Effects, LineRead, SecretRead } from './effects.ts';
import { personPresent } from './manned.ts';

const PHRASE = 'OPEN SESAME';
const { effects } = createEffects();

interface Given {
  readonly fleet?: 'live' | 'embedded';
  readonly level?: number;
  readonly phrase?: Drill['phrase'];
  /** What is typed at the prompt; null: there is no terminal. */
  readonly typed?: SecretRead | null;
  readonly key?: 'y' | 'n' | 'none' | 'closed' | 'interrupted';
  readonly stdinIsTerminal?: boolean;
  readonly stdin?: LineRead;
}

const line = (text: string): LineRead => ({ kind: 'line', text });

/** What came of it, what was said, and in which order what was done. */
async function present(given: Given) {
  const { fleet = 'live', level = 4, phrase = 'typed', typed = line(PHRASE), key = 'y' } = given;
  const done: string[] = [];
  let said = '';
  const ask = (prompt: string): void => {
    said += prompt;
    done.push('asked');
  };
  const fake: Effects = {
    ...effects,
    stdinIsTerminal: given.stdinIsTerminal ?? typed !== null,
    err: {
      write: (text) => {
        said += text;
        if (text.includes('this takes')) done.push('announced');
      },
      isTerminal: typed !== null,
      columns: 80,
    },
    secrets: {
      ...effects.secrets,
      keep: (secrets) => {
        done.push(`kept ${secrets.join()}`);
      },
    },
    readLine: async () => {
      done.push('read stdin');
      return given.stdin ?? line(PHRASE);
    },
    terminal:
      typed === null
        ? null
        : {
            secret: async ({ prompt }) => {
              ask(prompt);
              return typed;
            },
            key: async ({ prompt, keys }) => {
              ask(prompt);
              const found = keys.find((one) => one === key);
              if (found !== undefined) return { kind: 'key', key: found };
              return { kind: key === 'closed' || key === 'interrupted' ? key : 'none' };
            },
          },
  };
  const stop = new AbortController();
  stop.abort('interrupted by SIGINT');
  const plan = level >= 4 || phrase === 'typed' ? destructivePlan() : fakePlan();
  const drill = { name: 'level-4', level, phrase } as Drill;
  const went = await personPresent({ drill, plan, shown: 'drills/x.yaml', fleet }, stop.signal, fake).then(
    (presence) => ({ presence, refused: null }),
    (error: Error & { exitCode: number }) => ({
      presence: null,
      refused: `${error.exitCode}: ${error.message}`,
    }),
  );
  return { ...went, said, done };
}

describe('a destructive drill', () => {
  it('says what it destroys, then has the phrase typed, and keeps it secret before anything else', async () => {
    const { presence, said, done } = await present({});
    expect(presence).toEqual({ phrase: PHRASE, manned: true });
    expect(done).toEqual(['announced', 'asked', `kept ${PHRASE}`]);
    expect(said).toContain('Type the confirmation phrase for level 4');
    expect(said).not.toContain(PHRASE);
  });

  it.each<[string, Given, string]>([
    ['stdin is no terminal', { typed: null, stdinIsTerminal: false }, 'stdin is no terminal'],
    [
      'stderr is no terminal',
      { typed: null, stdinIsTerminal: true },
      'stderr, on which the question would stand, is no terminal',
    ],
    ['stdin is none, though no phrase is asked for', { typed: null, phrase: 'none' }, 'stdin is no terminal'],
    [
      'stdin of a lab is a terminal that would show it',
      { typed: null, stdinIsTerminal: true, fleet: 'embedded' },
      'stderr, on which the question would stand, is no terminal',
    ],
  ])('is refused where %s, and nothing is asked or read', async (_, given, why) => {
    const { refused, done } = await present(given);
    expect(refused).toBe(
      `3: drills/x.yaml (level 4) runs only with somebody present, and nothing was started; ${why}; run it on a terminal, and redirect neither stdin nor stderr`,
    );
    expect(done).toEqual([]);
  });

  it('takes the phrase on stdin for a lab that this process starts, and says what it destroys all the same', async () => {
    const { presence, done } = await present({ typed: null, fleet: 'embedded' });
    expect(presence).toEqual({ phrase: PHRASE, manned: true });
    expect(done).toEqual(['announced', 'read stdin', `kept ${PHRASE}`]);
  });

  it.each<[string, SecretRead, string]>([
    ['leaves the prompt', { kind: 'left' }, 'the prompt was left'],
    ['closes the terminal', { kind: 'closed' }, 'the terminal was closed'],
    ['types nothing in time', { kind: 'none' }, 'nobody typed it within 10 minutes'],
    ['types nothing', line(''), 'nothing was typed'],
    ['types too little', line('SESAME'), 'no phrase has fewer than 8 characters'],
    ['types what the drill holds', line('"level-4"'), 'the drill itself holds what was typed'],
    ['types too much', { kind: 'too long' }, 'what was typed has more than 800 bytes'],
    ['types what is no text', { kind: 'not text' }, 'what was typed is not UTF-8 text'],
  ])('is not started where somebody %s', async (_, typed, why) => {
    const { refused, done } = await present({ typed });
    expect(refused).toContain(
      `3: drills/x.yaml needs the operator's confirmation phrase, and nothing was started; ${why}; `,
    );
    expect(done).toEqual(['announced', 'asked']);
  });

  it('says that it was interrupted where it was', async () => {
    const { refused } = await present({ typed: { kind: 'interrupted' } });
    expect(refused).toBe('3: interrupted by SIGINT; nothing was triggered; run it again');
  });
});

describe('a destructive drill without a phrase', () => {
  it('is agreed to with a key', async () => {
    const { presence, done } = await present({ phrase: 'none' });
    expect(presence).toEqual({ phrase: null, manned: true });
    expect(done).toEqual(['announced', 'asked']);
  });

  it.each(['n', 'none', 'closed'] as const)('is not started where nobody agrees (%s)', async (key) => {
    expect((await present({ phrase: 'none', key })).refused).toContain('nobody agreed to it');
  });

  it('is not started once it was interrupted', async () => {
    const { refused } = await present({ phrase: 'none', key: 'interrupted' });
    expect(refused).toBe('3: interrupted by SIGINT; nothing was triggered; run it again');
  });

  it.each([null, line('')])('asks nothing of a lab', async (typed) => {
    const { presence, done } = await present({ phrase: 'none', fleet: 'embedded', typed });
    expect(presence).toEqual({ phrase: null, manned: false });
    expect(done).toEqual(['announced']);
  });
});

describe('any other drill', () => {
  it.each([3, 1])('needs nobody (level %i), and stdin is left alone', async (level) => {
    const { presence, done } = await present({ level, phrase: 'none', typed: null });
    expect(presence).toEqual({ phrase: null, manned: false });
    expect(done).toEqual([]);
  });

  it('needs somebody where a phrase is to be typed', async () => {
    expect((await present({ level: 2, typed: null })).refused).toContain('runs only with somebody present');
    expect((await present({ level: 2 })).presence).toEqual({ phrase: PHRASE, manned: true });
  });
});
