import { createHash } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createExchangeLink } from './http-exchange.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(listener: RequestListener): Promise<string> {
  const running = createServer(listener);
  server = running;
  await new Promise<void>((done) => running.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(running.address() as AddressInfo).port}/v1/book`;
}

const link = (url: string) =>
  createExchangeLink({ url, positions: '/positions', open: '/open', accepted: '/accepted' });

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let n = 0; n < depth; n += 1) value = { a: value };
  return value;
}

const BOOK = {
  positions: { 'DOGE-USD': 12.5, 'BTC-USD': -1 },
  open: { 'DOGE-USD': 1 },
  accepted: [{ asset: 'DOGE-USD', account: 'hermes', count: 17 }],
};

describe('createExchangeLink', () => {
  it('reads the whole book in one request', async () => {
    const asked: string[] = [];
    const url = await serve((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end(JSON.stringify({ ...BOOK, more: true }));
    });
    const sent = JSON.stringify({ ...BOOK, more: true });
    const raw = { bytes: sent.length, sha256: createHash('sha256').update(sent).digest('hex') };
    expect(await link(url).read(5000)).toEqual({ kind: 'present', value: BOOK, raw });
    expect(asked).toEqual(['GET /v1/book']);
  });

  it.each([
    [
      'positions are missing',
      { ...BOOK, positions: undefined },
      '/positions is nothing, not an object of assets',
    ],
    ['a position is text', { ...BOOK, positions: { A: '0' } }, '/positions/A is the text "0", not a number'],
    ['positions are a list', { ...BOOK, positions: [] }, '/positions is a list of 0'],
    ['an open count is negative', { ...BOOK, open: { A: -1 } }, '/open/A is the number -1, not a count'],
    ['orders are missing', { ...BOOK, accepted: null }, '/accepted is null, not a list'],
    [
      'an order has no count',
      { ...BOOK, accepted: [{ asset: 'A', account: 'x' }] },
      '/accepted/0 is an object with',
    ],
    ['an order is null', { ...BOOK, accepted: [null] }, '/accepted/0 is null'],
    ['the answer is null', null, '/positions is nothing'],
    ['a count is text', { ...BOOK, open: { A: '1' } }, '/open/A is the text "1", not a count'],
    ['a count is a fraction', { ...BOOK, open: { A: 0.5 } }, '/open/A is the number 0.5, not a count'],
    [
      'positions are nested without end',
      { ...BOOK, positions: nested(2000) },
      '/positions/a is an object with a, not a number',
    ],
  ])('is unreadable where %s', async (_, book, reason) => {
    const url = await serve((_request, response) => response.end(JSON.stringify(book)));
    expect(await link(url).read(5000)).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringContaining(`GET ${url}: ${reason}`),
    });
  });

  it.each([
    [
      'a number too large for one',
      '{"positions":{"A":1e999},"open":{},"accepted":[]}',
      '/positions/A is the number Infinity',
    ],
    ['NaN', '{"positions":{"A":NaN},"open":{},"accepted":[]}', 'the answer is not JSON'],
    ['nesting that has no end', '['.repeat(500_000), 'the answer is not JSON'],
    ['a body that has no end', ' '.repeat(1024 * 1024 + 1), 'with an answer of more than 1 MiB'],
  ])('is unreadable for %s', async (_, body, reason) => {
    const url = await serve((_request, response) => response.end(body));
    expect(await link(url).read(5000)).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringContaining(reason),
    });
  });

  it('is unreadable on an error status, a redirect, no JSON, no answer and no server', async () => {
    let status = 503;
    let body = JSON.stringify(BOOK);
    const url = await serve((_request, response) => {
      if (status === 0) return;
      response.writeHead(status, { location: '/other' }).end(body);
    });
    const reason = async (timeoutMs = 5000) => {
      const reading = await link(url).read(timeoutMs);
      return reading.kind === 'unreadable' ? reading.reason : reading.kind;
    };
    expect(await reason()).toBe(`GET ${url}: HTTP 503`);
    status = 302;
    expect(await reason()).toBe(`GET ${url}: HTTP 302`);
    status = 200;
    body = '<html>';
    expect(await reason()).toBe(`GET ${url}: the answer is not JSON: <html>`);
    status = 0;
    expect(await reason(50)).toBe(`GET ${url}: no whole answer within 50 ms`);
    server?.closeAllConnections();
    await new Promise((done) => server?.close(done));
    expect(await reason()).toMatch(/connection refused/);
  });
});
