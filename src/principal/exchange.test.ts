import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { httpExchange } from './exchange.ts';

let server: Server | null = null;
const asked: string[] = [];
const tokens = new Set<string | undefined>();

async function exchange(book: unknown, status = 200, token?: string) {
  asked.length = 0;
  tokens.clear();
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    tokens.add(request.headers.authorization);
    response.writeHead(request.method === 'POST' ? status : 200);
    response.end(request.method === 'GET' ? JSON.stringify(book) : '{}');
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return httpExchange({ url, ...(token === undefined ? {} : { token }) });
}

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)));
});

describe('the exchange', () => {
  it.each([
    [{ positions: { 'DOGE-USD': 0 }, open: {} }, 'flat'],
    [{ positions: { 'DOGE-USD': 0.5 }, open: {} }, 'not-flat'],
    [{ positions: {}, open: { 'DOGE-USD': 1 } }, 'not-flat'],
    [{ positions: { 'DOGE-USD': '0' }, open: {} }, 'unknown'],
    [{ positions: {} }, 'unknown'],
    ['nonsense', 'unknown'],
  ])('whose book says %j is %s', async (book, outcome) => {
    expect(await (await exchange(book)).flatten('DOGE-USD')).toBe(outcome);
    expect(asked).toEqual(['POST /v1/assets/DOGE-USD/flatten', 'GET /v1/book']);
  });

  it('is asked to block and unblock, with the name escaped', async () => {
    const gate = await exchange({});
    expect(await gate.block('A/B')).toBe('blocked');
    expect(await gate.unblock('A/B')).toBe('unblocked');
    expect(asked).toEqual(['POST /v1/assets/A%2FB/block', 'POST /v1/assets/A%2FB/unblock']);
  });

  it.each([
    ['GET', 'is not read to its end, and says nothing: the book', 'longer than'],
    ['POST', 'is not read at all: a reply', null],
  ])('S11: whose answer to %s never ends %s', async (method, _what, why) => {
    let sent = 0;
    let begun = (): void => {};
    let over = (): void => {};
    const [begin, end] = [
      new Promise<void>((done) => (begun = done)),
      new Promise<void>((done) => (over = done)),
    ];
    server = createServer((request, response) => {
      if (request.method !== method) return void response.end('{"positions":{},"open":{}}');
      const part = Buffer.alloc(64 * 1024, ' ');
      const more = (): void => {
        while (!response.destroyed && response.write(part)) sent += part.length;
      };
      response.on('drain', more).on('close', over);
      more();
      begun();
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const gate = httpExchange({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
    if (why === null) expect(await gate.block('X')).toBe('blocked');
    else await expect(gate.flatten('X')).rejects.toThrow(why);
    await Promise.all([begin, end]);
    // What was read, and what was on its way.
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });

  it('whose book comes byte by byte, without end, is given up', async () => {
    let over = (): void => {};
    const end = new Promise<void>((done) => (over = done));
    server = createServer((request, response) => {
      if (request.method === 'POST') return void response.end();
      const drip = setInterval(() => response.write(' '), 5);
      response.on('close', () => {
        clearInterval(drip);
        over();
      });
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const gate = httpExchange({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
    await expect(gate.flatten('X')).rejects.toThrow('timeout');
    await end;
  });

  it('S13: is shown its token with every request, where it has one', async () => {
    const flat = { positions: {}, open: {} };
    await (await exchange(flat, 200, 'a-token-of-the-exchange')).flatten('X');
    expect([...tokens]).toEqual(['Bearer a-token-of-the-exchange']);
    await (await exchange(flat)).flatten('X');
    expect([...tokens]).toEqual([undefined]);
  });

  it('that refuses has done nothing', async () => {
    await expect((await exchange({}, 404)).block('X')).rejects.toThrow('HTTP 404');
  });
});
