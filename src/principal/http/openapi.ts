import { type ZodType, z } from 'zod';
import * as bodies from './bodies.ts';
import { type Operation, operations } from './operations.ts';
import * as replies from './replies.ts';

type Json = Readonly<Record<string, unknown>>;

const TITLES: Readonly<Record<number, string>> = {
  400: 'Not understood, or not a request that could be carried out',
  401: 'No token, or an unknown one',
  403: 'The role may not',
  404: 'There is no such thing',
  409: 'Refused in the state that the broker is in',
  413: 'The body is too large',
  429: 'Too much at once: try again later',
  502: 'Done in part; the members are those of success',
  503: 'Not now: try again later',
};

const all: Readonly<Record<string, ZodType>> = { ...bodies, ...replies };

/** The document of the API in OpenAPI 3.1 (spec.openapis.org/oas/v3.1.1), whose schemas are JSON Schema 2020-12 as zod's are. */
export function openapiDocument(): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const [name, operation] of Object.entries<Operation>(operations)) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describeOne(name, operation) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Principal',
      summary: 'A kill switch and a command layer for autonomous agents.',
      version: '1.0.0',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: Object.fromEntries(
        Object.entries(all).map(([name, schema]) => [name, jsonSchema(name, schema)]),
      ),
    },
  };
}

function jsonSchema(name: string, schema: ZodType): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: name.endsWith('Body') ? 'input' : 'output' });
  return rest;
}

function describeOne(name: string, operation: Operation): Json {
  const { summary, roles, body, query = [], headers = [], success, problems = [] } = operation;
  const [status, reply] = success;
  const usual = roles === null ? [429] : [401, 403, 429];
  const answers = [...usual, ...problems].sort((a, b) => a - b);
  const parameters = [
    ...query.map(([key, required, description]) => ({
      name: key,
      in: 'query',
      required,
      description,
      schema: key === 'agent' ? { type: 'string' } : { type: 'integer', minimum: 0 },
    })),
    ...headers.map(([key, description]) => ({
      name: key,
      in: 'header',
      required: false,
      description,
      schema: { type: 'string' },
    })),
  ];
  return {
    operationId: name,
    summary,
    ...(roles === null ? { security: [] } : { description: `Roles: ${roles.join(', ')}.` }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: json('application/json', body) } }),
    responses: {
      [status]: { description: 'Done', content: success200(name, reply) },
      ...Object.fromEntries(
        answers.map((code) => [
          code,
          {
            description: TITLES[code] ?? 'Problem',
            content: json('application/problem+json', 'problemReply'),
          },
        ]),
      ),
    },
  };
}

function success200(name: string, reply: string | null): Json {
  if (reply !== null) return json('application/json', reply);
  return name === 'metrics'
    ? { 'text/plain': { schema: { type: 'string' } } }
    : { 'application/json': { schema: { type: 'object' } } };
}

function json(type: string, schema: string): Json {
  return { [type]: { schema: { $ref: `#/components/schemas/${schema}` } } };
}
