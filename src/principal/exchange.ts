import type { PrincipalConfig } from './config/types.ts';
import type { ExchangeGate } from './parts.ts';

const TIMEOUT_MS = 3000;
/** Most of an answer that is read: a book of tens of thousands of assets. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * The exchange over HTTP: `POST /v1/assets/:asset/block|unblock|flatten` and `GET /v1/book`. A position is `flat`
 * only where the book, read after the flatten, says so; its reply alone is not enough. Rejects where the exchange
 * does not answer with 2xx in 3 s, its body included, or where the book is longer than 4 MiB (decompressed). A token goes along as
 * `Authorization: Bearer`.
 */
export function httpExchange({ url, token }: PrincipalConfig['exchange']): ExchangeGate {
  const base = url.replace(/\/+$/, '');
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const ask = async (method: string, path: string): Promise<Response> => {
    const response = await fetch(base + path, { method, headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (response.ok) return response;
    await response.body?.cancel();
    throw new Error(`${method} ${path}: HTTP ${response.status}`);
  };
  const act = async (asset: string, verb: string): Promise<void> => {
    const response = await ask('POST', `/v1/assets/${encodeURIComponent(asset)}/${verb}`);
    // What it says besides is not asked for, and would hold the connection.
    await response.body?.cancel();
  };
  return {
    async block(asset) {
      await act(asset, 'block');
      return 'blocked';
    },
    async unblock(asset) {
      await act(asset, 'unblock');
      return 'unblocked';
    },
    async flatten(asset) {
      await act(asset, 'flatten');
      const book: unknown = JSON.parse(await textOf(await ask('GET', '/v1/book')));
      const position = amount(book, 'positions', asset);
      const open = amount(book, 'open', asset);
      if (position === null || open === null) return 'unknown';
      return position === 0 && open === 0 ? 'flat' : 'not-flat';
    },
  };
}

/** The body as text. Rejects, and reads no more, where it is too long. */
async function textOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the rest (streams.spec.whatwg.org, 4.2.5).
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > MOST_BYTES) throw new Error(`GET /v1/book: longer than ${MOST_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** The number that the book gives for an asset; 0 where the part is there but does not list it; else null. */
function amount(book: unknown, part: string, asset: string): number | null {
  const amounts = isObject(book) ? book[part] : undefined;
  if (!isObject(amounts)) return null;
  const value = Object.hasOwn(amounts, asset) ? amounts[asset] : 0;
  return typeof value === 'number' ? value : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
