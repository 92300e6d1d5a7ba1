import { toUSVString } from 'node:util';
import { z } from 'zod';

/** Text that can be stored as it is: JSON can carry half of a surrogate pair (RFC 8259, 8.2), UTF-8 cannot. */
const text = z.string().overwrite(toUSVString);
const name = text.min(1).max(100);
const reason = text.min(1).max(4000);
const held = z.enum(['keep', 'deliver', 'discard']);

/** Unknown keys are let through unread: an emergency is no time to refuse a halt over one. */
export const haltBody = z.object({
  level: z.int().min(1),
  asset: name.nullish().transform((asset) => asset ?? null),
  reason,
  phrase: z
    .string()
    .max(200)
    .nullish()
    .transform((phrase) => phrase ?? null),
});

export const resumeBody = z.object({
  level: z.int().min(1),
  incident: name.nullish().transform((incident) => incident ?? null),
  revision: z.int().min(0),
  reason,
  holder: z
    .int()
    .min(1)
    .nullish()
    .transform((holder) => holder ?? null),
  held: held.default('keep'),
});

export const registerBody = z.object({ agent: name });

export const messageBody = z.object({
  from: name,
  to: name,
  body: text.max(16_384),
  asset: name.nullish().transform((asset) => asset ?? null),
});

export const ackBody = z.object({ agent: name, seq: z.int().min(1) });

export const decisionBody = z.object({ decision: z.enum(['deliver', 'discard']), reason });
