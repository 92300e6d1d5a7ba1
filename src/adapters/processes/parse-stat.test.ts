import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStat, RecordReader, type StatRow } from './parse-stat.ts';

const NUMBERS = Array.from({ length: 30 }, (_, index) => index);

/** A record as the kernel prints it (proc_pid_stat(5)): 52 fields. */
function record(
  pid: number,
  comm: string,
  state: string,
  ppid: number,
  start: number,
  next: readonly number[] = [],
): string {
  const rest = [...next, ...NUMBERS.slice(next.length)].join(' ');
  return `${pid} (${comm}) ${state} ${ppid} 7 8 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 ${start} ${rest}`;
}

const HOSTILE = [
  'a b',
  'x) S 1 2 3 4',
  ') Z 0 0',
  '(((',
  '))))',
  'a\nb',
  '1 (init) S 0 1',
  '\n5 (c) S 1 2 3',
  '\xff\x81\x88',
  '',
];

describe('one record', () => {
  it.each(HOSTILE)('is read from its last parenthesis on, whatever the name: %j', (comm) => {
    expect(parseStat(record(42, comm, 'S', 1, 12345))).toMatchObject({
      pid: 42,
      state: 'S',
      ppid: 1,
      start: 12345,
    });
  });

  it('S1: tells by the 28th number what exec sets, where it may be seen, and nothing where it may not', () => {
    const said = (stack: number): unknown =>
      parseStat(record(42, 'sh', 'S', 1, 12345, [20, 99, 21, 22, 23, stack]))?.image;
    expect(said(140729811478288)).toBe(140729811478288);
    expect(said(0)).toBeUndefined();
    expect(said(2 ** 60)).toBeUndefined();
    expect(parseStat(record(42, 'sh', 'S', 1, 12345, [20, 99, 21, 22, 23, 2 ** 60]))).not.toBeNull();
  });

  it('is refused when any of it is missing', () => {
    const whole = record(42, 'sh', 'S', 1, 12345);
    for (const cut of [0, 1, 4, 8, 12, 30, 60]) expect(parseStat(whole.slice(0, cut))).toBeNull();
    expect(parseStat(whole.replace(') S', ') '))).toBeNull();
    expect(parseStat(whole.replace('12345', 'soon'))).toBeNull();
  });
});

describe('many records', () => {
  const comm = fc
    .uint8Array({ maxLength: 15 })
    .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0)).toString('latin1'));
  const process = fc.record({
    pid: fc.integer({ min: 1, max: 4_194_304 }),
    comm: fc.oneof(comm, fc.constantFrom(...HOSTILE)),
    state: fc.constantFrom('R', 'S', 'D', 'T', 'Z', 'X', 'I'),
    ppid: fc.integer({ min: 0, max: 4_194_304 }),
    start: fc.integer({ min: 0, max: 2 ** 40 }),
  });

  const readAll = (text: string): StatRow[] => {
    const reader = new RecordReader();
    const rows = text
      .split('\n')
      .slice(0, -1)
      .flatMap((line) => reader.add(line) ?? []);
    if (reader.isOpen) throw new Error('open');
    return rows;
  };

  it('come out exactly as they went in, whatever bytes the names hold', () => {
    fc.assert(
      fc.property(fc.array(process, { maxLength: 20 }), (processes) => {
        const text = processes.map((p) => `${record(p.pid, p.comm, p.state, p.ppid, p.start)}\n`).join('');
        expect(readAll(text).map(({ pid, state, ppid, start }) => ({ pid, state, ppid, start }))).toEqual(
          processes.map(({ pid, state, ppid, start }) => ({ pid, state, ppid, start })),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('never come out as a process that was not there, when bytes are lost', () => {
    fc.assert(
      fc.property(fc.array(process, { minLength: 1, maxLength: 8 }), fc.nat(), (processes, at) => {
        const text = processes.map((p) => `${record(p.pid, p.comm, p.state, p.ppid, p.start)}\n`).join('');
        const cut = text.slice(0, at % text.length);
        let rows: StatRow[] = [];
        try {
          rows = readAll(cut);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
        expect(processes.slice(0, rows.length)).toMatchObject(rows.map(({ pid, start }) => ({ pid, start })));
      }),
      { numRuns: 500 },
    );
  });
});
