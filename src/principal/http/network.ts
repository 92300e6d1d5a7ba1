import { isIPv6 } from 'node:net';

/**
 * What counts as one place that requests come from: an IPv4 address, also where it is written as an IPv6 one
 * (RFC 4291, 2.5.5.2), or the /64 of an IPv6 address, which one subscriber has whole (RFC 6177). `unknown` where the
 * address is not known: all of those are one place.
 */
export function networkOf(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [plain = ''] = address.split('%');
  const [head = '', tail] = plain.split('::');
  const parts = (text: string | undefined): readonly string[] =>
    text === undefined || text === '' ? [] : text.split(':');
  const left = parts(head);
  const gap = tail === undefined ? 0 : Math.max(0, 8 - left.length - parts(tail).length);
  const groups = [...left, ...new Array<string>(gap).fill('0'), ...parts(tail)].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
