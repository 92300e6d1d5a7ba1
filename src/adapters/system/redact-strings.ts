/** A copy of a JSON value with every text in it, keys included, passed through `redact`; numbers stay as they are. */
export function redactStrings(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item) => redactStrings(item, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      // `"authorization": "…"` gives itself away by its key, which is not in the text.
      const clean =
        typeof item === 'string' && /^authorization$/i.test(key) ? '[redacted]' : redactStrings(item, redact);
      return [redact(key), clean];
    }),
  );
}
