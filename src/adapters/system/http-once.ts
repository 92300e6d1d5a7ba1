import { present, type Reading, unreadable, unsent } from '../../drill/model/reading.ts';
import { printable } from './printable.ts';

const MAX_BODY_BYTES = 1024 * 1024;

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly bearer: string | null;
  /** Sent as well; those that the request needs by itself come from here and cannot be replaced. */
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON text; null sends no body. Ignored for GET, which has none. */
  readonly body: string | null;
  /** For the whole exchange, connecting and reading the body included. */
  readonly timeoutMs: number;
  /** PEM text: the certificate authority to trust, in place of those that Node does. */
  readonly ca?: string;
}

/** A whole answer: any status, and at most 1 MiB of body. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

/**
 * Sends one HTTP request exactly once and reads the whole answer. Never rejects; what did not come back complete is
 * `unreadable`, with a reason that holds neither token nor credentials. Redirects are not followed.
 *
 * Three ways in which fetch might send a request twice are closed. (1) A kept-alive socket that the server has just
 * closed: every request has a connection of its own. (2) A 421 answer, on which the Fetch standard (HTTP-network-or-
 * cache fetch) repeats a request that has no body or one with a source: the body, an empty one too, is a stream, which
 * has none; its length is sent along, so that it does not become chunked. Only GET, safe by definition (RFC 9110,
 * 9.2.1), has no body, and may be repeated on a 421. (3) A 401 answer with credentials included: they are omitted, and the
 * bearer is a plain header.
 */
export async function httpOnce(request: HttpRequest): Promise<Reading<HttpAnswer>> {
  const label = `${request.method} ${harmlessUrl(request.url)}`;
  let status: number | null = null;
  try {
    // fetch can be told of no authority; node:https can, and it neither repeats nor follows anything.
    if (request.ca !== undefined) return await overPrivateTls(request, request.ca);
    const response = await fetch(request.url, {
      method: request.method,
      redirect: 'manual',
      credentials: 'omit',
      signal: AbortSignal.timeout(Math.max(1, Math.ceil(request.timeoutMs))),
      ...framing(request),
    });
    status = response.status;
    const body = await readBounded(response);
    if (body === null) return unreadable(`${label}: HTTP ${status} with an answer of more than 1 MiB`);
    return present({ status, body });
  } catch (error) {
    const before = status === null ? '' : `HTTP ${status}, but the answer broke off: `;
    const reason = `${label}: ${before}${explain(error, request.timeoutMs)}`;
    return status === null && isUnconnected(causeOf(error)) ? unsent(reason) : unreadable(reason);
  }
}

/** The answer's body as JSON; `unreadable` where it is not UTF-8 or not JSON. */
export function jsonOf(body: Uint8Array): Reading<unknown> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return unreadable('the answer is not UTF-8 text');
  }
  try {
    return present(JSON.parse(text) as unknown);
  } catch {
    return unreadable(
      text.trim() === '' ? 'the answer is empty' : `the answer is not JSON: ${printable(text, 60)}`,
    );
  }
}

/** URL for messages: without user, password, query and fragment, any of which may hold a secret. */
export function harmlessUrl(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return printable(`${protocol}//${host}${pathname}`);
  } catch {
    return '(an address that is not a URL)';
  }
}

async function overPrivateTls(request: HttpRequest, ca: string): Promise<Reading<HttpAnswer>> {
  const { httpsOnce } = await import('./https-once.ts');
  const label = `${request.method} ${harmlessUrl(request.url)}`;
  const body = request.method === 'GET' || request.body === null ? null : Buffer.from(request.body);
  const headers = {
    ...ownHeaders(request),
    ...(body === null ? {} : { 'content-type': 'application/json' }),
    ...(request.method === 'GET' ? {} : { 'content-length': String(body?.length ?? 0) }),
  };
  const limits = { timeoutMs: request.timeoutMs, maxBytes: MAX_BODY_BYTES };
  const answer = await httpsOnce(
    { method: request.method, url: request.url, headers, body, ca },
    limits,
    (code) => SYSTEM_ERRORS[code] ?? printable(code, 60),
    isUnconnected,
  );
  return answer.kind === 'unreadable' ? { ...answer, reason: `${label}: ${answer.reason}` } : answer;
}

function ownHeaders(request: HttpRequest): Record<string, string> {
  return {
    ...request.headers,
    accept: 'application/json',
    'accept-encoding': 'identity',
    connection: 'close',
    ...(request.bearer === null ? {} : { authorization: `Bearer ${request.bearer}` }),
  };
}

function framing(request: HttpRequest): Pick<RequestInit, 'headers' | 'body' | 'duplex'> {
  const headers = ownHeaders(request);
  if (request.method === 'GET') return { headers };
  const body = new Blob(request.body === null ? [] : [request.body]);
  if (request.body !== null) headers['content-type'] = 'application/json';
  headers['content-length'] = String(body.size);
  return { headers, body: body.stream(), duplex: 'half' };
}

async function readBounded(response: Response): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (response.body === null) return new Uint8Array();
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused: nothing listens there',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  UND_ERR_SOCKET: 'the connection was closed before the whole answer came',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'the network is unreachable',
};

/**
 * Whether no connection was ever made, so that nothing can have been sent: the name was not found, or connect(2) failed, at each
 * address that there is. Node says which system call it was (errors, error.syscall). A handshake that failed is not among them.
 */
function isUnconnected(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isUnconnected);
  if (!(error instanceof Error) || !('syscall' in error)) return false;
  return error.syscall === 'connect' || error.syscall === 'getaddrinfo';
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

// fetch hides what happened in `cause`, and for a name with several addresses in that one's `errors`. Its own messages
// are never passed on: they quote the address and the headers that they object to.
function explain(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError')
    return `no whole answer within ${timeoutMs} ms`;
  const cause = causeOf(error);
  const inner = cause instanceof AggregateError ? (cause.errors[0] as unknown) : cause;
  if (!(inner instanceof Error)) return 'the request could not be made; check address and token';
  const code = 'code' in inner && typeof inner.code === 'string' ? inner.code : inner.name;
  // Newer versions of Node give this error a name and no code.
  if (code.startsWith('HPE_') || inner.name === 'HTTPParserError')
    return `the answer is not HTTP (${printable(code, 40)})`;
  return SYSTEM_ERRORS[code] ?? printable(code, 60);
}
