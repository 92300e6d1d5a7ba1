import { timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Book, createBook, type Order } from './book.ts';

const bodyLimit = 16_384;

interface ExchangeSettings {
  readonly port: number;
  readonly assets: readonly string[];
  /** Holds the token of those who trade here, and of the broker. */
  readonly tokenFile: string;
}

/**
 * The exchange's process: serves its book on 127.0.0.1:`port` until stdin closes or a signal comes. Everybody on the machine may read
 * the book; whatever changes it needs the token.
 */
export function runExchange(settings: ExchangeSettings): void {
  const book = createBook(settings.assets);
  const expected = Buffer.from(`Bearer ${readFileSync(settings.tokenFile, 'utf8')}`);
  const server = createServer((request, response) => {
    void readBody(request)
      .then((body) =>
        request.method === 'GET' || bears(request, expected)
          ? handle(book, request, body)
          : problem(401, 'orders need the token of this exchange'),
      )
      .catch(() => problem(400, 'the body is no JSON, or too long'))
      .then((reply) => send(response, reply));
  });
  server.listen(settings.port, '127.0.0.1');
  const end = (): void => process.exit(0);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end);
  process.stdin.on('end', end);
  process.stdin.on('error', end);
  process.stdin.resume();
}

function bears({ headers }: IncomingMessage, expected: Buffer): boolean {
  const given = Buffer.from(headers.authorization ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

function handle(book: Book, request: IncomingMessage, body: unknown): Reply {
  const path = (request.url ?? '').split('?')[0] ?? '';
  const route = `${request.method} ${path}`;
  if (route === 'GET /v1/book') return { status: 200, body: book.view() };
  if (route === 'POST /v1/orders') return place(book, body);
  const fill = /^POST \/v1\/assets\/([A-Za-z0-9-]+)\/fill$/.exec(route);
  if (fill !== null) {
    const known = book.fill(fill[1] ?? '', (body as { readonly times?: number } | null)?.times ?? 1);
    return known ? { status: 200, body: book.view() } : problem(404, `there is no asset ${fill[1]}`);
  }
  const act = /^POST \/v1\/assets\/([A-Za-z0-9-]+)\/(flatten|block|unblock)$/.exec(route);
  if (act === null) return problem(404, `there is no ${route}`);
  const [, asset = '', verb] = act;
  const known = verb === 'flatten' ? book.flatten(asset) : book.block(asset, verb === 'block');
  return known ? { status: 200, body: book.view() } : problem(404, `there is no asset ${asset}`);
}

function place(book: Book, body: unknown): Reply {
  if (!isOrder(body)) return problem(400, 'an order has asset, account, side, quantity and type');
  const placed = book.place(body);
  if (placed.accepted) return { status: 201, body: placed };
  if (placed.why === 'blocked') return problem(409, `orders in ${body.asset} are blocked`);
  return problem(404, `there is no asset ${body.asset}`);
}

function problem(status: number, title: string): Reply {
  return { status, body: { title, status } };
}

function isOrder(body: unknown): body is Order {
  if (typeof body !== 'object' || body === null) return false;
  const { asset, account, side, quantity, type } = body as Record<string, unknown>;
  return (
    typeof asset === 'string' &&
    typeof account === 'string' &&
    (side === 'buy' || side === 'sell') &&
    typeof quantity === 'number' &&
    Number.isFinite(quantity) &&
    quantity > 0 &&
    (type === 'market' || type === 'limit')
  );
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = '';
  request.setEncoding('utf8');
  for await (const part of request) {
    text += part as string;
    if (text.length > bodyLimit) throw new Error('too long');
  }
  return text === '' ? null : JSON.parse(text);
}

function send(response: ServerResponse, { status, body }: Reply): void {
  const text = JSON.stringify(body);
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) }).end(text);
}
