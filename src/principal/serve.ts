import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import type { Commands } from './command/types.ts';
import { createApp } from './http/app.ts';
import type { Token } from './http/tokens.ts';
import { describe } from './ledger.ts';
import type { Broker } from './parts.ts';
import { warmUpCommands } from './stoppers/command.ts';

/** A listening broker. */
export interface BrokerServer {
  readonly url: string;
  readonly port: number;
  /** Takes no new requests, lets those under way finish (15 s at most), then resolves. */
  close(): Promise<void>;
}

/** Answers one request. */
export type Answer = (request: Request) => Promise<Response>;

/** Longer than a halt or resume can take. */
const DRAIN_MS = 15_000;

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
  const app = createApp({ broker, commands, tokens, warn });
  let closing = false;
  const inner = around(async (request) => app.fetch(request));
  const answer = async (request: Request): Promise<Response> => {
    const response = await inner(request);
    // A kept-alive connection would hold the server open after its last reply.
    if (closing) response.headers.set('connection', 'close');
    return response;
  };
  const server = await new Promise<Server>((resolve, reject) => {
    const starting = serve({ fetch: answer, port, hostname: address }, () => {
      starting.off('error', reject);
      resolve(starting as Server);
    });
    starting.once('error', reject);
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
  warmUpCommands();
}

function asIs(answer: Answer): Answer {
  return answer;
}
