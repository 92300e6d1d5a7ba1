import { z } from 'zod';

const name = z.string().min(1).max(100);
const reason = z.string().min(1).max(4000);

/** Unknown keys are let through unread: an emergency is no time to refuse a halt over one. */
export const haltBody = z.object({
  level: z.int().min(1),
  asset: name.nullish().transform((asset) => asset ?? null),
  reason,
});

export const resumeBody = z.object({
  level: z.int().min(1),
  incident: name,
  revision: z.int().min(0),
  reason,
});

export const messageBody = z.object({ from: name, to: name, body: z.string().max(16_384) });
