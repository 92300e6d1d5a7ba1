import type { CommandRefusal, Commands } from '../command/types.ts';
import type { Broker } from '../parts.ts';
import type { OperationName } from './operations.ts';
import { problem } from './problem.ts';
import { readBody, wholeNumber } from './read-body.ts';
import type { Answer } from './route.ts';
import { schemas } from './schemas.ts';
import type { Caller } from './tokens.ts';

/** Most held messages that one answer shows. */
const SHOWN = 1000;
const MOST_WAIT_SECONDS = 30;

/** The command layer's part of the API. */
export function messageRoutes(parts: {
  readonly on: (name: OperationName, answer: Answer) => void;
  readonly broker: Broker;
  readonly commands: Commands;
  readonly refused: (refusal: CommandRefusal) => Response;
}): void {
  const { on, broker, commands, refused } = parts;
  /** Null where the caller may speak for the agent; else the answer. */
  const impostor = (caller: Caller, agent: string): Response | null => {
    if (caller.role !== 'agent' || !caller.named || caller.name === agent) return null;
    return problem(403, 'Forbidden', `the token of ${caller.name} does not speak for ${agent}`);
  };

  on('agents', (c) => c.json({ agents: commands.agents() }));
  on('register', async (c) => {
    const body = await readBody(c.req.raw, (await schemas()).registerBody);
    if (body instanceof Response) return body;
    const no = impostor(c.var.caller, body.agent);
    if (no !== null) return no;
    const agent = commands.register(body.agent);
    return 'refused' in agent ? refused(agent) : c.json(agent, 201);
  });

  on('send', async (c) => {
    const body = await readBody(c.req.raw, (await schemas()).messageBody);
    if (body instanceof Response) return body;
    const no = impostor(c.var.caller, body.from);
    if (no !== null) return no;
    const message = await commands.send(body);
    return 'refused' in message ? refused(message) : c.json(message, 201);
  });

  on('receive', async (c) => {
    const { caller } = c.var;
    const agent = c.req.query('agent') ?? '';
    const after = wholeNumber(c.req.query('after'), Number.MAX_SAFE_INTEGER);
    const wait = wholeNumber(c.req.query('wait'), MOST_WAIT_SECONDS);
    if (after === null) return problem(400, 'Invalid request', 'after: a sequence number');
    if (wait === null) {
      return problem(400, 'Invalid request', `wait: whole seconds, ${MOST_WAIT_SECONDS} at most`);
    }
    const no = impostor(caller, agent);
    if (no !== null) return no;
    const messages = await commands.receive(agent, {
      after,
      // An operator looks; only the agent itself has dealt with anything.
      acknowledge: caller.role === 'agent',
      waitMs: wait * 1000,
      signal: c.req.raw.signal,
    });
    return 'refused' in messages ? refused(messages) : c.json({ messages });
  });

  on('acknowledge', async (c) => {
    const body = await readBody(c.req.raw, (await schemas()).ackBody);
    if (body instanceof Response) return body;
    const no = impostor(c.var.caller, body.agent);
    if (no !== null) return no;
    const refusal = commands.acknowledge(body.agent, body.seq);
    return refusal === null ? c.json({ acknowledged: body.seq }) : refused(refusal);
  });

  on('held', (c) => {
    const messages = commands.held();
    return c.json({ messages: messages.slice(0, SHOWN), total: messages.length });
  });

  on('decide', async (c) => {
    const body = await readBody(c.req.raw, (await schemas()).decisionBody);
    if (body instanceof Response) return body;
    const messages = commands.decide(body.decision);
    if (typeof messages !== 'number') return refused(messages);
    broker.note({
      actor: c.var.caller.name,
      action: 'messages',
      subject: 'held messages',
      host: null,
      outcome: `${body.decision}: ${messages}`,
      reason: body.reason,
    });
    return c.json({ messages });
  });
}
