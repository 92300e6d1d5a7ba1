import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { FakeWorld } from '../fixtures/parts.ts';
import { fakeWorld } from '../fixtures/parts.ts';
import { type Answer, serveBroker } from '../serve.ts';
import { openDatabase } from '../store/sqlite.ts';
import { putTogether, type Served, served, TOKENS, type Who } from './fixtures/served.ts';

let one: Served | null = null;

async function listen(world: FakeWorld): Promise<Served['server']> {
  one = await served(world);
  return one.server;
}

afterEach(async () => {
  await one?.close();
  one = null;
});

function ask(...request: Parameters<Served['ask']>): ReturnType<Served['ask']> {
  if (one === null) throw new Error('nothing listens');
  return one.ask(...request);
}

const HALT = { level: 2, asset: null, reason: 'drill 1' };

describe('the api', () => {
  it('halts, says so, and resumes', async () => {
    const world = fakeWorld();
    await listen(world);
    const halt = await ask('operator', 'POST', '/v1/halt', HALT);
    expect(halt.status).toBe(200);
    expect(halt.json).toMatchObject({
      level: 2,
      revision: 1,
      recorded: true,
      incident: { reason: 'drill 1' },
    });
    expect(halt.json.stops).toHaveLength(2);
    const { level, revision, incident } = (await ask('observer', 'GET', '/v1/status')).json;
    expect({ level, revision, incident }).toEqual({ level: 2, revision: 1, incident: halt.json.incident });
    const body = { level, revision, incident: incident.id, reason: 'over' };
    expect((await ask('operator', 'POST', '/v1/resume', { ...body, revision: 0 })).status).toBe(409);
    expect((await ask('operator', 'POST', '/v1/resume', body)).json).toMatchObject({ level: 0, revision: 2 });
    const { audit } = (await ask('observer', 'GET', '/v1/audit')).json;
    expect(audit[0]).toMatchObject({ seq: 1, actor: 'ada', action: 'halt', reason: 'drill 1' });
    expect((await ask('observer', 'GET', '/v1/incidents')).json.incidents).toHaveLength(1);
  });

  it('does not answer 2xx where not everything stopped, and gives the same members', async () => {
    const world = fakeWorld();
    world.fail.stop = (one) => (one.service === 'shiva' ? 'still-running' : null);
    await listen(world);
    const halt = await ask('operator', 'POST', '/v1/halt', HALT);
    expect(halt).toMatchObject({ status: 502, type: 'application/problem+json' });
    expect(halt.json).toMatchObject({ title: 'Halted in part', level: 2, revision: 1, complete: false });
    expect(halt.json.stops[1]).toMatchObject({ service: 'shiva', outcome: 'still-running' });
  });

  it('does not answer 2xx where the halt could not be recorded', async () => {
    const world = fakeWorld();
    world.fail.save = true;
    await listen(world);
    const halt = await ask('operator', 'POST', '/v1/halt', HALT);
    expect(halt).toMatchObject({ status: 502, json: { recorded: false, level: 2 } });
    expect(world.running).toEqual(new Set(['scribe@knox']));
  });
});

describe('what is refused', () => {
  it('without a token, or with a wrong one, and nothing happens', async () => {
    const world = fakeWorld();
    await listen(world);
    const none = await ask(null, 'POST', '/v1/halt', HALT);
    expect(none).toMatchObject({ status: 401, type: 'application/problem+json' });
    const wrong = await fetch(`${one?.server.url}/v1/halt`, {
      method: 'POST',
      headers: { authorization: 'Bearer operator-token-0124' },
      body: JSON.stringify(HALT),
    });
    expect(wrong.status).toBe(401);
    expect(wrong.headers.get('www-authenticate')).toContain('Bearer');
    expect(world.events).toEqual([]);
    const refusals = one?.broker.auditTrail().map(({ actor, action, subject }) => [actor, action, subject]);
    expect(refusals).toEqual([
      ['stranger', 'refuse', 'halt'],
      ['stranger', 'refuse', 'halt'],
    ]);
  });

  it.each([
    ['agent' as const, 'POST', '/v1/halt'],
    ['observer' as const, 'POST', '/v1/halt'],
    ['agent' as const, 'POST', '/v1/resume'],
    ['agent' as const, 'GET', '/v1/audit'],
    ['observer' as const, 'POST', '/v1/messages'],
  ])('to role %s: %s %s', async (role: Who, method, path) => {
    const world = fakeWorld();
    await listen(world);
    const answer = await ask(role, method, path, method === 'POST' ? HALT : undefined);
    expect(answer.status).toBe(403);
    expect(world.events).toEqual([]);
    expect(world.audit.map((line) => line.action)).toEqual(/halt|resume/.test(path) ? ['refuse'] : []);
  });

  it.each([
    ['not json', 'the body is not JSON'],
    [{ level: '2', reason: 'x' }, 'level'],
    [{ level: 2 }, 'reason'],
    [{ level: 2, reason: '' }, 'reason'],
    [{ level: 9, reason: 'x' }, 'there is no level 9'],
    [{ level: 1, reason: 'x' }, 'name it'],
  ])('as a halt: %j', async (body, why) => {
    const world = fakeWorld();
    await listen(world);
    const answer = await ask('operator', 'POST', '/v1/halt', body);
    expect(answer).toMatchObject({ status: 400, type: 'application/problem+json' });
    expect(answer.json.detail).toContain(why);
    expect(world.events).toEqual([]);
  });

  it('as too large, whether its length is declared or not', async () => {
    await listen(fakeWorld());
    const large = JSON.stringify({ ...HALT, reason: 'x'.repeat(70_000) });
    expect((await ask('operator', 'POST', '/v1/halt', large)).status).toBe(413);
    const chunked = await fetch(`${one?.server.url}/v1/halt`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKENS[0].token}` },
      body: new Blob([large]).stream(),
      duplex: 'half',
    });
    expect(chunked.status).toBe(413);
  });

  it('with 429 after too many failures, and never a halt that is valid', async () => {
    const world = fakeWorld();
    await listen(world);
    const strangers = [];
    for (let turn = 0; turn < 30; turn += 1) strangers.push(await ask(null, 'POST', '/v1/halt', HALT));
    expect(strangers[0]?.status).toBe(401);
    expect(strangers.at(-1)).toMatchObject({ status: 429, retryAfter: '1' });
    for (let turn = 0; turn < 40; turn += 1) await ask('operator', 'POST', '/v1/halt', '{');
    expect((await ask('operator', 'POST', '/v1/halt', '{')).status).toBe(429);
    for (let turn = 0; turn < 40; turn += 1) await ask('observer', 'POST', '/v1/halt', HALT);
    // Those beyond the limit do not fill the log either.
    expect(world.audit.filter((line) => line.action === 'refuse').length).toBeLessThan(60);
    const halts = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        ask('operator', 'POST', '/v1/halt', { ...HALT, reason: `r${index % 3}` }),
      ),
    );
    expect(new Set(halts.map((halt) => halt.status))).toEqual(new Set([200]));
  });

  it('S9: by place, so that no stranger keeps the attempts of others out of the log; the rest is counted, and the count written', async () => {
    const world = fakeWorld();
    const { broker, commands } = putTogether(world);
    // One machine cannot be two: the test says where a request comes from.
    const around =
      (answer: Answer): Answer =>
      (request, peered) => {
        const remoteAddress = request.headers.get('x-from') ?? peered?.incoming?.socket.remoteAddress;
        seen.add(peered?.incoming?.socket.remoteAddress);
        return answer(request, { incoming: { socket: { remoteAddress } as Socket } });
      };
    const seen = new Set<unknown>();
    const server = await serveBroker({ broker, commands, tokens: TOKENS, port: 0, around });
    const attempt = async (from: string): Promise<number> => {
      const headers = { 'x-from': from };
      return (await fetch(`${server.url}/v1/halt`, { method: 'POST', headers, body: '{}' })).status;
    };
    const refusals = () => world.audit.filter(({ outcome }) => outcome === 'no valid token');
    let limited = 0;
    for (let turn = 0; turn < 60; turn += 1) {
      if ((await attempt(`2001:db8::${turn.toString(16)}`)) === 429) limited += 1;
    }
    const before = refusals().length;
    expect(before).toBe(60 - limited);
    expect(limited).toBeGreaterThan(0);
    expect(await attempt('2001:db8:0:1::1')).toBe(401);
    expect(await attempt('192.0.2.7')).toBe(401);
    expect(refusals()).toHaveLength(before + 2);
    await server.close();
    const counted = world.audit.flatMap(({ actor, subject, outcome }) => {
      const [, count] = /^([0-9]+) more refused, too many to be written one by one$/.exec(outcome) ?? [];
      return actor === 'stranger' && subject === 'halt' && count !== undefined ? [Number(count)] : [];
    });
    expect(counted.reduce((sum, one) => sum + one, 0)).toBe(limited);
    expect(seen).toEqual(new Set(['127.0.0.1']));
    await broker.close();
  });

  it('S5: or not, half of a surrogate pair in what was asked breaks no chain, and is answered as it is stored', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'principal-texts-'));
    const database = openDatabase(join(folder, 'principal.db'));
    try {
      const world = fakeWorld();
      const { store, audit, atomically } = database;
      await listen({ ...world, parts: { ...world.parts, store, audit, atomically } });
      await ask('operator', 'POST', '/v1/resume', {
        level: 2,
        incident: 'a\ud800',
        revision: 0,
        reason: '\udc00',
      });
      const halt = await ask('operator', 'POST', '/v1/halt', { ...HALT, reason: 'b\ud800' });
      expect(halt).toMatchObject({ status: 200, json: { incident: { reason: 'b\ufffd' } } });
      expect(store.load()?.incident).toEqual(halt.json.incident);
      expect((await ask('observer', 'GET', '/v1/audit')).json.audit).toMatchObject([
        { action: 'refuse', subject: 'resume a\ufffd' },
        { action: 'halt', reason: 'b\ufffd' },
        {},
        {},
      ]);
      const check = (await ask('observer', 'GET', '/v1/audit/verify')).json;
      expect(check).toMatchObject({ ok: true, entries: 4, breaks: 0, broken: [] });
      await one?.close();
      one = null;
    } finally {
      database.close();
      rmSync(folder, { recursive: true });
    }
  });

  it('as an unknown path', async () => {
    await listen(fakeWorld());
    expect((await ask('operator', 'GET', '/v1/nothing')).status).toBe(404);
  });
});

describe('health and metrics', () => {
  it('tell the level, the age, queues, latencies and whether the state is on disk', async () => {
    const world = fakeWorld();
    await listen(world);
    expect(await ask(null, 'GET', '/healthz')).toMatchObject({ status: 200, json: { status: 'ok' } });
    await ask('agent', 'POST', '/v1/messages', { from: 'scribe', to: 'hermes', body: 'x' });
    await ask('operator', 'POST', '/v1/halt', HALT);
    const { text, type } = await ask('observer', 'GET', '/metrics');
    expect(type).toContain('version=0.0.4');
    expect(text).toContain('principal_halt_level 2\n');
    expect(text).toMatch(/^principal_incident_age_seconds [\d.]+$/m);
    expect(text).toContain('principal_messages_queued{agent="hermes"} 1\n');
    expect(text).toContain('principal_agent_halted{agent="hermes"} 1\n');
    expect(text).toMatch(/^principal_stop_latency_seconds\{host="tesseract",quantile="0.99"\} [\d.e-]+$/m);
    for (const line of text.trimEnd().split('\n')) {
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? -?[\d.e+-]+)$/);
    }
    expect((await ask('agent', 'GET', '/metrics')).status).toBe(403);
    world.fail.save = true;
    await ask('operator', 'POST', '/v1/halt', HALT);
    expect(await ask(null, 'GET', '/healthz')).toMatchObject({ status: 503, json: { status: 'degraded' } });
  });
});

describe('the server', () => {
  it('never says a token', async () => {
    const world = fakeWorld();
    world.fail.save = true;
    await listen(world);
    const answers = [
      await ask('operator', 'POST', '/v1/halt', HALT),
      await ask('operator', 'GET', '/v1/audit'),
      await ask('operator', 'GET', '/v1/none'),
    ];
    const everything = [...(one?.said ?? []), ...world.warnings, ...answers.map((one) => one.text)].join();
    for (const { token } of TOKENS) expect(everything).not.toContain(token);
  });

  it('finishes what is under way before it closes, and takes nothing new', async () => {
    const world = fakeWorld();
    let begun = (): void => {};
    let release = (): void => {};
    const inTheMiddle = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    world.gate.before = async () => {
      begun();
      await held;
    };
    const { url, port, close } = await listen(world);
    const halting = fetch(`${url}/v1/halt`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKENS[0].token}` },
      body: JSON.stringify(HALT),
    });
    await inTheMiddle;
    const closing = close();
    await new Promise((resolve) => connect(port, '127.0.0.1').once('error', resolve));
    release();
    const reply = await halting;
    expect(reply.status).toBe(200);
    // Else the connection would be kept, and the server with it, for as long as the client likes.
    expect(reply.headers.get('connection')).toBe('close');
    await closing;
    await expect(fetch(`${url}/v1/status`)).rejects.toThrow();
  });

  it('rejects where its port is taken', async () => {
    const { port } = await listen(fakeWorld());
    const second = serveBroker({ ...putTogether(fakeWorld()), tokens: TOKENS, port });
    await expect(second).rejects.toThrow('EADDRINUSE');
  });

  it('finishes at its start what a crash left of a halt', async () => {
    const world = fakeWorld();
    world.gate.before = () => new Promise(() => {});
    void putTogether(world).broker.halt(HALT, 'ada');
    world.gate.before = async () => {};
    await listen(world);
    await expect.poll(() => world.running.size, { timeout: 10_000 }).toBe(1);
  });
});
