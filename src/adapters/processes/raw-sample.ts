import { createHash } from 'node:crypto';
import type { Raw } from '../../drill/model/raw.ts';
import { Gathered } from '../system/gathered.ts';

/** One that could not be read is kept whole, within reason: a table of some hundred processes. */
const UNREAD_BYTES = 65_536;
const FULL_BYTES = 4_096;

/** What is kept of all that arrives for one sample: its length, its digest, its beginning, and the end markers that were seen. */
export class Tape {
  readonly #hash = createHash('sha256');
  readonly #head = new Gathered(UNREAD_BYTES);
  readonly #ends: string[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  add(chunk: Buffer): void {
    this.#hash.update(chunk);
    this.#head.add(chunk);
    this.#bytes += chunk.length;
  }

  /** An answer that was asked for came to its end. */
  ended(marker: string): void {
    this.#ends.push(marker);
  }

  /** Once only: a digest is not to be had twice. */
  read(nonce: string): Required<Raw> {
    return {
      bytes: this.#bytes,
      sha256: this.#hash.digest('hex'),
      head: this.#head.bytes().toString('latin1'),
      end: this.#ends.find((marker) => marker.startsWith(`E ${nonce} `)) ?? null,
    };
  }
}

/**
 * What the probe sent for one sample, as evidence: of a list that was read length, digest and end marker; of a full table that
 * was read also its beginning; of what could not be read all of it. What strangers call themselves is never in it.
 */
export function rawSample(
  tape: Tape,
  of: { readonly nonce: string; readonly mode: 'list' | 'full'; readonly readable: boolean },
): Raw {
  const { head, ...raw } = tape.read(of.nonce);
  const most = !of.readable ? UNREAD_BYTES : of.mode === 'full' ? FULL_BYTES : 0;
  return { ...raw, ...(most === 0 ? {} : { head: withoutNames(head.slice(0, most)) }) };
}

const STAT = /^(\d+) \(.*\) ([A-Za-z](?: -?\d+)+ ?)$/;
const TAGGED =
  /^(?:B \w+|E \w+ \d+|[WTLRDFUXKZ](?: (?:\/proc\/)?[-\d.]+)*|H \d+ (?:file|link|denied|odd|none))$/;
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
