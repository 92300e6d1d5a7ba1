/**
 * A JSON value as the one text that every equal value has: keys in order, no blanks. Digests are taken of it, so that neither
 * comments, nor blanks, nor the order of keys in a file make another drill of it. What is undefined is left out, as JSON does.
 */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_, node: unknown) =>
    typeof node === 'object' && node !== null && !Array.isArray(node)
      ? Object.fromEntries(Object.entries(node).sort(([a], [b]) => (a < b ? -1 : 1)))
      : node,
  );
}
