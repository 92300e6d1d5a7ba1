import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import type { Commands } from './command/types.ts';
import { createApp } from './http/app.ts';
import { createConnections } from './http/connections.ts';
import { createTally } from './http/limits.ts';
import type { Peered } from './http/route.ts';
import type { Token } from './http/tokens.ts';
import { describe } from './ledger.ts';
import type { Broker } from './parts.ts';

/** A listening broker. */
export interface BrokerServer {
  readonly url: string;
  readonly port: number;
  /** Takes no new requests, lets those under way finish (15 s at most), then resolves. */
  close(): Promise<void>;
}

/** Answers one request; `peered` says on which connection it came, where that is known. */
export type Answer = (request: Request, peered?: Peered) => Promise<Response>;

/** Longer than a halt or resume can take. */
const DRAIN_MS = 15_000;
/**
 * How long a connection may take to say what it wants, in ms: its headers, a whole request, and the pause before its next
 * one (nodejs.org/api/http.html; a connection that never sends a byte counts from its beginning).
 */
const PATIENCE = {
  headersTimeout: 5000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
} as const;
/** How long refusals that are only counted wait to be written, in ms. */
const TALLY_MS = 10_000;
/** Connections at most, however many descriptors there are. */
const MOST_CONNECTIONS = 1024;

/**
 * Serves a broker over HTTP and then, in the background, finishes what a crash left of a halt.
 * Port 0 takes a free one; `around` wraps what answers, as a proxy would; the address is 127.0.0.1 unless told otherwise. Rejects where it cannot listen.
 */
export async function serveBroker(options: {
  readonly broker: Broker;
  readonly commands: Commands;
  readonly tokens: readonly Token[];
  readonly port: number;
  readonly address?: string;
  readonly warn?: (text: string) => void;
  readonly around?: (answer: Answer) => Answer;
}): Promise<BrokerServer> {
  const { broker, commands, tokens, port, address = '127.0.0.1', warn = () => {}, around = asIs } = options;
  // The other half is for what a halt needs: the database, commands on the hosts, the exchange.
  const connections = createConnections(Math.min(MOST_CONNECTIONS, Math.floor(openFilesLimit() / 2)));
  const unwritten = createTally(TALLY_MS, (actor, what, count) =>
    broker.refuse(actor, what, `${count} more refused, too many to be written one by one`),
  );
  const app = createApp({ broker, commands, tokens, warn, unwritten, known: connections.know });
  let closing = false;
  const inner = around(async (request, peered) => app.fetch(request, peered));
  const answer = async (request: Request, peered?: Peered): Promise<Response> => {
    const response = await inner(request, peered);
    // A kept-alive connection would hold the server open after its last reply.
    if (closing) response.headers.set('connection', 'close');
    return response;
  };
  const server = await new Promise<Server>((resolve, reject) => {
    const options = { fetch: answer, port, hostname: address, serverOptions: PATIENCE };
    const starting = serve(options, () => {
      starting.off('error', reject);
      resolve(starting as Server);
    });
    starting.once('error', reject);
    starting.on('connection', connections.add);
    starting.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      response.once('close', connections.begin(socket));
    });
  });
  warmUp();
  broker.finishHalt().catch((error: unknown) => warn(`finishing the halt: ${describe(error)}`));
  const bound = (server.address() as AddressInfo).port;
  return {
    port: bound,
    url: `http://${address.includes(':') ? `[${address}]` : address}:${bound}`,
    close: () => {
      closing = true;
      // Readers who wait for messages would hold the server open for as long as they wait.
      commands.close();
      return new Promise((resolve) => {
        const limit = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
        server.close(() => {
          clearTimeout(limit);
          unwritten.close();
          resolve();
        });
        server.closeIdleConnections();
      });
    },
  };
}

/** Loads what listening did not need, so that the first halt does not wait for it. */
function warmUp(): void {
  void import('./http/bodies.ts');
}

/**
 * How many descriptors this process may have open; Infinity where there is no limit or it is not told. Node raises the
 * soft limit to the hard one when it starts, and tells it in its diagnostic report only (nodejs.org/api/report.html).
 */
function openFilesLimit(): number {
  const how = process.report as { excludeNetwork?: boolean };
  const before = how.excludeNetwork ?? false;
  how.excludeNetwork = true;
  const report = process.report?.getReport() as
    | { userLimits?: { open_files?: { soft?: unknown } } }
    | undefined;
  how.excludeNetwork = before;
  const soft = report?.userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : Number.POSITIVE_INFINITY;
}

function asIs(answer: Answer): Answer {
  return answer;
}
