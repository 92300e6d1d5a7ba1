import { CUT, withoutHarmful } from '../../drill/model/harmless.ts';

/**
 * Text from outside made fit for one line of a message: at most `limit` characters (code points), harmful ones
 * written as `\u{hex}`, and `…` where something was cut.
 */
export function printable(text: string, limit = 160): string {
  const head = [...text.slice(0, limit * 2)].slice(0, limit).join('');
  const safe = withoutHarmful(head, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
  return head.length < text.length ? `${safe}${CUT}` : safe;
}

/** What a value from outside is, for messages: its type and, bounded and harmless, what it says. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object')
    return `an object with ${printable(Object.keys(value).join(', '), 60) || 'no keys'}`;
  if (typeof value === 'string') return `the text "${printable(value, 60)}"`;
  return `the ${typeof value} ${printable(String(value), 60)}`;
}
