import { answeringHalts } from '../broker/twists.ts';
import type { Variant } from './variant.ts';

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
};
