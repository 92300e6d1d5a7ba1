import type { Json } from '../../drill/model/inventory.ts';

/** The drill's values, by name without the dollar sign. */
export type Values = Readonly<Record<string, Json>>;

/**
 * Fills a body template. A text that is exactly `$name` becomes the value with its type (a number stays a number, null
 * stays null); `$name` inside a longer text becomes the value as text, null the empty text. Names that have no value
 * here stay as they are written, and so do keys.
 */
export function fillTemplate(template: Json, values: Values): Json {
  if (typeof template === 'string') return fillText(template, values);
  if (Array.isArray(template)) return template.map((item: Json) => fillTemplate(item, values));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(
    Object.entries(template).map(([key, item]) => [key, fillTemplate(item as Json, values)]),
  );
}

/** Fills the values of headers: the same, but every value becomes text. */
export function fillHeaders(
  headers: Readonly<Record<string, string>>,
  values: Values,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, template]) => [name, inWords(fillText(template, values))]),
  );
}

/** A value as text; null is the empty text. */
export function inWords(value: Json): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** One text with its values filled in. */
export function fillText(text: string, values: Values): Json {
  const whole = /^\$(\w+)$/.exec(text)?.[1];
  if (whole !== undefined && Object.hasOwn(values, whole)) return values[whole] as Json;
  return text.replace(/\$(\w+)/g, (written, name: string) => {
    if (!Object.hasOwn(values, name)) return written;
    return inWords(values[name] as Json);
  });
}
