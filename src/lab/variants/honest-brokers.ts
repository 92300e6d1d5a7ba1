import { BEHIND, cacheBefore } from '../beside/stand-ins.ts';
import { answeringHalts, withStoppers } from '../broker/twists.ts';
import { holdMs, withinMs } from './timing.ts';
import type { Variant } from './variant.ts';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Brokers that do all they have to, in an unusual way: a finding here is a false alarm. */
export const honestBrokers: Readonly<Record<string, Variant>> = {
  'reply-is-lost': {
    about: 'halts as it should, and the connection breaks before its reply is out',
    expect: { kind: 'honest', level: 2 },
    broker: answeringHalts(async (request, answer) => {
      await answer(request);
      return new Response(new ReadableStream({ start: (stream) => stream.error(new Error('broken')) }));
    }),
  },
  'answers-before-it-acts': {
    about: 'answers that the halt is under way, and then halts in good time',
    expect: { kind: 'honest', level: 2 },
    broker: answeringHalts(async (request, answer) => {
      const body = await request.text();
      void answer(new Request(request, { body }));
      return Response.json({ accepted: true }, { status: 202 });
    }),
  },
  'stops-one-by-one': {
    about: 'stops one service after the other, a while apart, all of them in time',
    expect: { kind: 'honest', level: 2 },
    broker: {
      parts: (reference, site) => {
        let last: Promise<unknown> = Promise.resolve();
        const slowly = withStoppers((stopper) => ({
          stop: (target, mode) => {
            const own = last.then(() => pause(0.08 * withinMs)).then(() => stopper.stop(target, mode));
            last = own.catch(() => undefined);
            return own;
          },
        }));
        return slowly.parts?.(reference, site) ?? {};
      },
    },
  },
  'slow-to-come-back': {
    about: 'takes most of a hold to come back from its crash, in time, halted',
    expect: { kind: 'honest', level: 2 },
    broker: {
      parts: ({ store }) => {
        // While it reads what it knows, it does nothing else: as a large log takes its time to be replayed.
        if ((store.load()?.state.level ?? 0) > 0)
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0.75 * holdMs);
        return {};
      },
    },
  },
  'behind-a-cache': {
    about: 'a cache before its API answers for it while it comes back from its crash',
    expect: { kind: 'honest', level: 2 },
    broker: { behind: BEHIND },
    beside: cacheBefore,
  },
};
