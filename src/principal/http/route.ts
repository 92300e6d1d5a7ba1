import type { Socket } from 'node:net';
import type { Context } from 'hono';
import type { Caller } from './tokens.ts';

/** The connection that a request came on, as the server of Node hands it over. */
export interface Peered {
  readonly incoming?: { readonly socket: Socket };
}

/** What is known of a request once it is let in. */
export type Env = { Bindings: Peered; Variables: { caller: Caller } };

/** Answers a request that is let in. */
export type Answer = (c: Context<Env>) => Response | Promise<Response>;
