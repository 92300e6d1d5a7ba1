import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true, maxSockets: 2 });

export interface HttpAnswer {
  readonly status: number;
  /** The parsed body; null where it is empty or no JSON. */
  readonly body: unknown;
}

/**
 * One request with a JSON body and a JSON answer.
 * Rejects where no complete answer came within `timeoutMs`; any status that did come is an answer.
 */
export function requestJson(
  method: 'GET' | 'POST',
  url: string,
  options: { readonly body?: unknown; readonly token?: string; readonly timeoutMs?: number } = {},
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const payload = options.body === undefined ? undefined : JSON.stringify(options.body);
    const headers: Record<string, string> = { accept: 'application/json' };
    if (payload !== undefined) headers['content-type'] = 'application/json';
    if (payload !== undefined) headers['content-length'] = String(Buffer.byteLength(payload));
    if (options.token !== undefined) headers.authorization = `Bearer ${options.token}`;
    const timeout = options.timeoutMs ?? 2000;
    const outgoing = request(url, { method, headers, agent, timeout }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('error', reject);
      incoming.on('data', (part: string) => {
        text += part;
      });
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body: parse(text) }));
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer from ${url} within ${timeout} ms`)));
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
