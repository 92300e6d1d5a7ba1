/** Where a JSON Pointer led. `misfit`: it had to go through something that is neither object nor list. */
export type Picked =
  | { readonly at: 'found'; readonly value: unknown }
  | { readonly at: 'missing' }
  | { readonly at: 'misfit'; readonly token: string; readonly through: unknown };

/**
 * Follows a JSON Pointer (RFC 6901). The empty pointer is the whole document. A path that ends early in `null` or in
 * a key that is not there is `missing`: the answer does not say. One that would have to enter a text, number or
 * boolean, or a list by anything but an index, is a `misfit`: the answer has another shape than the pointer expects,
 * which must not be mistaken for its saying nothing.
 */
export function pick(document: unknown, pointer: string): Picked {
  let value = document;
  for (const token of tokensOf(pointer)) {
    if (value === null || value === undefined) return { at: 'missing' };
    if (Array.isArray(value)) {
      if (!/^(0|[1-9]\d*)$/.test(token)) return { at: 'misfit', token, through: value };
      value = value[Number(token)];
    } else if (typeof value === 'object') {
      value = Object.hasOwn(value, token) ? (value as Record<string, unknown>)[token] : undefined;
    } else return { at: 'misfit', token, through: value };
  }
  return value === undefined ? { at: 'missing' } : { at: 'found', value };
}

/** The pointer to what contains the thing pointed at; null for the whole document. */
export function parentOf(pointer: string): string | null {
  return pointer === '' ? null : pointer.slice(0, pointer.lastIndexOf('/'));
}

// `~1` before `~0`, as RFC 6901 section 4 demands: else `~01` would become a slash.
function tokensOf(pointer: string): string[] {
  if (pointer === '') return [];
  const [, ...tokens] = pointer.split('/');
  return tokens.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}
