import type { Answer, BrokerTwist } from '../variants/variant.ts';

/** What an API does in place of an answer. */
export type Fault = 'error' | 'garbage' | 'nothing' | 'unauthorized';

const FAULTS: Readonly<Record<Fault, () => Promise<Response>>> = {
  error: async () => json(500, { title: 'Internal error', detail: 'ENOSPC' }),
  garbage: async () =>
    new Response('<html><body>It works!</body></html>', { headers: { 'content-type': 'text/html' } }),
  nothing: () => new Promise<Response>(() => undefined),
  unauthorized: async () => json(401, { title: 'Unauthorized' }),
};

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
}

function asksForStatus(request: Request): boolean {
  return request.method === 'GET' && new URL(request.url).pathname === '/v1/status';
}

function asksForHalt(request: Request): boolean {
  return request.method === 'POST' && new URL(request.url).pathname === '/v1/halt';
}

/**
 * An API that fails from the reply to a halt on, and after a restart as long as the halt is in force: at everything but that halt, or
 * at questions for its status only.
 */
export function faultyFromHaltOn(fault: Fault, at: 'everything' | 'status'): BrokerTwist {
  let broken = false;
  return {
    ...whenWokenHalted(() => {
      broken = true;
    }),
    http: (answer) => async (request) => {
      if (!asksForHalt(request) && broken && (at === 'everything' || asksForStatus(request)))
        return await FAULTS[fault]();
      const response = await answer(request);
      if (asksForHalt(request) && response.ok) broken = true;
      return response;
    },
  };
}

/** An API that fails at everything once the broker came back from a crash in the midst of a halt. */
export function faultyOnceWoken(fault: Fault): BrokerTwist {
  let woken = false;
  return {
    ...whenWokenHalted(() => {
      woken = true;
    }),
    http: (answer) => async (request) => (woken ? await FAULTS[fault]() : await answer(request)),
  };
}

function whenWokenHalted(tell: () => void): Pick<BrokerTwist, 'parts'> {
  return {
    parts: ({ store }) => ({
      store: {
        ...store,
        load: () => {
          const record = store.load();
          if ((record?.state.level ?? 0) > 0) tell();
          return record;
        },
      },
    }),
  };
}

/** An API that serves only who keeps the connection open, as the lab does while it waits for it, and never a lone request. */
export function faultyForLoneRequests(fault: Fault): (answer: Answer) => Answer {
  return (answer) => async (request) =>
    request.headers.get('connection') === 'keep-alive' ? await answer(request) : await FAULTS[fault]();
}

/** An API that answers questions for its status with what it answered up to `forMs` ago, and for as long after a halt with what it said before. */
export function cachedStatus(forMs: number): (answer: Answer) => Answer {
  return (answer) => {
    let kept: { readonly untilMs: number; readonly status: number; readonly body: string } | null = null;
    return async (request) => {
      if (!asksForStatus(request)) {
        const response = await answer(request);
        if (asksForHalt(request) && response.ok && kept !== null)
          kept = { ...kept, untilMs: performance.now() + forMs };
        return response;
      }
      if (kept === null || performance.now() > kept.untilMs) {
        const response = await answer(request);
        if (response.status !== 200) return response;
        kept = { untilMs: performance.now() + forMs, status: response.status, body: await response.text() };
      }
      return json(kept.status, JSON.parse(kept.body));
    };
  };
}

/** An API that changes the JSON of its answers, and of requests before they are read. */
export function rewritten(change: {
  readonly answer?: (body: Record<string, unknown>, request: Request) => Record<string, unknown>;
  readonly request?: (body: Record<string, unknown>) => Record<string, unknown>;
}): (answer: Answer) => Answer {
  return (answer) => async (request) => {
    const { request: changeRequest = same, answer: changeAnswer = same } = change;
    const inner =
      request.method === 'POST'
        ? new Request(request.url, {
            method: 'POST',
            headers: withoutLength(request.headers),
            body: JSON.stringify(changeRequest((await request.json()) as Record<string, unknown>)),
          })
        : request;
    const response = await answer(inner);
    const body = (await response.json()) as Record<string, unknown>;
    return json(response.status, changeAnswer(body, request));
  };
}

function same(body: Record<string, unknown>): Record<string, unknown> {
  return body;
}

function withoutLength(headers: Headers): Headers {
  const copy = new Headers(headers);
  copy.delete('content-length');
  return copy;
}
