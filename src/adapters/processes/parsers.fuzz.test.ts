import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reading } from '../../drill/model/reading.ts';
import { parsePs } from './parse-ps.ts';
import { parsePsSample } from './parse-ps-sample.ts';
import { parseSample, parseThreads } from './parse-sample.ts';
import { parseStat } from './parse-stat.ts';
import { atOnce } from './slices.ts';

/**
 * Whatever arrives, no parser makes a process up: every pid that it reports stands in the input as that very number. And an
 * answer that is cut off anywhere is refused as a whole: part of a table is no table.
 */

type Pids = (text: string) => readonly number[] | 'refused';

const STAT = (pid: number): string =>
  `${pid} (a) b(c) S 1 ${pid} ${pid} 0 -1 4194304 ${Array.from({ length: 12 }, () => 3).join(' ')} 20 0 1 0 ${pid * 7} ${Array.from({ length: 30 }, () => 0).join(' ')}`;
const PIDS = [1, 22, 333, 4444];
const PATHS = PIDS.map((pid) => `/proc/${pid}`).join(' ');
const LIST = `L ${PATHS.length} ${PATHS}`;
const SAMPLE = `W 10.00 10.01 1795345216009123456\nT 10.01 1\n${LIST}\nR\n${PIDS.map(STAT).join('\n')}\n${LIST}\n`;
const THREADS = `R\n${STAT(22)}\nZ 22 3 24\n${STAT(333)}\nZ 333 - -\n`;
const PS =
  'self 4321\n      1       0 Ss\n   4321       1 S+\n   4322    4321 R+\n  50000       1 Z\nend 0\n';

const MAC =
  'T 1795345216 777\n    1     0     1     0 Ss   Thu Nov 26 03:04:05 2026     /sbin/launchd\n  777     1   777   501 S+   Thu Nov 26 10:00:00 2026     sh -c x\nX 0\n';

const request = { mode: 'full', watch: [], detail: [] } as const;
const about = { bootId: '49574faf-4801-4ba3-afec-e995f59c28d7', heartbeats: [] };

/** A parser that throws must throw a one-line Error: the link makes it `unreadable` with that reason. */
const thrown =
  (parse: (text: string) => readonly number[]): Pids =>
  (text) => {
    try {
      return parse(text);
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
      expect((error as Error).message).toMatch(/^[^\n]+$/);
      return 'refused';
    }
  };
const reading =
  (parse: (text: string) => Reading<readonly { readonly pid: number }[]>): Pids =>
  (text) => {
    const read = parse(text);
    return read.kind === 'present' ? read.value.map(({ pid }) => pid) : 'refused';
  };

const sampleOf = thrown((text) => {
  const { pids, rows } = atOnce(parseSample(text, PIDS.length, request, about));
  return [...pids, ...rows.map(({ pid }) => pid)];
});

const identity = {
  ...about,
  pidNamespace: 'ps',
  hostname: 'k',
  machineId: null,
  os: 'Darwin',
  ticksPerSecond: 1,
};
const sampleOfPs = thrown((text) => {
  const link = { identity, visibility: { uid: 0, hidepid: 'off' }, heartbeats: [] };
  const { pids, rows } = atOnce(parsePsSample(text, request, link));
  return [...pids, ...rows.map(({ pid }) => pid)];
});

const PARSERS: readonly (readonly [name: string, parse: Pids, real: string])[] = [
  ['a sample', sampleOf, SAMPLE],
  ['threads', thrown((text) => atOnce(parseThreads(text)).map(({ pid }) => pid)), THREADS],
  [
    '/proc/<pid>/stat',
    (text) => (({ pid }) => [pid])(parseStat(text) ?? { pid: -1 }).filter((pid) => pid > 0),
    STAT(22),
  ],
  ['ps', reading(parsePs), PS],
  ['a sample by ps', sampleOfPs, MAC],
];

/** Bytes of an answer changed here and there: lost, repeated, swapped for others, or made up. */
function mutated(real: string): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.nat(real.length),
    remove: fc.nat(20),
    insert: fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.stringMatching(/^[\d \n/().A-Z-]{0,12}$/),
      fc.nat(real.length).map((from) => real.slice(from, from + 30)),
    ),
  });
  return fc
    .array(edit, { minLength: 1, maxLength: 4 })
    .map((edits) =>
      edits.reduce(
        (text, { at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove),
        real,
      ),
    );
}

function expectNothingMadeUp(parse: Pids, text: string): void {
  const pids = parse(text);
  if (pids === 'refused') return;
  const numbers = new Set((text.match(/\d+/g) ?? []).map(Number));
  for (const pid of pids) expect(numbers).toContain(pid);
}

describe.each(PARSERS)('%s', (name, parse, real) => {
  it('is read as it is', () => {
    const pids = parse(real);
    expect(pids).not.toBe('refused');
    expect(pids.length).toBeGreaterThan(0);
  });

  it('holds no process that the input does not name, whatever the bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 400 }).map((all) => Buffer.from(all).toString('latin1'));
    fc.assert(
      fc.property(fc.oneof(bytes, fc.string()), (text) => expectNothingMadeUp(parse, text)),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(mutated(real), (text) => expectNothingMadeUp(parse, text)),
      { numRuns: 500 },
    );
  });

  it('is refused wherever it is cut off', () => {
    // A record of 52 fields need not have them all (older kernels), and one thread count can be the beginning of another.
    const wholes: Readonly<Record<string, (end: number) => boolean>> = {
      '/proc/<pid>/stat': (end) => end >= real.length - 30,
      threads: (end) => real[end - 1] === '\n',
    };
    for (let end = 0; end < real.length; end += 1) {
      if (wholes[name]?.(end) === true) continue;
      const pids = parse(real.slice(0, end));
      expect(pids === 'refused' || pids.length === 0).toBe(true);
    }
  });
});
