import type { Context } from 'hono';
import type { Caller } from './tokens.ts';

/** What is known of a request once it is let in. */
export type Env = { Variables: { caller: Caller } };

/** Answers a request that is let in. */
export type Answer = (c: Context<Env>) => Response | Promise<Response>;
