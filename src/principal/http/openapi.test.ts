import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ZodType } from 'zod';
import { fakeWorld } from '../fixtures/parts.ts';
import { createApp } from './app.ts';
import { putTogether, type Served, served } from './fixtures/served.ts';
import { createTally } from './limits.ts';
import { type Operation, operations } from './operations.ts';
import * as replies from './replies.ts';

interface Described {
  readonly operationId: string;
  readonly summary: string;
  readonly security?: readonly unknown[];
  readonly requestBody?: unknown;
  readonly responses: Readonly<Record<string, unknown>>;
}

let at: Served;
let document: {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
};

beforeAll(async () => {
  at = await served();
  document = (await at.ask(null, 'GET', '/v1/openapi.json')).json;
});
afterAll(() => at.close());

const described = (): readonly (readonly [string, string, Described])[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => [method, path, one] as const),
  );

describe('the OpenAPI document', () => {
  it('names every route of the server, and no other', () => {
    const app = createApp({
      ...putTogether(fakeWorld()),
      tokens: [],
      unwritten: createTally(1000, () => {}),
    });
    const routes = new Set(app.routes.map(({ method, path }) => `${method} ${path}`));
    const named = described().map(([method, path]) => `${method.toUpperCase()} ${path}`);
    expect(named.toSorted()).toEqual([...routes].toSorted());
  });

  it('is well-formed: references lead somewhere, names are used once, nothing is undescribed', () => {
    expect(document.openapi).toBe('3.1.1');
    const references = JSON.stringify(document).match(/"\$ref":"[^"]+"/g) ?? [];
    expect(references.length).toBeGreaterThan(20);
    for (const reference of references) {
      const name = /"#\/components\/schemas\/(\w+)"/.exec(reference)?.[1] ?? '';
      expect(document.components.schemas, reference).toHaveProperty(name);
    }
    const ids = described().map(([, , one]) => one.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [method, path, one] of described()) {
      const where = `${method} ${path}`;
      expect(one.summary.length, where).toBeGreaterThan(10);
      expect(
        Object.keys(one.responses).some((code) => code.startsWith('2')),
        where,
      ).toBe(true);
      expect(
        Object.keys(one.responses).some((code) => code.startsWith('4')),
        where,
      ).toBe(true);
      expect(one.requestBody !== undefined, where).toBe(method === 'post');
    }
  });

  it('says who needs no token, and the server agrees', async () => {
    for (const [method, path, one] of described()) {
      const answer = await at.ask(null, method.toUpperCase(), path, method === 'post' ? {} : undefined);
      const open = one.security?.length === 0;
      if (open) expect(answer.status).toBe(200);
      else expect([401, 429]).toContain(answer.status);
    }
  });

  it('describes what is answered: live answers fit its schemas, and no member is left out', async () => {
    const halt = { level: 2, asset: null, reason: 'drill' };
    const ask: Record<string, () => ReturnType<Served['ask']>> = {
      health: () => at.ask(null, 'GET', '/healthz'),
      register: () => at.ask('agent', 'POST', '/v1/agents', { agent: 'scribe' }),
      send: () => at.ask('agent', 'POST', '/v1/messages', { from: 'scribe', to: 'hermes', body: 'x' }),
      receive: () => at.ask('agent', 'GET', '/v1/messages?agent=hermes'),
      halt: () => at.ask('operator', 'POST', '/v1/halt', halt),
      status: () => at.ask('agent', 'GET', '/v1/status'),
      agents: () => at.ask('observer', 'GET', '/v1/agents'),
      held: () => at.ask('observer', 'GET', '/v1/messages/held'),
      resume: () => {
        const { level, revision, incident } = at.broker.status();
        return at.ask('operator', 'POST', '/v1/resume', {
          level,
          revision,
          incident: incident?.id,
          reason: 'x',
        });
      },
      decide: () => at.ask('operator', 'POST', '/v1/messages/held', { decision: 'discard', reason: 'x' }),
      acknowledge: () => at.ask('agent', 'POST', '/v1/messages/ack', { agent: 'hermes', seq: 1 }),
      audit: () => at.ask('observer', 'GET', '/v1/audit?after=0&limit=5'),
      verifyAudit: () => at.ask('observer', 'GET', '/v1/audit/verify'),
      incidents: () => at.ask('second-operator', 'GET', '/v1/incidents'),
    };
    const schemas: Readonly<Record<string, ZodType>> = replies;
    for (const [name, operation] of Object.entries<Operation>(operations)) {
      const [status, reply] = operation.success;
      if (reply === null) continue;
      const answer = await ask[name]?.();
      expect(answer?.status, `${name}: ${answer?.text}`).toBe(status);
      // A parsed answer has only members that the schema knows: equal, it had no others.
      expect(schemas[reply]?.parse(answer?.json), name).toEqual(answer?.json);
    }
  });
});
