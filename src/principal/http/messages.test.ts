import { afterEach, describe, expect, it } from 'vitest';
import { type Served, served } from './fixtures/served.ts';

let one: Served | null = null;
const start = async (limits = {}): Promise<Served> => {
  one = await served(undefined, limits);
  return one;
};
afterEach(async () => {
  await one?.close();
  one = null;
});

const HALT = { level: 2, asset: null, reason: 'drill 1' };
const LETTER = { from: 'scribe', to: 'hermes', body: 'hi' };

async function resume(at: Served, held?: string) {
  const { level, revision, incident } = at.broker.status();
  return await at.ask('operator', 'POST', '/v1/resume', {
    level,
    revision,
    incident: incident?.id,
    reason: 'over',
    ...(held === undefined ? {} : { held }),
  });
}

describe('messages over the api', () => {
  it('go from agent to agent, are acknowledged by reading on, and only looked at by an operator', async () => {
    const at = await start();
    const sent = await at.ask('agent', 'POST', '/v1/messages', LETTER);
    expect(sent.status).toBe(201);
    expect(
      (await at.ask('operator', 'GET', `/v1/messages?agent=hermes&after=${sent.json.seq}`)).json,
    ).toEqual({
      messages: [],
    });
    expect((await at.ask('agent', 'GET', '/v1/messages?agent=hermes')).json.messages).toEqual([sent.json]);
    expect(
      (await at.ask('agent', 'POST', '/v1/messages/ack', { agent: 'hermes', seq: sent.json.seq })).json,
    ).toEqual({ acknowledged: sent.json.seq });
    expect((await at.ask('agent', 'GET', '/v1/messages?agent=hermes')).json.messages).toEqual([]);
    expect((await at.ask('agent', 'GET', '/v1/messages?agent=nobody')).status).toBe(404);
    expect((await at.ask('agent', 'GET', '/v1/messages?agent=hermes&wait=31')).status).toBe(400);
  });

  it('reach a reader who waits', async () => {
    const at = await start();
    const waiting = at.ask('agent', 'GET', '/v1/messages?agent=hermes&wait=20');
    await expect
      .poll(() => at.commands.agents().find((agent) => agent.name === 'hermes')?.lastSeen)
      .not.toBeNull();
    const sent = await at.ask('agent', 'POST', '/v1/messages', LETTER);
    expect((await waiting).json.messages).toEqual([sent.json]);
  });

  it('are the affair of the agent that the token names', async () => {
    const at = await start();
    for (const [method, path, body] of [
      ['POST', '/v1/messages', LETTER],
      ['GET', '/v1/messages?agent=scribe', undefined],
      ['POST', '/v1/messages/ack', { agent: 'scribe', seq: 1 }],
      ['POST', '/v1/agents', { agent: 'scribe' }],
    ] as const) {
      expect((await at.ask('hermes', method, path, body)).status).toBe(403);
    }
    expect((await at.ask('hermes', 'POST', '/v1/agents', { agent: 'hermes' })).status).toBe(201);
    expect((await at.ask('hermes', 'GET', '/v1/messages?agent=hermes')).status).toBe(200);
    const { agents } = (await at.ask('observer', 'GET', '/v1/agents')).json;
    expect(agents.find((agent: { name: string }) => agent.name === 'hermes').registeredAt).not.toBeNull();
  });

  it('are refused with 429 and Retry-After where the queue is full', async () => {
    const at = await start({ perAgent: 1 });
    expect((await at.ask('agent', 'POST', '/v1/messages', LETTER)).status).toBe(201);
    expect(await at.ask('agent', 'POST', '/v1/messages', LETTER)).toMatchObject({
      status: 429,
      retryAfter: '1',
      type: 'application/problem+json',
    });
  });

  it('are held by a halt, shown, kept at the resume, and delivered when an operator says so', async () => {
    const at = await start();
    await at.ask('agent', 'POST', '/v1/messages', LETTER);
    const waiting = at.ask('agent', 'GET', '/v1/messages?agent=shiva&wait=20');
    await expect
      .poll(() => at.commands.agents().find((agent) => agent.name === 'shiva')?.lastSeen)
      .not.toBeNull();
    await at.ask('operator', 'POST', '/v1/halt', HALT);
    expect((await waiting).status).toBe(409);
    expect((await at.ask('agent', 'POST', '/v1/messages', LETTER)).status).toBe(409);
    expect((await at.ask('agent', 'GET', '/v1/messages?agent=hermes')).status).toBe(409);
    expect((await at.ask('observer', 'GET', '/v1/messages/held')).json).toMatchObject({
      total: 1,
      messages: [{ body: 'hi', state: 'halted' }],
    });
    expect((await resume(at)).status).toBe(200);
    expect((await at.ask('agent', 'GET', '/v1/messages?agent=hermes')).json.messages).toEqual([]);
    const decision = { decision: 'deliver', reason: 'still true' };
    expect((await at.ask('observer', 'POST', '/v1/messages/held', decision)).status).toBe(403);
    expect((await at.ask('operator', 'POST', '/v1/messages/held', decision)).json).toEqual({ messages: 1 });
    expect((await at.ask('agent', 'GET', '/v1/messages?agent=hermes')).json.messages).toMatchObject([
      { body: 'hi' },
    ]);
    expect(at.world.audit.at(-1)).toMatchObject({ action: 'messages', outcome: 'deliver: 1', actor: 'ada' });
  });

  it('are delivered at the resume that says so', async () => {
    const at = await start();
    await at.ask('agent', 'POST', '/v1/messages', LETTER);
    await at.ask('operator', 'POST', '/v1/halt', HALT);
    expect((await resume(at, 'perhaps')).status).toBe(400);
    expect((await resume(at, 'deliver')).status).toBe(200);
    expect((await at.ask('agent', 'GET', '/v1/messages?agent=hermes')).json.messages).toMatchObject([
      { body: 'hi' },
    ]);
  });
});
