import { closeSync, fsyncSync, openSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Reading, unreadable } from '../../drill/model/reading.ts';
import type { World } from '../../drill/ports/world.ts';
import { readOwn, writeAnew } from '../system/own-files.ts';

/** In the report folder of a drill: which runner may act for it. */
const FILE = 'epoch';

/**
 * Who may act: 0, where nobody took over yet, is the runner that began the drill. What cannot be read is nobody's: rather no act
 * than two runners.
 */
export function readEpoch(folder: string): number {
  try {
    const text = readOwn(join(folder, FILE), 100).toString('utf8').trim();
    return /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 0 : Number.NaN;
  }
}

/** Takes over: from now on every other runner of this drill is refused its acts. On disk when it returns; throws where it is not. */
export function writeEpoch(folder: string, epoch: number): void {
  const file = join(folder, FILE);
  writeAnew(`${file}.new`, `${epoch}\n`);
  renameSync(`${file}.new`, file);
  const dir = openSync(dirname(file), 'r');
  try {
    fsyncSync(dir);
  } finally {
    closeSync(dir);
  }
}

/**
 * The world of a runner that must not act once another has taken over: a runner that was only stopped, or cut off, may wake up at
 * any time. Looking is still allowed.
 */
export function fenced(world: World, folder: string, epoch: number): World {
  const act = async <T>(work: () => Promise<Reading<T>>): Promise<Reading<T>> =>
    readEpoch(folder) === epoch
      ? work()
      : unreadable('another runner has taken this drill over; nothing was done');
  const { broker } = world;
  return {
    ...world,
    broker: {
      ...broker,
      halt: (values, timeoutMs, left) => act(() => broker.halt(values, timeoutMs, left)),
      resume: (values, timeoutMs) => act(() => broker.resume(values, timeoutMs)),
      guard: (request, timeoutMs) => act(() => broker.guard(request, timeoutMs)),
    },
    hosts: new Map(
      [...world.hosts].map(([name, link]) => [
        name,
        {
          ...link,
          killLife: (life) => act(() => link.killLife(life)),
          run: (argv) => act(() => link.run(argv)),
        },
      ]),
    ),
  };
}
