import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { AGENT } from './fleet.ts';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 256 });

/** One request with a bearer token; rejects where no answer comes. */
export function ask(method: string, url: string, token: string, body?: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const outgoing = request(
      url,
      { method, agent, headers: { authorization: `Bearer ${token}` } },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8');
        incoming.on('error', reject);
        incoming.on('data', (part: string) => {
          text += part;
        });
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text }));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
}

/** A kept connection that the server closed just as it was used again: counted as not accepted. */
const noAnswer = (): Answer => ({ status: 0, text: '' });

/** One message as it was received; times in ms of `performance.now()`. */
export interface Delivery {
  readonly from: string;
  readonly to: string;
  readonly number: number;
  readonly dueAt: number;
  readonly receivedAt: number;
}

/** Reads an agent's messages by long polls, acknowledging as it goes, until told to end. */
export async function receive(
  url: string,
  name: string,
  received: (delivery: Delivery) => void,
  ended: () => boolean,
): Promise<void> {
  let after = 0;
  while (!ended()) {
    const answer = await ask('GET', `${url}/v1/messages?agent=${name}&after=${after}&wait=1`, AGENT).catch(
      noAnswer,
    );
    const receivedAt = performance.now();
    if (answer.status !== 200) {
      // Halted: asking on is the point, in case something is delivered after all.
      await new Promise((resolve) => setTimeout(resolve, 10));
      continue;
    }
    const { messages } = JSON.parse(answer.text) as {
      readonly messages: readonly { seq: number; from: string; to: string; body: string }[];
    };
    for (const { seq, from, to, body } of messages) {
      after = Math.max(after, seq);
      const [number = 0, dueAt = 0] = JSON.parse(body) as readonly number[];
      received({ from, to, number, dueAt, receivedAt });
    }
  }
}

/** Statuses of what was sent, by recipient. */
export type Sent = Map<string, Map<number, number>>;

/**
 * Sends at a fixed rate, whatever the answers do: a message that is due while the broker is busy counts from when it
 * was due, not from when its turn came. Resolves when all are answered.
 */
export async function send(
  url: string,
  options: {
    readonly perSecond: number;
    readonly seconds: number;
    readonly pairs: readonly (readonly [from: string, to: string])[];
    readonly first: number;
    /** Numbers of the messages that were accepted, added as they are. */
    readonly accepted: Set<number>;
  },
): Promise<Sent> {
  const { perSecond, seconds, pairs, first, accepted } = options;
  const sent: Sent = new Map();
  const answers: Promise<void>[] = [];
  const began = performance.now();
  const total = perSecond * seconds;
  let index = 0;
  while (index < total) {
    const due = Math.min(total, Math.floor(((performance.now() - began) * perSecond) / 1000));
    for (; index < due; index += 1) {
      const [from = '', to = ''] = pairs[index % pairs.length] ?? [];
      const number = first + index;
      const body = JSON.stringify([number, began + (index * 1000) / perSecond]);
      answers.push(
        ask('POST', `${url}/v1/messages`, AGENT, { from, to, body })
          .catch(noAnswer)
          .then(({ status }) => {
            if (status === 201) accepted.add(number);
            const counts = sent.get(to) ?? new Map<number, number>();
            sent.set(to, counts.set(status, (counts.get(status) ?? 0) + 1));
          }),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(answers);
  return sent;
}

export function disconnect(): void {
  agent.destroy();
}
