import { expect, it } from 'vitest';
import { createEffects } from '../effects.ts';
import type { Effects } from './effects.ts';
import { endWhenWindowCloses } from './window-closes.ts';

const CLOSES = '2026-12-05T04:00:00.000Z';
const { effects } = createEffects();

function watching(closesMs: number | null) {
  let wall = '2026-12-05T03:00:00.000Z';
  let tick: (() => void) | null = null;
  const ended: string[] = [];
  const fake: Effects = {
    ...effects,
    wall: () => wall,
    every: (_, callBack) => {
      tick = callBack;
      return () => {
        tick = null;
      };
    },
  };
  const interruption = {
    stop: new AbortController().signal,
    unattended: new AbortController().signal,
    leaves: { exitCode: 3, text: '' } as const,
    end: (cause: string) => void ended.push(cause),
    release: () => {},
  };
  const release = endWhenWindowCloses(closesMs, interruption, fake);
  return {
    ended,
    release,
    isWatching: () => tick !== null,
    at: (time: string) => {
      wall = time;
      tick?.();
    },
  };
}

it('ends the drill at the instant at which its window closes, and not before', () => {
  const { at, ended } = watching(Date.parse(CLOSES));
  at('2026-12-05T03:59:59.999Z');
  expect(ended).toEqual([]);
  at(CLOSES);
  expect(ended).toEqual(['its window closed']);
});

it('sees it late where the machine slept through it', () => {
  const { at, ended } = watching(Date.parse(CLOSES));
  at('2026-12-05T09:00:00.000Z');
  expect(ended).toEqual(['its window closed']);
});

it('watches nothing where there is no window, and no longer than the drill', () => {
  expect(watching(null).isWatching()).toBe(false);
  const watch = watching(Date.parse(CLOSES));
  expect(watch.isWatching()).toBe(true);
  watch.release();
  expect(watch.isWatching()).toBe(false);
});
