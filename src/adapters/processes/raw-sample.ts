import type { Raw } from '../../drill/model/raw.ts';
import { digestOf } from '../system/raw.ts';

/** One that could not be read is kept whole, within reason: a table of some hundred processes. */
const UNREAD_BYTES = 65_536;
const FULL_BYTES = 4_096;

/**
 * What the probe sent for one sample, as evidence: of a list that was read length, digest and end marker; of a full table that
 * was read also its beginning; of what could not be read all of it. What strangers call themselves is never in it.
 */
export function rawSample(
  chunks: readonly Buffer[],
  of: { readonly nonce: string; readonly mode: 'list' | 'full'; readonly readable: boolean },
): Raw {
  const bytes = Buffer.concat(chunks);
  const end = new RegExp(`^E ${of.nonce} \\d+$`, 'm').exec(bytes.subarray(-200_000).toString('latin1'));
  const most = !of.readable ? UNREAD_BYTES : of.mode === 'full' ? FULL_BYTES : 0;
  return {
    ...digestOf(bytes),
    end: end === null ? null : end[0],
    ...(most === 0 ? {} : { head: withoutNames(bytes.subarray(0, most).toString('latin1')) }),
  };
}

const STAT = /^(\d+) \(.*\) ([A-Za-z](?: -?\d+)+ ?)$/;
const TAGGED = /^(?:B \w+|E \w+ \d+|[WTLRDFUXKZ](?: (?:\/proc\/)?[-\d.]+)*|H \d+ (?:file|denied|odd|none))$/;
const HEX = /^(?:\s*[0-9a-f]{2}){1,16}\s*$/;

/** The shape of an answer: numbers, states and markers; names and command lines only by their length. */
export function withoutNames(latin1: string): string {
  const out: string[] = [];
  let dumped = 0;
  const flush = (): void => {
    if (dumped > 0) out.push(`[${dumped} bytes]`);
    dumped = 0;
  };
  for (const line of latin1.split('\n')) {
    if (HEX.test(line)) {
      dumped += line.replace(/\s/g, '').length / 2;
      continue;
    }
    flush();
    const stat = STAT.exec(line);
    if (stat !== null) out.push(`${stat[1]} () ${stat[2]}`);
    else out.push(TAGGED.test(line) ? line : line.replace(/[^\s()]/g, (c) => (/\d/.test(c) ? '0' : 'x')));
  }
  flush();
  return out.join('\n');
}
