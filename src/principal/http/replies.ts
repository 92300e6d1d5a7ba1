import { z } from 'zod';

/** What the API answers: the OpenAPI document is made of these, and its test holds live answers against them. */
const text = z.string();
const at = z.iso.datetime();
const count = z.int().min(0);

const incident = z.object({
  id: text,
  level: z.int(),
  reason: text,
  openedAt: at,
  resolvedAt: at.nullable(),
});
const holder = z.object({ id: z.int(), who: text, reason: text, level: z.int(), since: at });
const down = z.object({ service: text, host: text, outcome: text });

export const statusReply = z.object({
  level: z.int().min(0),
  asset: text.nullable(),
  revision: count,
  incident: incident.nullable(),
  holders: z.array(holder),
  complete: z.boolean(),
  incomplete: z.array(down),
  resume: z.enum(['reason', 'incident', 'second-operator', 'by-hand']).nullable(),
  recorded: z.boolean(),
});

export const haltReply = statusReply.extend({
  stops: z.array(down),
  exchange: z.object({ asset: text, block: text, flatten: text }).nullable(),
});

export const resumeReply = statusReply.extend({
  result: z.enum(['resumed', 'released', 'failed']),
  released: holder.nullable(),
  starts: z.array(down),
  exchange: z.object({ asset: text, unblock: text }).nullable(),
  resolved: incident.nullable(),
});

const auditEntry = z.object({
  seq: z.int().min(1),
  at,
  actor: text,
  action: text,
  subject: text,
  host: text.nullable(),
  outcome: text,
  reason: text.nullable(),
  hash: text,
});
export const auditReply = z.object({ audit: z.array(auditEntry) });
export const auditCheckReply = z.object({
  ok: z.boolean(),
  entries: count,
  head: text.nullable(),
  brokenAt: z.int().nullable(),
  breaks: count,
  broken: z.array(z.int()),
});
export const incidentsReply = z.object({ incidents: z.array(incident) });

export const messageReply = z.object({
  seq: z.int().min(1),
  at,
  from: text,
  to: text,
  body: text,
  asset: text.nullable(),
});
export const messagesReply = z.object({ messages: z.array(messageReply) });
export const heldReply = z.object({
  messages: z.array(messageReply.extend({ state: z.enum(['halted', 'kept']) })),
  total: count,
});
export const decisionReply = z.object({ messages: count });

const agent = z.object({
  name: text,
  registeredAt: at.nullable(),
  lastSeen: at.nullable(),
  halted: z.boolean(),
  queued: count,
  kept: count,
});
export const agentReply = agent;
export const agentsReply = z.object({ agents: z.array(agent) });
export const ackReply = z.object({ acknowledged: z.int() });
export const healthReply = z.object({ status: z.enum(['ok', 'degraded']), problems: z.array(text) });

export const problemReply = z.looseObject({ type: text, title: text, status: z.int(), detail: text });
