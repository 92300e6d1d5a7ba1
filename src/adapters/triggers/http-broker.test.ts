import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Broker } from '../../drill/model/inventory.ts';
import { createBrokerLink } from './http-broker.ts';

const TOKEN = 'k1llsw1tch-t0ken';
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

function broker(api: string, changes: Partial<Broker> = {}): Broker {
  return {
    service: 'principal',
    api,
    auth: { bearer: TOKEN, second: null },
    halt: {
      method: 'POST',
      path: '/v1/halt',
      body: { level: '$level', asset: '$asset', reason: '$reason' },
      pick: {
        level: '/level',
        incident: '/incident/id',
        reason: '/incident/reason',
        revision: '/revision',
        stops: '/stops',
        recorded: '/recorded',
      },
    },
    resume: {
      method: 'POST',
      path: '/v1/resume',
      body: { level: '$level', incident: '$incident', revision: '$revision', reason: '$reason' },
      headers: {},
    },
    manualResume: null,
    status: {
      method: 'GET',
      path: '/v1/status',
      body: null,
      pick: {
        level: '/level',
        incident: '/incident/id',
        reason: '/incident/reason',
        revision: '/revision',
        asset: '/asset',
      },
    },
    state: { file: '/nowhere', query: 'select 1', incidents: null },
    audit: null,
    messages: null,
    ...changes,
  };
}

interface Received {
  readonly line: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An HTTP server that answers everything alike, and what it received. */
async function serve(status: number, body: string | Buffer, headers: Record<string, string> = {}) {
  const received: Received[] = [];
  let connections = 0;
  const server: Server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      received.push({ line: `${request.method} ${request.url}`, headers: request.headers, body: text });
      response.writeHead(status, headers).end(body);
    });
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { api, received, connections: () => connections };
}

/** A TCP server that does `act` with each connection once the request's headers have come, and counts requests. */
async function serveRaw(act: (socket: Socket) => void) {
  let requests = 0;
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      const before = text.split('\r\n\r\n').length;
      text += chunk.toString('latin1');
      if (before === 1 && text.includes('\r\n\r\n')) {
        requests += 1;
        act(socket);
      }
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { api: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: () => requests };
}

const HALT = { level: 2, asset: null, reason: 'drill abc' };
const json = (value: unknown): string => JSON.stringify(value);

describe('guard', () => {
  const own = { operation: 'halt', token: 'own', phrase: 'own', ...HALT } as const;
  const typed = { body: { level: '$level', reason: '$reason', phrase: '$phrase' } };

  it.each(['none', 'wrong'] as const)('sends the very halt with %s token, once', async (token) => {
    const { api, received } = await serve(401, '');
    const answer = await createBrokerLink(broker(api)).guard({ ...own, token }, 5000);
    expect(answer).toMatchObject({ value: { status: 401, acknowledged: false } });
    expect(received).toHaveLength(1);
    expect(received[0]?.body).toBe('{"level":2,"asset":null,"reason":"drill abc"}');
    const { authorization } = received[0]?.headers ?? {};
    if (token === 'none') expect(authorization).toBeUndefined();
    else {
      expect(authorization).toMatch(/^Bearer [a-z0-9]{16,}$/);
      expect(authorization).not.toContain(TOKEN);
    }
  });

  it('sends another phrase than the one that was typed, or that one', async () => {
    const { api, received } = await serve(400, '');
    const halt = { ...broker(api).halt, ...typed };
    const link = createBrokerLink(broker(api, { halt }), { phrase: 'SHUT IT DOWN' });
    await link.guard({ ...own, phrase: 'wrong' }, 5000);
    await link.guard(own, 5000);
    const phrases = received.map(({ body }) => (JSON.parse(body) as { phrase: string }).phrase);
    expect(phrases[0]).toMatch(/^haltdrill [a-z0-9]+$/);
    expect(phrases[1]).toBe('SHUT IT DOWN');
  });

  it('resumes what it is told to, in the numbers of a broker that has numbers', async () => {
    const { api, received } = await serve(409, json({ level: 2, incident: { id: 41 } }));
    const link = createBrokerLink(broker(api));
    await link.halt(HALT, 5000);
    const resume = { operation: 'resume', level: 2, revision: 1, reason: 'r' } as const;
    await link.guard({ ...resume, incident: null }, 5000);
    await link.guard({ ...resume, incident: '47' }, 5000);
    const sent = received.slice(1).map(({ body }) => (JSON.parse(body) as { incident: unknown }).incident);
    expect(sent).toEqual([null, 47]);
  });

  it('sends a message as the inventory says, and none where it does not', async () => {
    const { api, received } = await serve(201, '');
    const message = { operation: 'message', sender: 'a', service: 'b', message: 'm' } as const;
    const body = { from: '$sender', to: '$service', text: '$message' };
    const messages = { method: 'POST', path: '/v1/messages', body, table: null } as const;
    const link = createBrokerLink(broker(api, { messages }));
    expect(await link.guard(message, 5000)).toMatchObject({ value: { acknowledged: true } });
    expect(received[0]).toMatchObject({
      line: 'POST /v1/messages',
      body: '{"from":"a","to":"b","text":"m"}',
    });
    expect(await createBrokerLink(broker(api)).guard(message, 5000)).toMatchObject({ kind: 'unreadable' });
    expect(received).toHaveLength(1);
  });
});

describe('halt', () => {
  it('sends the filled template once, with the token, and reads what the reply claims', async () => {
    const reply = {
      level: 2,
      revision: 8,
      incident: { id: 'inc-1', reason: 'drill abc', level: 2 },
      stops: [{ service: 'hermes', host: 'knox', outcome: 'stopped' }, { service: 'shiva' }],
      recorded: true,
    };
    const { api, received } = await serve(200, json(reply));
    expect(await createBrokerLink(broker(api)).halt(HALT, 5000)).toEqual({
      kind: 'present',
      value: {
        status: 200,
        acknowledged: true,
        state: { level: 2, incident: 'inc-1', reason: 'drill abc', revision: 8 },
        stops: [
          { service: 'hermes', host: 'knox', outcome: 'stopped' },
          { service: 'shiva', host: null, outcome: null },
        ],
        recorded: true,
        body: json(reply),
      },
    });
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({
      line: 'POST /v1/halt',
      body: '{"level":2,"asset":null,"reason":"drill abc"}',
      headers: {
        authorization: `Bearer ${TOKEN}`,
        'content-type': 'application/json',
        'content-length': '45',
        connection: 'close',
      },
    });
  });

  it.each([
    [200, '', true],
    [202, 'accepted, thank you', true],
    [200, '[]', true],
    [204, '', true],
    [302, '', false],
    [401, '{"title":"Unauthorized"}', false],
    [409, '{"title":"Conflict"}', false],
    [421, '', false],
    [500, 'oops', false],
  ])(
    'takes HTTP %i "%s" as a reply that claims no more than its status, and sends no second request',
    async (status, body, acknowledged) => {
      const { api, received } = await serve(status, body, {
        location: '/elsewhere',
        'www-authenticate': 'Bearer',
      });
      expect(await createBrokerLink(broker(api)).halt(HALT, 5000)).toEqual({
        kind: 'present',
        value: { status, acknowledged, state: null, stops: null, recorded: null, body },
      });
      expect(received).toHaveLength(1);
    },
  );

  it.each(['POST', 'PUT', 'DELETE'] as const)(
    'sends %s without a body once too, even when misdirected',
    async (method) => {
      const { api, received } = await serve(421, '');
      const halt = { method, path: '/v1/halt/2', body: null, pick: {} };
      expect(await createBrokerLink(broker(api, { halt })).halt(HALT, 5000)).toMatchObject({
        value: { status: 421 },
      });
      expect(received.map(({ line, body }) => [line, body])).toEqual([[`${method} /v1/halt/2`, '']]);
      expect(received[0]?.headers['content-type']).toBeUndefined();
    },
  );

  it('leaves out what has the wrong type', async () => {
    const reply = {
      level: 'two',
      revision: 1.5,
      incident: 'inc-1',
      stops: [{ name: 'hermes' }],
      recorded: 'yes',
    };
    const { api } = await serve(200, json(reply));
    expect(await createBrokerLink(broker(api)).halt(HALT, 5000)).toMatchObject({
      value: { acknowledged: true, state: null, stops: null, recorded: null },
    });
  });

  it('keeps 4 KiB of the body, cut between characters, with no trace of the token across the cut', async () => {
    const { api } = await serve(200, `${'x'.repeat(4090)}${TOKEN}${'ö'.repeat(9000)}`);
    const reading = await createBrokerLink(broker(api)).halt(HALT, 5000);
    if (reading.kind !== 'present') throw new Error('unreadable');
    expect(reading.value.body).toBe(`${'x'.repeat(4090)}[redac`);
    const { api: other } = await serve(200, `x${'ö'.repeat(9000)}`);
    const cut = await createBrokerLink(broker(other)).halt(HALT, 5000);
    if (cut.kind !== 'present') throw new Error('unreadable');
    expect(cut.value.body).toBe(`x${'ö'.repeat(2047)}`);
  });

  it.each<[string, (socket: Socket) => void, RegExp]>([
    ['hangs', () => undefined, /no whole answer within 300 ms$/],
    ['hangs up', (socket) => socket.end(), /connection was closed/],
    ['resets the connection', (socket) => socket.resetAndDestroy(), /connection was (reset|closed)/],
    ['answers garbage', (socket) => socket.end('\u0000\u001bgarbage\r\n\r\n'), /the answer is not HTTP/],
    [
      'stops in the middle of the body',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"level":2'),
      /HTTP 200, but the answer broke off/,
    ],
    [
      'stops in the middle of a chunk',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n20\r\n{"level":2'),
      /HTTP 200, but the answer broke off/,
    ],
    [
      'never ends its body',
      (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"level":2'),
      /HTTP 200, but the answer broke off: no whole answer within 300 ms/,
    ],
    [
      'sends far too much',
      (socket) => socket.write(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(2 * 1024 * 1024)}`),
      /HTTP 200 with an answer of more than 1 MiB$/,
    ],
  ])('is unreadable, and was asked once, when the broker %s', async (_, act, reason) => {
    const { api, requests } = await serveRaw(act);
    const reading = await createBrokerLink(broker(api)).halt(HALT, 300);
    expect(reading).toMatchObject({ kind: 'unreadable', reason: expect.stringMatching(reason) });
    expect(reading).toMatchObject({ reason: expect.stringContaining(`POST ${api}/v1/halt: `) });
    expect(requests()).toBe(1);
  });

  it('takes a new connection for every request, so that none goes into one that is just being closed', async () => {
    const { api, connections, received } = await serve(200, '{"level":0}');
    const link = createBrokerLink(broker(api));
    for (let n = 0; n < 3; n++) await link.status(5000);
    await link.halt(HALT, 5000);
    expect([connections(), received.length]).toEqual([4, 4]);
  });
});

describe('resume', () => {
  const RESUME = { level: 2, incident: 'inc-1', revision: 8, reason: 'drill over' };

  it('sends level, incident and revision with their types', async () => {
    const { api, received } = await serve(200, '{}');
    expect(await createBrokerLink(broker(api)).resume(RESUME, 5000)).toMatchObject({
      kind: 'present',
      value: { status: 200, acknowledged: true, state: null },
    });
    expect(received.map(({ line, body }) => `${line} ${body}`)).toEqual([
      'POST /v1/resume {"level":2,"incident":"inc-1","revision":8,"reason":"drill over"}',
    ]);
  });

  it('gives a broker that numbers its incidents the number back', async () => {
    const { api, received } = await serve(200, json({ level: 2, incident: { id: 17 } }));
    const link = createBrokerLink(broker(api));
    expect(await link.status(5000)).toMatchObject({ kind: 'present', value: { incident: '17' } });
    await link.resume({ ...RESUME, incident: '17' }, 5000);
    expect(received[1]?.body).toContain('"incident":17,');
  });
});

describe('phrase and second token', () => {
  const PHRASE = 'HALT "THE" FLÉET';
  const SECOND = 's3cond-t0ken';
  const make = (api: string): Broker => {
    const plain = broker(api);
    return {
      ...plain,
      auth: { bearer: TOKEN, second: SECOND },
      halt: { ...plain.halt, body: { reason: '$reason', phrase: '$phrase', all: 'said: $phrase $second' } },
      resume: {
        ...plain.resume,
        body: { incident: '$incident', second: '$second', phrase: '$phrase' },
        headers: { 'Second-Operator': 'Bearer $second', 'X-Revision': '$revision' },
      },
    };
  };
  const RESUME = { level: 2, incident: 'inc-1', revision: 8, reason: 'over' };

  it.each([
    ['operator', TOKEN],
    ['second', SECOND],
  ] as const)('of the %s is rehearsed by a request for the status that shows it', async (role, token) => {
    const { api, received } = await serve(200, '{"level":0,"incident":null}');
    expect(await createBrokerLink(make(api)).rehearse(role, 5000)).toEqual({
      kind: 'present',
      value: { status: 200 },
    });
    expect(received.map(({ line }) => line)).toEqual(['GET /v1/status']);
    expect(received[0]?.headers.authorization).toBe(`Bearer ${token}`);
  });

  it.each([
    [401, '{}', { kind: 'present', value: { status: 401 } }],
    [500, '', { kind: 'present', value: { status: 500 } }],
    [200, 'welcome', { kind: 'unreadable' }],
    [200, '{"level":"high"}', { kind: 'unreadable' }],
  ] as const)('are not taken for good by HTTP %i "%s"', async (status, body, expected) => {
    const { api } = await serve(status, body);
    expect(await createBrokerLink(make(api)).rehearse('second', 5000)).toMatchObject(expected);
  });

  it('go each into their own request and no other', async () => {
    const { api, received } = await serve(200, '{"level":0}');
    const link = createBrokerLink(make(api), { phrase: PHRASE });
    await link.halt(HALT, 5000);
    await link.resume(RESUME, 5000);
    await link.status(5000);
    const [halt, resume, status] = received;
    expect(JSON.parse(halt?.body ?? '')).toEqual({
      reason: HALT.reason,
      phrase: PHRASE,
      all: `said: ${PHRASE} $second`,
    });
    expect(JSON.parse(resume?.body ?? '')).toEqual({ incident: 'inc-1', second: SECOND, phrase: '$phrase' });
    expect(resume?.headers).toMatchObject({
      'second-operator': `Bearer ${SECOND}`,
      'x-revision': '8',
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'application/json',
    });
    expect(json([halt?.headers, status?.headers])).not.toContain(SECOND);
  });

  it('are null where there are none', async () => {
    const { api, received } = await serve(200, '{}');
    const link = createBrokerLink({ ...make(api), auth: null });
    await link.halt(HALT, 5000);
    await link.resume(RESUME, 5000);
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({ phrase: null });
    expect(JSON.parse(received[1]?.body ?? '')).toMatchObject({ second: null });
  });

  it('are in no reading when the broker repeats them', async () => {
    const said = { level: 2, incident: { id: 1 }, stops: [], text: [PHRASE, SECOND, TOKEN] };
    const { api } = await serve(200, json(said));
    const link = createBrokerLink(make(api), { phrase: PHRASE });
    const readings = [await link.halt(HALT, 5000), await link.resume(RESUME, 5000)];
    const { api: refuses } = await serve(400, `${PHRASE} ${encodeURIComponent(PHRASE)} ${SECOND}`);
    const other = createBrokerLink(make(refuses), { phrase: PHRASE });
    readings.push(await other.halt(HALT, 5000), await other.resume(RESUME, 5000));
    for (const reading of readings) expect(reading.kind).toBe('present');
    const text = JSON.stringify(readings);
    for (const secret of [
      PHRASE,
      JSON.stringify(PHRASE).slice(1, -1),
      SECOND,
      TOKEN,
      encodeURIComponent(PHRASE),
    ])
      expect(text).not.toContain(secret);
  });
});

describe('status', () => {
  const status = async (code: number, body: string | Buffer) => {
    const { api } = await serve(code, body, { location: '/elsewhere' });
    const reading = await createBrokerLink(broker(api)).status(5000);
    return reading.kind === 'unreadable' ? reading.reason.replace(`GET ${api}/v1/status: `, '') : reading;
  };

  it.each([
    [
      { level: 0, incident: null },
      { level: 0, incident: null, reason: null, revision: null, asset: null },
    ],
    [{ level: 0 }, { level: 0, incident: null, reason: null, revision: null, asset: null }],
    [
      { level: 1, asset: 'DOGE-USD', revision: 3, incident: { id: 'inc-1', reason: 'why' } },
      { level: 1, incident: 'inc-1', reason: 'why', revision: 3, asset: 'DOGE-USD' },
    ],
  ])('reads %j', async (body, state) => {
    const raw = { bytes: json(body).length, sha256: expect.any(String), head: json(body) };
    expect(await status(200, json(body))).toEqual({ kind: 'present', value: state, raw });
  });

  it.each<[number, string | Buffer, string]>([
    [200, json({ incident: null }), 'the answer has no /level'],
    [200, json({ level: null }), 'the answer has no /level'],
    [200, json({ level: '2' }), '/level is the text "2", not a whole number'],
    [200, json({ level: 1.5 }), '/level is the number 1.5, not a whole number'],
    [200, json({ level: true }), '/level is the boolean true, not a whole number'],
    [200, json({ level: '\u001b[2J\u202e' }), '/level is the text "\\u{1b}[2J\\u{202e}", not a whole number'],
    [200, json({ level: 'x'.repeat(9999) }), `/level is the text "${'x'.repeat(60)}…", not a whole number`],
    [
      200,
      json({ level: 2, incident: 'inc-1' }),
      '/incident/id leads through the text "inc-1", not an object',
    ],
    [
      200,
      json({ level: 2, incident: { ID: 1 } }),
      '/incident/id is not there, but /incident is an object with ID',
    ],
    [
      200,
      json({ level: 2, incident: { id: {} } }),
      "/incident/id is an object with no keys, not an incident's name",
    ],
    [200, json({ level: 2, revision: 'r1' }), '/revision is the text "r1", not a whole number'],
    [200, json({ level: 2, asset: 1 }), '/asset is the number 1, not text'],
    [200, json(2), '/level leads through the number 2, not an object'],
    [200, json([{ level: 2 }]), '/level leads through a list of 1, not an object'],
    [200, '', 'the answer is empty'],
    [204, '', 'the answer is empty'],
    [200, '<html>\u0000', 'the answer is not JSON: <html>\\u{0}'],
    [200, Buffer.from([0x22, 0xff, 0x22]), 'the answer is not UTF-8 text'],
    [200, '{"level": NaN}', 'the answer is not JSON: {"level": NaN}'],
    [200, '{"level": 1e999}', '/level is the number Infinity, not a whole number'],
    [200, '{"level": 9007199254740993}', '/level is the number 9007199254740992, not a whole number'],
    [200, '{"level": "1e3", "__proto__": {"level": 2}}', '/level is the text "1e3", not a whole number'],
    [200, '{"__proto__": {"level": 2}}', 'the answer has no /level'],
    [302, json({ level: 0 }), 'HTTP 302: a redirect, which is not followed; give the final address'],
    [401, json({ level: 0 }), 'HTTP 401: it does not accept the token'],
    [404, '', 'HTTP 404: no such path; check `broker` in the inventory'],
    [500, json({ level: 0 }), 'HTTP 500'],
  ])('is unreadable for HTTP %i %s', async (code, body, reason) => {
    expect(await status(code, body)).toBe(reason);
  });

  it.each([
    ['lists', '['.repeat(400_000) + ']'.repeat(400_000), '/level leads through a list of 1, not an object'],
    ['objects', `{"level":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_001)}`, '/level is an object with a'],
    [
      'an endless reason',
      json({ level: 2, reason: 'x', incident: { id: 'i', reason: 'y'.repeat(70_000) } }),
      '/incident/reason is a text of 70000 characters',
    ],
    [
      'an endless incident',
      json({ level: 2, incident: { id: 'y'.repeat(70_000) } }),
      '/incident/id is the text "yyy',
    ],
    [
      'keys without number',
      json(Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`k${n}`, 0]))),
      'the answer has no /level',
    ],
  ])('is unreadable, and no crash, for %s', async (_, body, reason) => {
    expect(await status(200, body)).toContain(reason);
  });

  it('reads a reason that is only long', async () => {
    const reason = 'y'.repeat(60_000);
    expect(await status(200, json({ level: 2, incident: { id: 'i', reason } }))).toMatchObject({
      kind: 'present',
      value: { reason },
    });
  });

  it('says when nothing listens, and when the name is not known', async () => {
    const { api } = await serve(200, '');
    for (const close of closers.splice(0)) close();
    expect(await createBrokerLink(broker(api)).status(5000)).toEqual({
      kind: 'unreadable',
      reason: `GET ${api}/v1/status: connection refused: nothing listens there`,
    });
    expect(await createBrokerLink(broker('http://no-such-host.invalid')).status(5000)).toMatchObject({
      reason: expect.stringMatching(/^GET http:\/\/no-such-host\.invalid\/v1\/status: the host name/),
    });
  });
});

describe('the token', () => {
  it.each([
    ['is echoed by the broker', (api: string) => broker(api)],
    ['stands in an address that fetch refuses', () => broker(`http://user:${TOKEN}@127.0.0.1:1`)],
    [
      'cannot be a header',
      (api: string) => broker(api, { auth: { bearer: `${TOKEN}\u0100\n`, second: null } }),
    ],
    ['stands in no URL at all', () => broker(TOKEN)],
  ])('is in no reading when it %s', async (_, make) => {
    const { api } = await serve(200, json({ level: `you said Bearer ${TOKEN}`, said: TOKEN }));
    const link = createBrokerLink(make(api));
    const readings = [await link.status(2000), await link.halt(HALT, 2000)];
    expect(json(readings)).not.toContain(TOKEN);
    expect(readings[0]?.kind).toBe('unreadable');
  });

  it('D8: knows that nothing was sent where no connection was made, and not where one was', async () => {
    const halt = { level: 2, asset: null, reason: 'r' };
    const { api } = await serve(200, '');
    for (const close of closers.splice(0)) close();
    for (const nowhere of [api, 'http://no-such-host.invalid'])
      expect(await createBrokerLink(broker(nowhere)).halt(halt, 5000)).toMatchObject({
        kind: 'unreadable',
        unsent: true,
      });
    const cutting = createServer((socket) => socket.once('data', () => socket.destroy()));
    await new Promise<void>((done) => cutting.listen(0, '127.0.0.1', done));
    const { port } = cutting.address() as AddressInfo;
    const cut = await createBrokerLink(broker(`http://127.0.0.1:${port}`)).halt(halt, 5000);
    cutting.close();
    expect(cut.kind).toBe('unreadable');
    expect(cut).not.toHaveProperty('unsent');
  });
});
