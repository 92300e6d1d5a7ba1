import type { TokenRole } from './tokens.ts';

/** One operation of the API, as data: the routes enforce its roles, and the OpenAPI document is made of it. */
export interface Operation {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly summary: string;
  /** Who may; null: everybody, without a token. */
  readonly roles: readonly TokenRole[] | null;
  /** Name of the schema in bodies.ts. */
  readonly body?: string;
  /** Query parameters: name, whether it is needed, and what it means. */
  readonly query?: readonly (readonly [name: string, needed: boolean, meaning: string])[];
  readonly headers?: readonly (readonly [name: string, meaning: string])[];
  /** Success: its status, and the name of the schema in replies.ts, or null where it is not JSON of its own. */
  readonly success: readonly [status: number, reply: string | null];
  /** Other statuses it may answer with, beside those that every operation has. */
  readonly problems?: readonly number[];
}

const READERS: readonly TokenRole[] = ['operator', 'second-operator', 'observer'];
const EVERYBODY: readonly TokenRole[] = [...READERS, 'agent'];
const SPEAKERS: readonly TokenRole[] = ['operator', 'agent'];

const wait =
  'How long to wait for a message where there is none, in whole seconds, 30 at most; 0 unless told otherwise.';

/** Every operation, by its name. */
export const operations = {
  health: {
    method: 'get',
    path: '/healthz',
    summary: 'Whether the broker can record what it does. It says nothing of the fleet.',
    roles: null,
    success: [200, 'healthReply'],
    problems: [503],
  },
  openapi: {
    method: 'get',
    path: '/v1/openapi.json',
    summary: 'This document.',
    roles: null,
    success: [200, null],
  },
  metrics: {
    method: 'get',
    path: '/metrics',
    summary: "Level, incident age, queue depths and stop latencies in Prometheus' text format.",
    roles: READERS,
    success: [200, null],
  },
  halt: {
    method: 'post',
    path: '/v1/halt',
    summary:
      'Halts, or adds a holder to the halt in force, or escalates it. 502: halted in part, with the same members.',
    roles: ['operator'],
    body: 'haltBody',
    success: [200, 'haltReply'],
    problems: [400, 409, 413, 502, 503],
  },
  resume: {
    method: 'post',
    path: '/v1/resume',
    summary:
      'Releases one holder; the fleet resumes when none is left. Conditional on level, incident and revision.',
    roles: ['operator'],
    body: 'resumeBody',
    headers: [
      ['Second-Operator', "`Bearer TOKEN` of another operator, where the level's resume asks for one."],
    ],
    success: [200, 'resumeReply'],
    problems: [400, 404, 409, 413, 502, 503],
  },
  status: {
    method: 'get',
    path: '/v1/status',
    summary: 'The halt in force.',
    roles: EVERYBODY,
    success: [200, 'statusReply'],
  },
  audit: {
    method: 'get',
    path: '/v1/audit',
    summary: 'The audit log, oldest first.',
    roles: READERS,
    query: [
      ['after', false, 'Only entries with a higher number.'],
      ['limit', false, 'At most so many entries; all unless told otherwise.'],
    ],
    success: [200, 'auditReply'],
    problems: [400],
  },
  verifyAudit: {
    method: 'get',
    path: '/v1/audit/verify',
    summary: 'Holds every entry of the audit log against the hash of the one before.',
    roles: READERS,
    success: [200, 'auditCheckReply'],
  },
  incidents: {
    method: 'get',
    path: '/v1/incidents',
    summary: 'All incidents ever, oldest first.',
    roles: READERS,
    success: [200, 'incidentsReply'],
  },
  agents: {
    method: 'get',
    path: '/v1/agents',
    summary: 'Agents, and what waits for them.',
    roles: EVERYBODY,
    success: [200, 'agentsReply'],
  },
  register: {
    method: 'post',
    path: '/v1/agents',
    summary: 'An agent says that it is there. Only services of the configuration are let in.',
    roles: SPEAKERS,
    body: 'registerBody',
    success: [201, 'agentReply'],
    problems: [400, 404, 409, 413, 503],
  },
  send: {
    method: 'post',
    path: '/v1/messages',
    summary: 'Sends a message. It is on disk when the answer comes. 429: the queue of its recipient is full.',
    roles: SPEAKERS,
    body: 'messageBody',
    success: [201, 'messageReply'],
    problems: [400, 404, 409, 413, 503],
  },
  receive: {
    method: 'get',
    path: '/v1/messages',
    summary:
      'Messages for an agent, in order of acceptance, at least once: what is not acknowledged comes again.',
    roles: SPEAKERS,
    query: [
      ['agent', true, 'Whose messages.'],
      [
        'after',
        false,
        'Everything up to this number has been dealt with; from an agent, this acknowledges it.',
      ],
      ['wait', false, wait],
    ],
    success: [200, 'messagesReply'],
    problems: [400, 404, 409],
  },
  acknowledge: {
    method: 'post',
    path: '/v1/messages/ack',
    summary: 'Acknowledges what an agent has read up to a sequence number.',
    roles: ['agent'],
    body: 'ackBody',
    success: [200, 'ackReply'],
    problems: [400, 404, 409, 413],
  },
  held: {
    method: 'get',
    path: '/v1/messages/held',
    summary:
      'Messages that a halt holds, or held until somebody decides; the first thousand, and how many there are.',
    roles: READERS,
    success: [200, 'heldReply'],
  },
  decide: {
    method: 'post',
    path: '/v1/messages/held',
    summary: 'Decides about messages that past halts held: they are delivered now, or never.',
    roles: ['operator'],
    body: 'decisionBody',
    success: [200, 'decisionReply'],
    problems: [400, 413, 503],
  },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;
