import type { MiddlewareHandler } from 'hono';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { CommandRefusal, Commands } from '../command/types.ts';
import type { Broker, Refusal } from '../parts.ts';
import type { Connections } from './connections.ts';
import { createBudget, type Tally } from './limits.ts';
import { messageRoutes } from './messages.ts';
import { METRICS_TYPE, metricsText } from './metrics.ts';
import { networkOf } from './network.ts';
import { onceUnderWay } from './once.ts';
import { type Operation, type OperationName, operations } from './operations.ts';
import { problem } from './problem.ts';
import { readBody, wholeNumber } from './read-body.ts';
import type { Answer, Env } from './route.ts';
import { schemas } from './schemas.ts';
import type { Caller, Token } from './tokens.ts';
import { tokenReader } from './tokens.ts';

const MAX_BODY = 64 * 1024;
const REFUSED = {
  invalid: [400, 'Invalid request'],
  forbidden: [403, 'Forbidden'],
  unknown: [404, 'Not found'],
  conflict: [409, 'Refused'],
  busy: [429, 'Queue full'],
  unavailable: [503, 'Not now'],
  unreachable: [503, 'Refused: not everything can be reached'],
} as const;
/** What only callers who hold the switch may do: attempts by others, known or not, are on record. */
const SWITCH: readonly string[] = ['halt', 'resume'];

/**
 * The broker over HTTP. Errors are problem+json; a halt or resume that did not do all that it says is a 502 with
 * the same members as its 200, so that no client takes it for done. Failures are limited in number, never a request
 * that is valid.
 */
export function createApp(parts: {
  readonly broker: Broker;
  readonly commands: Commands;
  readonly tokens: readonly Token[];
  readonly warn?: (text: string) => void;
  /** Counts refusals that are not written one by one. */
  readonly unwritten: Tally;
  /** Is told of every connection that carried a valid token. */
  readonly known?: Connections['know'];
}): Hono<Env> {
  const { broker, commands, warn, known, unwritten } = parts;
  const callerOf = tokenReader(parts.tokens);
  const app = new Hono<Env>();
  const strangers = createBudget({ burst: 20, everyMs: 1000 });
  // Of all places together, lest somebody who has many of them fills the disk.
  const lines = createBudget({ burst: 1000, everyMs: 1000 });
  const mistakes = createBudget({ burst: 30, everyMs: 1000 });
  const halts = onceUnderWay<Awaited<ReturnType<Broker['halt']>>>();

  app.onError((error) => {
    warn?.(`${error.name}: ${error.message}`);
    return problem(500, 'Internal error', 'see the log of the broker');
  });
  app.notFound((c) => problem(404, 'Not found', `${c.req.method} ${c.req.path}`));

  const tooMany = (seconds: number): Response =>
    problem(429, 'Too many failures', `try again in ${seconds} s`, {}, { 'retry-after': String(seconds) });
  /** An answer to a mistake, unless its maker has made too many. A request without a mistake never comes here. */
  const mistaken = (caller: Caller, answer: () => Response): Response =>
    mistakes.charge(caller.name) ? answer() : tooMany(mistakes.retryAfter);
  const refused = (refusal: Refusal | CommandRefusal): Response => {
    const [status, title] = REFUSED[refusal.refused];
    const after = 'retryAfter' in refusal ? refusal.retryAfter : undefined;
    const headers = after === undefined ? {} : { 'retry-after': String(after) };
    return problem(status, title, refusal.why, { ...broker.status() }, headers);
  };

  const tooLarge = (): Response => problem(413, 'Body too large', `at most ${MAX_BODY} bytes`);
  const counted = bodyLimit({ maxSize: MAX_BODY, onError: tooLarge });
  /** A declared length is what Node reads, and no more (RFC 9112, 6.3); only a body without one has to be counted. */
  const limited: MiddlewareHandler<Env> = async (c, next) => {
    const length = c.req.header('content-length');
    if (length === undefined || c.req.header('transfer-encoding') !== undefined)
      return await counted(c, next);
    if (Number(length) > MAX_BODY) return tooLarge();
    return await next();
  };

  /** Puts a refused attempt at the switch on record: by itself, or in the count of those that were too many. */
  const record = (actor: string, name: OperationName, why: string, byItself: boolean): void => {
    if (!SWITCH.includes(name)) return;
    if (byItself && lines.charge(actor)) broker.refuse(actor, name, why);
    else unwritten.count(actor, name);
  };

  /** Sees to token, role and size of the body as the operation has them, and then answers. */
  const on = (name: OperationName, answer: Answer): void => {
    const { method, path, roles, body }: Operation = operations[name];
    const authorized: MiddlewareHandler<Env> = async (c, next) => {
      if (roles === null) return await next();
      const caller = callerOf(c.req.header('authorization'));
      if (caller === null) {
        const within = strangers.charge(networkOf(c.env?.incoming?.socket.remoteAddress));
        record('stranger', name, 'no valid token', within);
        if (!within) return tooMany(strangers.retryAfter);
        const challenge = { 'www-authenticate': 'Bearer realm="principal"' };
        return problem(401, 'Unauthorized', 'a bearer token is needed', {}, challenge);
      }
      const socket = c.env?.incoming?.socket;
      if (socket !== undefined) known?.(socket, caller.role);
      if (!roles.includes(caller.role)) {
        const why = `role ${caller.role} may not: ${method.toUpperCase()} ${path}`;
        const within = mistakes.charge(caller.name);
        record(caller.name, name, why, within);
        return within ? problem(403, 'Forbidden', why) : tooMany(mistakes.retryAfter);
      }
      c.set('caller', caller);
      return await next();
    };
    if (body === undefined) app.on(method, path, authorized, answer);
    else app.on(method, path, authorized, limited, answer);
  };

  on('halt', async (c) => {
    const { caller } = c.var;
    const body = await readBody(c.req.raw, (await schemas()).haltBody);
    if (body instanceof Response) return mistaken(caller, () => body);
    const report = await halts(caller.name, body, () => broker.halt(body, caller.name));
    if ('refused' in report) return mistaken(caller, () => refused(report));
    if (report.complete) return c.json(report);
    const why = 'not everything was seen to stop, or to be recorded';
    return problem(502, 'Halted in part', why, { ...report });
  });

  on('resume', async (c) => {
    const { caller } = c.var;
    const body = await readBody(c.req.raw, (await schemas()).resumeBody);
    if (body instanceof Response) return mistaken(caller, () => body);
    const other = callerOf(c.req.header('second-operator'));
    const mayConsent = other?.role === 'second-operator' || other?.role === 'operator';
    const second = other !== null && mayConsent ? other.name : null;
    const report = await broker.resume({ ...body, second }, caller.name);
    if ('refused' in report) return mistaken(caller, () => refused(report));
    if (report.result !== 'failed' && report.recorded) return c.json(report);
    const why =
      report.result === 'failed' ? 'not everything was seen to start: the halt stands' : 'not recorded';
    return problem(502, 'Resumed in part', why, { ...report });
  });

  on('status', (c) => c.json(broker.status()));
  on('incidents', (c) => c.json({ incidents: broker.incidents() }));
  on('verifyAudit', (c) => c.json(broker.auditCheck()));
  on('audit', (c) => {
    const after = wholeNumber(c.req.query('after'), Number.MAX_SAFE_INTEGER);
    const limit = wholeNumber(c.req.query('limit'), 1_000_000);
    if (after === null || limit === null) {
      return problem(400, 'Invalid request', 'after, limit: whole numbers');
    }
    return c.json({ audit: limit === 0 ? broker.auditTrail(after) : broker.auditTrail(after, limit) });
  });

  on('health', (c) => {
    const problems = [
      ...(broker.status().recorded ? [] : ['the halt state is not on disk']),
      ...(commands.totals().failing ? ['messages cannot be written'] : []),
    ];
    const status = problems.length === 0 ? 'ok' : 'degraded';
    return c.json({ status, problems }, problems.length === 0 ? 200 : 503);
  });
  on('metrics', (c) =>
    c.body(metricsText(broker, commands, Date.now()), 200, { 'content-type': METRICS_TYPE }),
  );
  let document: unknown;
  on('openapi', async (c) => {
    document ??= (await import('./openapi.ts')).openapiDocument();
    return c.json(document as Record<string, never>);
  });

  messageRoutes({ on, broker, commands, refused });
  return app;
}
