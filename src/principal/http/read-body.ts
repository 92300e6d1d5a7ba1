import type { ZodType } from 'zod';
import { problem } from './problem.ts';

/** The body as the schema has it, or the answer that says what is wrong with it. */
export async function readBody<T>(request: Request, schema: ZodType<T>): Promise<T | Response> {
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

/** A whole number from the query, 0 where it is left out; null where it is none, or above `most`. */
export function wholeNumber(given: string | undefined, most: number): number | null {
  if (given === undefined) return 0;
  return /^\d{1,15}$/.test(given) && Number(given) <= most ? Number(given) : null;
}
