import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ZodType } from 'zod';
import type { Broker, Refusal } from '../parts.ts';
import { problem } from './problem.ts';
import type { Caller, Token, TokenRole } from './tokens.ts';
import { tokenReader } from './tokens.ts';

type Env = { Variables: { caller: Caller } };

const MAX_BODY = 64 * 1024;
const ALL: readonly TokenRole[] = ['operator', 'agent', 'observer'];
const REFUSED = { invalid: 400, unknown: 404, conflict: 409 } as const;
const TITLES = { invalid: 'Invalid request', unknown: 'Not found', conflict: 'Refused' } as const;

/**
 * The broker over HTTP. Errors are problem+json; a halt or resume that did not do all that it says is a 502 with
 * the same members as its 200, so that no client takes it for done.
 */
export function createApp(parts: {
  readonly broker: Broker;
  readonly tokens: readonly Token[];
  readonly warn?: (text: string) => void;
}): Hono<Env> {
  const { broker, warn } = parts;
  const callerOf = tokenReader(parts.tokens);
  const app = new Hono<Env>();

  app.onError((error) => {
    warn?.(`${error.name}: ${error.message}`);
    return problem(500, 'Internal error', 'see the log of the broker');
  });
  app.notFound((c) => problem(404, 'Not found', `${c.req.method} ${c.req.path}`));

  app.use('/v1/*', async (c, next) => {
    const caller = callerOf(c.req.header('authorization'));
    if (caller === null) {
      return problem(
        401,
        'Unauthorized',
        'a bearer token is needed',
        {},
        { 'www-authenticate': 'Bearer realm="principal"' },
      );
    }
    c.set('caller', caller);
    return await next();
  });
  app.use(
    '/v1/*',
    bodyLimit({
      maxSize: MAX_BODY,
      onError: () => problem(413, 'Body too large', `at most ${MAX_BODY} bytes`),
    }),
  );

  /** Null where the caller may; else the answer. What is refused to a kill switch's caller is on the record. */
  const forbidden = (caller: Caller, roles: readonly TokenRole[], what: string): Response | null => {
    if (roles.includes(caller.role)) return null;
    if (what === 'halt' || what === 'resume') {
      broker.refuse(caller.name, what, `role ${caller.role} may not ${what}`);
    }
    return problem(403, 'Forbidden', `role ${caller.role} may not ${what}`);
  };
  const refused = (refusal: Refusal): Response =>
    problem(REFUSED[refusal.refused], TITLES[refusal.refused], refusal.why, { ...broker.status() });

  app.post('/v1/halt', async (c) => {
    const { caller } = c.var;
    const no = forbidden(caller, ['operator'], 'halt');
    if (no !== null) return no;
    const body = await readBody(c.req.raw, (await import('./bodies.ts')).haltBody);
    if (body instanceof Response) return body;
    const report = await broker.halt(body, caller.name);
    if ('refused' in report) return refused(report);
    if (report.complete) return c.json(report);
    return problem(502, 'Halted in part', 'not everything was seen to stop, or to be recorded', {
      ...report,
    });
  });

  app.post('/v1/resume', async (c) => {
    const { caller } = c.var;
    const no = forbidden(caller, ['operator'], 'resume');
    if (no !== null) return no;
    const body = await readBody(c.req.raw, (await import('./bodies.ts')).resumeBody);
    if (body instanceof Response) return body;
    const report = await broker.resume(body, caller.name);
    if ('refused' in report) return refused(report);
    if (report.resolved !== null && report.recorded) return c.json(report);
    const why =
      report.resolved === null ? 'not everything was seen to start: the halt stands' : 'not recorded';
    return problem(502, 'Resumed in part', why, { ...report });
  });

  app.get('/v1/status', (c) => forbidden(c.var.caller, ALL, 'read the status') ?? c.json(broker.status()));

  app.get('/v1/audit', (c) => {
    const no = forbidden(c.var.caller, ['operator', 'observer'], 'read the audit log');
    return no ?? c.json({ audit: broker.auditTrail() });
  });

  app.get('/v1/incidents', (c) => {
    const no = forbidden(c.var.caller, ['operator', 'observer'], 'read the incidents');
    return no ?? c.json({ incidents: broker.incidents() });
  });

  app.post('/v1/messages', async (c) => {
    const no = forbidden(c.var.caller, ['operator', 'agent'], 'send messages');
    if (no !== null) return no;
    const body = await readBody(c.req.raw, (await import('./bodies.ts')).messageBody);
    if (body instanceof Response) return body;
    const message = broker.send(body);
    return 'refused' in message ? refused(message) : c.json(message, 201);
  });

  app.get('/v1/messages', (c) => {
    const no = forbidden(c.var.caller, ['operator', 'agent'], 'read messages');
    if (no !== null) return no;
    const after = c.req.query('after') ?? '0';
    if (!/^\d{1,15}$/.test(after)) return problem(400, 'Invalid request', 'after: a sequence number');
    const messages = broker.receive(c.req.query('agent') ?? '', Number(after));
    return 'refused' in messages ? refused(messages) : c.json({ messages });
  });

  return app;
}

/** The body as the schema has it, or the answer that says what is wrong with it. */
async function readBody<T>(request: Request, schema: ZodType<T>): Promise<T | Response> {
  // Outside the try: too large a body shows here, and the body limit turns that error into its own answer.
  const text = await request.text();
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return problem(400, 'Invalid request', 'the body is not JSON');
  }
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  return problem(400, 'Invalid request', errors.join('; '));
}
