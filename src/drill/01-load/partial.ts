import type { z } from 'zod';

/**
 * What can be used of a file that may have faults, so that the cross-rules report theirs in the same run as the
 * schema. A part that its schema refuses is left out, or null among the entries of a map, and rules say nothing about it.
 */

/** The part, or null where its schema refuses it. */
export function partOf<S extends z.ZodType>(schema: S, raw: unknown): z.output<S> | null {
  const parsed = schema.safeParse(raw);
  return parsed.success ? parsed.data : null;
}

/** Those keys of a section that are in order by themselves. */
export function partsOf<S extends z.ZodRawShape>(
  schema: z.ZodObject<S>,
  raw: unknown,
): { readonly [K in keyof S]?: z.output<S[K]> } {
  if (!isMap(raw)) return {};
  const parts: Partial<Record<keyof S, unknown>> = {};
  for (const key of Object.keys(schema.shape) as (keyof S & string)[]) {
    const parsed = (schema.shape[key] as unknown as z.ZodType).safeParse(raw[key]);
    if (parsed.success && parsed.data !== undefined) parts[key] = parsed.data;
  }
  return parts as { readonly [K in keyof S]?: z.output<S[K]> };
}

/** Every entry of a map by name; null where the entry is not in order. Null where there is no map. */
export function entriesOf<S extends z.ZodType>(
  schema: S,
  raw: unknown,
): Map<string, z.output<S> | null> | null {
  if (!isMap(raw)) return null;
  return new Map(Object.entries(raw).map(([name, entry]) => [name, partOf(schema, entry)]));
}

export function isMap(raw: unknown): raw is Record<string, unknown> {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}
